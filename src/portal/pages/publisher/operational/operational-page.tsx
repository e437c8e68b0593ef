import { type FormEvent, useState } from "react";
import { problemsOf } from "../../../api/client.ts";
import { useMay } from "../../../api/keys.ts";
import {
  type OperationalEndpoint,
  type OperationalFields,
  useOperationalChange,
  useOperationalEndpoint,
  useReplaceOperational,
} from "../../../api/operational.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { CopyButton } from "../../../parts/code.tsx";
import { DeleteButton } from "../../../parts/delete-button.tsx";
import { ErrorNote, Note } from "../../../parts/feedback.tsx";
import { OneOf } from "../../../parts/one-of.tsx";
import {
  fieldsOf,
  isNothingChosen,
  NOTHING_CHOSEN,
  type OperationalDraft,
  OperationalFieldset,
} from "./operational-fields.tsx";
import { OperationalHeaders } from "./operational-headers.tsx";
import { OperationalVerification } from "./operational-verification.tsx";

export function OperationalPage({ id }: { id: string }) {
  const endpoint = useOperationalEndpoint(id);
  const mayManage = useMay("manage");
  return (
    <OneOf
      query={endpoint}
      noun="operational endpoint"
      listHref="/operational"
      listName="Operational webhooks"
    >
      {(found) => (
        <>
          <div className="page-head">
            <div className="grow">
              <h1 className="mono endpoint-title">{found.url}</h1>
              <p className="dim">
                <code>{found.id}</code> <CopyButton text={found.id} label="Copy id" />
              </p>
            </div>
            <Badge tone={found.disabled ? "dim" : "good"}>{found.disabled ? "Disabled" : "Enabled"}</Badge>
          </div>
          <OperationalVerification id={found.id} mayManage={mayManage} />
          <Edit endpoint={found} mayManage={mayManage} />
          {mayManage ? (
            <>
              <OperationalHeaders id={found.id} />
              <DisableOrDelete endpoint={found} />
            </>
          ) : null}
        </>
      )}
    </OneOf>
  );
}

/** What the API has of it: a PUT replaces all. */
function knownFields(endpoint: OperationalEndpoint): OperationalFields {
  const { url, description, eventTypes, throttleRate, disabled, uid, metadata } = endpoint;
  return { url, description, eventTypes, throttleRate, disabled, uid, metadata };
}

function Edit({ endpoint, mayManage }: { endpoint: OperationalEndpoint; mayManage: boolean }) {
  const [draft, setDraft] = useState<OperationalDraft>(() => ({
    url: endpoint.url,
    description: endpoint.description,
    choice: { all: endpoint.eventTypes === null, names: endpoint.eventTypes ?? [] },
    rate: endpoint.throttleRate?.toString() ?? "",
  }));
  const save = useReplaceOperational(endpoint.id);
  const lacksTypes = isNothingChosen(draft);
  const problems: Record<string, string> = {
    ...problemsOf(save.error),
    ...(lacksTypes ? { eventTypes: NOTHING_CHOSEN } : {}),
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!lacksTypes) save.mutate({ ...knownFields(endpoint), ...fieldsOf(draft) });
  };
  return (
    <section>
      <h2>Endpoint</h2>
      <form onSubmit={submit} className="form">
        <fieldset className="stack" disabled={!mayManage}>
          <OperationalFieldset draft={draft} onChange={setDraft} problems={problems} />
          {save.isError ? <ErrorNote error={save.error} /> : null}
          {save.isSuccess ? <Note tone="good">Saved. It holds from the next attempt.</Note> : null}
          {mayManage ? (
            <div className="form-actions">
              <Button kind="primary" submit busy={save.isPending}>
                Save changes
              </Button>
            </div>
          ) : null}
        </fieldset>
      </form>
    </section>
  );
}

function DisableOrDelete({ endpoint }: { endpoint: OperationalEndpoint }) {
  const toggle = useReplaceOperational(endpoint.id);
  const remove = useOperationalChange<null>(endpoint.id, () => ["", { method: "DELETE" }]);
  return (
    <section>
      <h2>{endpoint.disabled ? "Enable or delete" : "Disable or delete"}</h2>
      <p className="dim">
        {endpoint.disabled
          ? "Enabled, it is told what happens from then on."
          : "Disabled, it is told nothing, and what was waiting for it is canceled."}
      </p>
      <div className="form-actions">
        <Button
          onClick={() => toggle.mutate({ ...knownFields(endpoint), disabled: !endpoint.disabled })}
          busy={toggle.isPending}
        >
          {endpoint.disabled ? "Enable endpoint" : "Disable endpoint"}
        </Button>
        <DeleteButton
          label="Delete endpoint"
          title="Delete this endpoint?"
          remove={remove}
          listHref="/operational"
        >
          <code>{endpoint.url}</code> is told nothing any more. This cannot be taken back.
        </DeleteButton>
      </div>
      {toggle.isError ? <ErrorNote error={toggle.error} /> : null}
    </section>
  );
}
