import { useState } from "react";
import type { EventTypeOut } from "../../contract/event-types.ts";
import { newestSchema } from "../../core/json-schema.ts";
import { exampleOf } from "../../core/schema-example.ts";
import { useEventTypes } from "../api/session.ts";
import { Badge } from "../parts/badge.tsx";
import { CodeBlock } from "../parts/code.tsx";
import { Empty, Loaded } from "../parts/feedback.tsx";
import { groupOf } from "./endpoints/event-type-picker.tsx";

export function Catalogue() {
  const eventTypes = useEventTypes();
  const [search, setSearch] = useState("");
  const wanted = search.trim().toLowerCase();
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Event catalogue</h1>
          <p className="dim">What can happen, and what you are sent when it does.</p>
        </div>
        <input
          type="search"
          aria-label="Search event types"
          placeholder="Search"
          value={search}
          onChange={(event) => setSearch(event.target.value)}
        />
      </div>
      <Loaded query={eventTypes}>
        {(types) => {
          const shown = types.filter((type) =>
            `${type.name} ${type.description}`.toLowerCase().includes(wanted),
          );
          if (types.length === 0) return <Empty title="There are no event types yet" />;
          if (shown.length === 0) return <Empty title="No event type matches" />;
          return [...Map.groupBy(shown, groupOf)].map(([group, members]) => (
            <section key={group}>
              <h2>{group}</h2>
              <ul className="rows">
                {members.map((type) => (
                  <EventType key={type.name} type={type} />
                ))}
              </ul>
            </section>
          ));
        }}
      </Loaded>
    </>
  );
}

function EventType({ type }: { type: EventTypeOut }) {
  const schema = type.schemas === null ? undefined : newestSchema(type.schemas);
  const example = schema === undefined ? undefined : exampleOf(schema, 0);
  return (
    <li>
      <details>
        <summary className="row event-type-row">
          <span className="row-main">
            <code className="row-title">{type.name}</code>
            <span className="dim small block">{type.description}</span>
          </span>
          {type.deprecated ? <Badge tone="warn">Deprecated</Badge> : null}
        </summary>
        <div className="attempt-details">
          {schema === undefined ? <p className="dim">No schema is given for it.</p> : null}
          {example === undefined ? null : (
            <>
              <h3>Example</h3>
              <CodeBlock label={`Example of ${type.name}`} text={JSON.stringify(example, null, 2)} />
            </>
          )}
          {schema === undefined ? null : (
            <>
              <h3>JSON Schema</h3>
              <CodeBlock label={`Schema of ${type.name}`} text={JSON.stringify(schema, null, 2)} />
            </>
          )}
        </div>
      </details>
    </li>
  );
}
