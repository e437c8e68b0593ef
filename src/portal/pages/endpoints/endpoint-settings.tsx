import type { EndpointOut } from "../../../contract/endpoints.ts";
import { useApp } from "../../api/context.tsx";
import { endpointPath, useChange } from "../../api/endpoints.ts";
import { useEventTypes, useSettings } from "../../api/session.ts";
import { Button } from "../../parts/button.tsx";
import { DeleteButton } from "../../parts/delete-button.tsx";
import { ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { type EndpointFields, EndpointForm } from "./endpoint-form.tsx";
import { EndpointHeaders } from "./endpoint-headers.tsx";
import { typesText } from "./endpoint-list.tsx";
import { Policy } from "./policy.tsx";

export function EndpointSettings({ endpoint }: { endpoint: EndpointOut }) {
  const { can } = useApp();
  const mayManage = can("ManageEndpoint");
  return (
    <>
      {mayManage ? <Edit endpoint={endpoint} /> : <Facts endpoint={endpoint} />}
      <EndpointHeaders endpointId={endpoint.id} mayManage={mayManage} />
      <Policy endpointId={endpoint.id} mayManage={mayManage} />
      {mayManage ? <Danger endpoint={endpoint} /> : null}
    </>
  );
}

function Facts({ endpoint }: { endpoint: EndpointOut }) {
  const { throttleRate, channels } = endpoint;
  return (
    <section>
      <h2>Endpoint</h2>
      <dl className="pairs">
        <dt>URL</dt>
        <dd className="mono">{endpoint.url}</dd>
        <dt>Event types</dt>
        <dd>{typesText(endpoint)}</dd>
        <dt>Channels</dt>
        <dd>{channels?.join(", ") ?? "All"}</dd>
        <dt>Rate limit</dt>
        <dd>{throttleRate === null ? "None" : `${throttleRate} a second`}</dd>
      </dl>
    </section>
  );
}

function Edit({ endpoint }: { endpoint: EndpointOut }) {
  const eventTypes = useEventTypes();
  const settings = useSettings();
  const save = useChange<EndpointFields>((json) => [endpointPath(endpoint.id), { method: "PATCH", json }]);
  return (
    <section>
      <h2>Endpoint</h2>
      <Loaded query={settings}>
        {(known) => (
          <Loaded query={eventTypes}>
            {(catalogue) => (
              <EndpointForm
                endpoint={endpoint}
                catalogue={catalogue}
                settings={known}
                onSubmit={(fields) => save.mutate(fields)}
                busy={save.isPending}
                error={save.error}
              />
            )}
          </Loaded>
        )}
      </Loaded>
      {save.isSuccess ? <Note tone="good">Saved. It holds from the next attempt.</Note> : null}
    </section>
  );
}

function Danger({ endpoint }: { endpoint: EndpointOut }) {
  const toggle = useChange<boolean>((disabled) => [
    endpointPath(endpoint.id),
    { method: "PATCH", json: { disabled } },
  ]);
  const remove = useChange<null>(() => [endpointPath(endpoint.id), { method: "DELETE" }]);
  return (
    <section>
      <h2>{endpoint.disabled ? "Enable or delete" : "Disable or delete"}</h2>
      <p className="dim">
        {endpoint.disabled
          ? "Enabled, it is sent what happens from then on."
          : "Disabled, it is sent nothing, and what was waiting for it is canceled."}
      </p>
      <div className="form-actions">
        <Button onClick={() => toggle.mutate(!endpoint.disabled)} busy={toggle.isPending}>
          {endpoint.disabled ? "Enable endpoint" : "Disable endpoint"}
        </Button>
        <DeleteButton
          label="Delete endpoint"
          title="Delete this endpoint?"
          remove={remove}
          listHref="/endpoints"
        >
          <code>{endpoint.url}</code> is sent nothing any more. This cannot be taken back.
        </DeleteButton>
      </div>
      {toggle.isError ? <ErrorNote error={toggle.error} /> : null}
    </section>
  );
}
