import { useLocation } from "wouter";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { useApp } from "../../api/context.tsx";
import { useChange } from "../../api/endpoints.ts";
import { useEventTypes, useSettings } from "../../api/session.ts";
import { Back } from "../../parts/back.tsx";
import { Loaded, Note } from "../../parts/feedback.tsx";
import { type EndpointFields, EndpointForm } from "./endpoint-form.tsx";

export function NewEndpoint() {
  const { can } = useApp();
  const [, navigate] = useLocation();
  const eventTypes = useEventTypes();
  const settings = useSettings();
  const create = useChange<EndpointFields, EndpointOut>((json) => ["/endpoint", { method: "POST", json }]);
  if (!can("ManageEndpoint")) return <Note tone="info">You may look at endpoints, but not add any.</Note>;
  const submit = (fields: EndpointFields) =>
    create.mutate(fields, { onSuccess: ({ id }) => navigate(`/endpoints/${id}/test`) });
  return (
    <>
      <Back href="/endpoints">Endpoints</Back>
      <h1>Add endpoint</h1>
      <Loaded query={settings}>
        {(known) => (
          <Loaded query={eventTypes}>
            {(catalogue) => (
              <EndpointForm
                endpoint={null}
                catalogue={catalogue}
                settings={known}
                onSubmit={submit}
                busy={create.isPending}
                error={create.error}
              />
            )}
          </Loaded>
        )}
      </Loaded>
    </>
  );
}
