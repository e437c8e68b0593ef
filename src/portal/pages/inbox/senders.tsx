import { Link } from "wouter";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import type { EventTypeOut } from "../../../contract/event-types.ts";
import { useApp } from "../../api/context.tsx";
import { useChange } from "../../api/endpoints.ts";
import { type Inbox, useEndpointsAt } from "../../api/inbox.ts";
import { useEventTypes, useSettings } from "../../api/session.ts";
import { useSendExample } from "../../api/tasks.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Loaded } from "../../parts/feedback.tsx";
import { exampleOptions } from "../endpoints/endpoint-test.tsx";

/** The endpoints whose requests come here, and the way to the first one. */
export function Senders({ inbox }: { inbox: Inbox }) {
  const endpoints = useEndpointsAt(inbox.url);
  const eventTypes = useEventTypes();
  return (
    <Loaded query={endpoints}>
      {(found) => (
        <Loaded query={eventTypes}>
          {(types) =>
            found.length === 0 ? (
              <FirstSender url={inbox.url} types={types} />
            ) : (
              <ul className="rows inbox-senders" aria-label="Endpoints that send here">
                {found.map((endpoint) => (
                  <Sender key={endpoint.id} endpoint={endpoint} types={types} />
                ))}
              </ul>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

function FirstSender({ url, types }: { url: string; types: EventTypeOut[] }) {
  const { can } = useApp();
  const settings = useSettings();
  const create = useChange<{ url: string; description: string; eventTypes: string[] | null }>((json) => [
    "/endpoint",
    { method: "POST", json },
  ]);
  if (!can("ManageEndpoint")) return <p className="dim inbox-next">No endpoint sends here yet.</p>;
  return (
    <Loaded query={settings}>
      {({ requireEndpointFilterTypes }) => {
        const names = requireEndpointFilterTypes && types.length > 0 ? types.map(({ name }) => name) : null;
        const fields = { url, description: "The built-in inbox", eventTypes: names };
        return (
          <div className="inbox-next">
            {/* Busy until the endpoint is in the list: a second click would add a second one. */}
            <Button
              kind="primary"
              onClick={() => create.mutate(fields)}
              busy={create.isPending || create.isSuccess}
            >
              Add an endpoint that sends here
            </Button>
            <span className="dim small">{forText(names)}</span>
            {create.isError ? <ErrorNote error={create.error} /> : null}
          </div>
        );
      }}
    </Loaded>
  );
}

function forText(names: string[] | null): string {
  if (names === null) return "For all events.";
  return names.length === 1 ? `For ${names[0]}.` : `For the ${names.length} event types there are now.`;
}

function Sender({ endpoint, types }: { endpoint: EndpointOut; types: EventTypeOut[] }) {
  const { can } = useApp();
  const send = useSendExample(endpoint.id);
  const [first] = exampleOptions(endpoint, types);
  return (
    <li className="row">
      <div className="row-main">
        <Link href={`/endpoints/${endpoint.id}`} className="row-title">
          {endpoint.description === "" ? <span className="mono">{endpoint.id}</span> : endpoint.description}
        </Link>
        <div className="dim small">An endpoint whose requests come here</div>
        {send.isError ? <ErrorNote error={send.error} /> : null}
      </div>
      {endpoint.disabled ? <Badge tone="warn">Disabled</Badge> : null}
      {can("CreateAttempts") && !endpoint.disabled && first !== undefined ? (
        <Button small onClick={() => send.mutate(first[0])} busy={send.isPending}>
          Send an example
        </Button>
      ) : null}
    </li>
  );
}
