import { useState } from "react";
import { Link } from "wouter";
import { type AckBody, type Pending, useAcknowledge, usePending } from "../../api/agents.ts";
import { useApp } from "../../api/context.tsx";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CodeBlock, indented } from "../../parts/code.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty, Loaded } from "../../parts/feedback.tsx";
import { Pager, usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { isPoller } from "./agent-list.tsx";

/** What it has not acknowledged, oldest first. */
export function PendingList({ name }: { name: string }) {
  const paging = usePaging();
  const pending = usePending(name, paging.iterator);
  return (
    <section>
      <h2>Pending events</h2>
      <Loaded query={pending}>
        {(page) =>
          page.events.length === 0 ? (
            <Empty title={paging.hasBefore ? "No more are pending" : "Nothing is pending"}>
              {page.done ? undefined : "Further on there may be some: turn the page."}
            </Empty>
          ) : (
            <ul className="rows" aria-label="Pending events">
              {page.events.map((event) => (
                <PendingRow key={event.id} name={name} event={event} />
              ))}
            </ul>
          )
        }
      </Loaded>
      <Pager paging={paging} page={pending.data} labels={["Back", "Further on"]} />
    </section>
  );
}

function PendingRow({ name, event }: { name: string; event: Pending }) {
  const { can } = useApp();
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState<AckBody | null>(null);
  const { position } = event;
  return (
    <li>
      <details onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
        <summary className="row">
          <span className="pending-number mono dim">{position}</span>
          <span className="row-main">
            <span className="row-title">{event.eventType}</span>
            <span className="dim small mono block">{event.eventId ?? event.id}</span>
          </span>
          {event.leasedUntil === null ? null : <Badge tone="warn">Held</Badge>}
          <span className="dim small">
            <Time at={event.timestamp} />
          </span>
        </summary>
        {open ? (
          <div className="attempt-details">
            {event.leasedUntil === null ? null : (
              <p className="dim small">
                A worker holds it, until it is acknowledged or time is over: <Time at={event.leasedUntil} />
              </p>
            )}
            <CodeBlock label={`Payload of event ${position}`} text={indented(event.payloadText)} />
            <div className="card-actions">
              {can("ManageEndpoint") && !isPoller(name) ? (
                <Button small onClick={() => setAsked({ eventIds: [position] })}>
                  Acknowledge…
                </Button>
              ) : null}
              {can("ManageEndpoint") ? (
                <Button small onClick={() => setAsked({ upTo: position })}>
                  Acknowledge all up to here…
                </Button>
              ) : null}
              <Link href={`/messages/${event.id}`} className="small">
                Open the message
              </Link>
            </div>
          </div>
        ) : null}
      </details>
      {asked === null ? null : <Acknowledge name={name} body={asked} onClose={() => setAsked(null)} />}
    </li>
  );
}

type AcknowledgeProps = { name: string; body: AckBody; onClose: () => void };

function Acknowledge({ name, body, onClose }: AcknowledgeProps) {
  const acknowledge = useAcknowledge(name);
  const isOne = "eventIds" in body;
  return (
    <Confirm
      title={isOne ? "Acknowledge this event?" : `Acknowledge all up to ${body.upTo}?`}
      action="Acknowledge"
      onClose={onClose}
      onConfirm={() => acknowledge.mutate(body, { onSuccess: onClose })}
      busy={acknowledge.isPending}
      error={acknowledge.error}
    >
      <code>{name}</code> is not given {isOne ? "it" : "these"} any more.{" "}
      {isPoller(name)
        ? null
        : `What your webhook endpoints still try to deliver of ${isOne ? "it" : "them"} ends too.`}
    </Confirm>
  );
}
