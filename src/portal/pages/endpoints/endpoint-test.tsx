import { useState } from "react";
import { Link } from "wouter";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import type { EventTypeOut } from "../../../contract/event-types.ts";
import { useInbox } from "../../api/inbox.ts";
import { useMessageAttempts } from "../../api/messages.ts";
import { useEventTypes } from "../../api/session.ts";
import { useSendExample } from "../../api/tasks.ts";
import { AttemptList } from "../../parts/attempt-list.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Loaded, Loading, Note } from "../../parts/feedback.tsx";
import { SelectField } from "../../parts/field.tsx";

/** Needs no event type in the catalogue. */
const PING = "svix.ping";

export function EndpointTest({ endpoint }: { endpoint: EndpointOut }) {
  const eventTypes = useEventTypes();
  return (
    <section>
      <h2>Send an example</h2>
      <p className="dim">
        It goes to this endpoint alone, signed like every other message, so that you can see what your server
        answers.
      </p>
      <ToInbox endpoint={endpoint} />
      {endpoint.disabled ? (
        <Note tone="warn">The endpoint is disabled. Enable it in its settings first.</Note>
      ) : (
        <Loaded query={eventTypes}>{(types) => <SendForm endpoint={endpoint} types={types} />}</Loaded>
      )}
    </section>
  );
}

function ToInbox({ endpoint }: { endpoint: EndpointOut }) {
  const inbox = useInbox();
  if (inbox.data?.url !== endpoint.url) return null;
  return (
    <p>
      It goes to <Link href="/inbox">the inbox</Link>, which shows what came and answers{" "}
      {inbox.data.answerStatus}.
    </p>
  );
}

function SendForm({ endpoint, types }: { endpoint: EndpointOut; types: EventTypeOut[] }) {
  const options = exampleOptions(endpoint, types);
  const [eventType, setEventType] = useState(options[0]?.[0] ?? PING);
  const send = useSendExample(endpoint.id);
  return (
    <>
      <div className="send-line">
        <SelectField label="Event type" value={eventType} options={options} onChange={setEventType} />
        <Button kind="primary" onClick={() => send.mutate(eventType)} busy={send.isPending}>
          Send example
        </Button>
      </div>
      {send.isError ? <ErrorNote error={send.error} /> : null}
      {send.data === undefined ? null : <Result msgId={send.data.id} />}
    </>
  );
}

function Result({ msgId }: { msgId: string }) {
  const attempts = useMessageAttempts(msgId, true);
  const found = attempts.data?.data ?? [];
  const last = found[0];
  return (
    <div className="result">
      {attempts.isError ? <ErrorNote error={attempts.error} /> : null}
      {last === undefined ? (
        <Loading label="Sent; waiting for the answer" />
      ) : (
        <>
          {last.status === 0 ? (
            <Note tone="good">Delivered: your server answered {last.responseStatusCode}.</Note>
          ) : (
            <Note tone="bad">Not delivered. Open the attempt to see what was sent and what came back.</Note>
          )}
          <AttemptList attempts={found} />
        </>
      )}
      <p className="small">
        <Link href={`/messages/${msgId}`}>Show the message</Link>
      </p>
    </div>
  );
}

/** What the endpoint listens to first. */
export function exampleOptions(
  endpoint: EndpointOut,
  types: EventTypeOut[],
): [value: string, text: string][] {
  const listens = (name: string) => endpoint.eventTypes?.includes(name) ?? true;
  const names = types.filter(({ schemas }) => schemas !== null).map(({ name }) => name);
  const ordered = [...names.filter(listens), ...names.filter((name) => !listens(name))];
  return [...ordered.map((name): [string, string] => [name, name]), [PING, "Ping"]];
}
