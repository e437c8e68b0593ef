import { useState } from "react";
import { Link } from "wouter";
import type { EventTypeOut } from "../../../../contract/event-types.ts";
import { ApiFailure } from "../../../api/client.ts";
import {
  type ImportedType,
  type ImportResult,
  type ImportSource,
  useEventTypeList,
  useImport,
} from "../../../api/event-types.ts";
import { Badge } from "../../../parts/badge.tsx";
import { Button } from "../../../parts/button.tsx";
import { ErrorNote, Loaded, Note } from "../../../parts/feedback.tsx";

const SHOWN_NAMES = 5;

/** First what an import would change, then the import. */
export function ImportSteps({ source }: { source: ImportSource | null }) {
  const [replaceAll, setReplaceAll] = useState(false);
  const look = useImport();
  const write = useImport();
  const found = look.data?.data ?? null;
  const rows = found?.to_modify ?? null;
  const isNothing = rows?.length === 0 && found?.archive_count === 0;
  const run = (dryRun: boolean) => {
    if (source !== null) (dryRun ? look : write).mutate({ source, dryRun, replaceAll });
  };
  if (write.isSuccess) return <Done result={write.data.data} />;
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
      {found === null ? null : <Changes found={found} />}
      <div className="form-actions">
        {rows === null ? (
          <Button onClick={() => run(true)} busy={look.isPending} disabled={source === null}>
            Show what would change
          </Button>
        ) : (
          <Button kind="primary" onClick={() => run(false)} busy={write.isPending} disabled={isNothing}>
            {isNothing ? "Nothing to import" : "Import"}
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

type Found = ImportResult["data"];

function Changes({ found }: { found: Found }) {
  const known = useEventTypeList(true);
  const rows = found.to_modify ?? [];
  return (
    <Loaded query={known}>
      {(types) => (
        <div>
          <h3 className="flush">What would change</h3>
          {rows.length === 0 ? <p className="dim">All of them are there already, just like this.</p> : null}
          {rows.length === 0 ? null : <ChangedRows rows={rows} types={types} />}
          {found.archive_count === 0 ? null : <ArchivedRows found={found} types={types} />}
        </div>
      )}
    </Loaded>
  );
}

function ArchivedRows({ found, types }: { found: Found; types: EventTypeOut[] }) {
  const known = new Map(types.map((type) => [type.name, type]));
  const names = found.to_archive ?? [];
  const more = found.archive_count - names.length;
  return (
    <>
      <h3>
        {found.archive_count === 1 ? "1 event type" : `${found.archive_count} event types`} would be archived
      </h3>
      <ul className="rows" aria-label="What would be archived">
        {names.map((name) => (
          <li key={name} className="row">
            <div className="row-main">
              <code className="row-title">{name}</code>
              <span className="dim small block">{known.get(name)?.description}</span>
            </div>
            <Badge tone="bad">Archived</Badge>
          </li>
        ))}
      </ul>
      {more > 0 ? <p className="dim">… and {more} more.</p> : null}
    </>
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

function Done({ result: { modified, archived, archive_count: count } }: { result: Found }) {
  return (
    <>
      <Note tone="good">
        Imported: {modified.length === 1 ? "1 event type" : `${modified.length} event types`} created or
        changed
        {count === 0 ? "" : `, ${count} archived (${namesText(archived, count)})`}.
      </Note>
      <p>
        <Link href="/event-types">See all event types</Link>
      </p>
    </>
  );
}

function namesText(names: readonly string[], count: number): string {
  const shown = names.slice(0, SHOWN_NAMES).join(", ");
  return count > SHOWN_NAMES ? `${shown} and ${count - SHOWN_NAMES} more` : shown;
}
