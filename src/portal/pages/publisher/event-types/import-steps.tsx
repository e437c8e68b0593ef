import { useState } from "react";
import { Link } from "wouter";
import type { EventTypeOut } from "../../../../contract/event-types.ts";
import { ApiFailure } from "../../../api/client.ts";
import {
  type ImportedType,
  type ImportSource,
  useEventTypeList,
  useImport,
} from "../../../api/event-types.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../../parts/feedback.tsx";

/** First what an import would change, then the import. */
export function ImportSteps({ source }: { source: ImportSource | null }) {
  const [replaceAll, setReplaceAll] = useState(false);
  const look = useImport();
  const write = useImport();
  const rows = look.data?.data.to_modify ?? null;
  const run = (dryRun: boolean) => {
    if (source !== null) (dryRun ? look : write).mutate({ source, dryRun, replaceAll });
  };
  if (write.isSuccess) return <Done names={write.data.data.modified} />;
  return (
    <div className="stack">
      <label className="check">
        <input
          type="checkbox"
          checked={replaceAll}
          onChange={(event) => {
            setReplaceAll(event.target.checked);
            look.reset();
          }}
        />
        <span>
          Archive all others
          <span className="dim small block">Event types that are not in what is imported are archived.</span>
        </span>
      </label>
      {look.isError ? <Refused error={look.error} /> : null}
      {write.isError ? <ErrorNote error={write.error} /> : null}
      {rows === null ? null : <Changes rows={rows} replaceAll={replaceAll} />}
      <div className="form-actions">
        {rows === null ? (
          <Button onClick={() => run(true)} busy={look.isPending} disabled={source === null}>
            Show what would change
          </Button>
        ) : (
          <Button
            kind="primary"
            onClick={() => run(false)}
            busy={write.isPending}
            disabled={rows.length === 0 && !replaceAll}
          >
            {rows.length === 0 && !replaceAll ? "Nothing to import" : "Import"}
          </Button>
        )}
      </div>
    </div>
  );
}

/** A document's flaws are its author's to find: each on a line of its own. */
function Refused({ error }: { error: unknown }) {
  const lines = error instanceof ApiFailure ? error.message.split("; ") : [];
  if (lines.length < 2) return <ErrorNote error={error} />;
  return (
    <div className="note note-bad" role="alert">
      <ul>
        {lines.map((line) => (
          <li key={line}>{line}</li>
        ))}
      </ul>
    </div>
  );
}

function Changes({ rows, replaceAll }: { rows: ImportedType[]; replaceAll: boolean }) {
  const known = useEventTypeList(true);
  return (
    <Loaded query={known}>
      {(types) => (
        <div>
          <h3 className="flush">What would change</h3>
          {rows.length === 0 ? <p className="dim">All of them are there already, just like this.</p> : null}
          {replaceAll ? (
            <p className="dim">Event types that are not in what is imported are archived.</p>
          ) : null}
          {rows.length === 0 ? null : <ChangedRows rows={rows} types={types} />}
        </div>
      )}
    </Loaded>
  );
}

function ChangedRows({ rows, types }: { rows: ImportedType[]; types: EventTypeOut[] }) {
  const known = new Map(types.map((type) => [type.name, type]));
  return (
    <ul className="rows" aria-label="What would change">
      {rows.map(({ name, description }) => (
        <li key={name} className="row">
          <div className="row-main">
            <code className="row-title">{name}</code>
            <span className="dim small block">{description}</span>
          </div>
          <Badge tone={known.has(name) ? "warn" : "good"}>{changeText(known.get(name))}</Badge>
        </li>
      ))}
    </ul>
  );
}

function changeText(before: { archived: boolean } | undefined): string {
  if (before === undefined) return "New";
  return before.archived ? "Brought back" : "Changed";
}

function Done({ names }: { names: string[] }) {
  return (
    <>
      <Note tone="good">
        Imported: {names.length === 1 ? "1 event type" : `${names.length} event types`} created or changed.
      </Note>
      <p>
        <Link href="/event-types">See all event types</Link>
      </p>
    </>
  );
}
