import { useState } from "react";
import { rawMembers } from "../../../core/raw-json.ts";
import { type Message, useMessageText } from "../../api/messages.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { CodeBlock, CopyButton, indented } from "../../parts/code.tsx";
import { OneOf } from "../../parts/one-of.tsx";
import { fullText, Time } from "../../parts/time.tsx";
import { Deliveries } from "./deliveries.tsx";

export function MessagePage({ id }: { id: string }) {
  const text = useMessageText(id);
  return (
    <OneOf query={text} noun="message" listHref="/messages" listName="Messages">
      {(found) => <Opened text={found} />}
    </OneOf>
  );
}

function Opened({ text }: { text: string }) {
  const message = JSON.parse(text) as Message;
  const { channels, tags, deliverAt, eventId } = message;
  return (
    <>
      <div className="page-head">
        <div className="grow">
          <h1>{message.eventType}</h1>
          <p className="dim">
            <code>{message.id}</code> <CopyButton text={message.id} label="Copy id" />
          </p>
        </div>
        <span className="dim" title={fullText(message.timestamp)}>
          <Time at={message.timestamp} />
        </span>
      </div>
      <dl className="pairs">
        <dt>Published</dt>
        <dd>{fullText(message.timestamp)}</dd>
        {eventId === null ? null : <Pair name="Event id" value={eventId} />}
        {channels === null ? null : <Pair name="Channels" value={channels.join(", ")} />}
        {deliverAt === null ? null : <Pair name="Deliver at" value={fullText(deliverAt)} />}
        {tags === null || tags.length === 0 ? null : (
          <>
            <dt>Tags</dt>
            <dd className="marks">
              {tags.map((tag) => (
                <Badge key={tag} tone="info">
                  {tag}
                </Badge>
              ))}
            </dd>
          </>
        )}
      </dl>
      <Payload text={text} />
      <Deliveries message={message} />
    </>
  );
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  );
}

/** As published: read out of the answer's text, because parsing would round big numbers. */
function Payload({ text }: { text: string }) {
  const [raw, setRaw] = useState(false);
  const span = rawMembers(text).get("payload");
  const payload = span === undefined ? "" : text.slice(span.start, span.end);
  return (
    <section>
      <div className="section-head">
        <h2>Payload</h2>
        <Button small onClick={() => setRaw(!raw)}>
          {raw ? "Show formatted" : "Show raw"}
        </Button>
      </div>
      <CodeBlock label="Payload" text={raw ? payload : indented(payload)} />
    </section>
  );
}
