import { useState } from "react";
import { Link } from "wouter";
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
          <ul className={rows.length === 0 ? "hidden" : "rows"} aria-label="What would change">
            {rows.map((row) => (
              <li key={row.name} className="row">
                <div className="row-main">
                  <code className="row-title">{row.name}</code>
                  <span className="dim small block">{row.description}</span>
                </div>
                <Badge tone={types.some(({ name }) => name === row.name) ? "warn" : "good"}>
                  {changeText(types.find(({ name }) => name === row.name))}
                </Badge>
              </li>
            ))}
          </ul>
        </div>
      )}
    </Loaded>
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
