import { useState } from "react";
import { Link } from "wouter";
import { type AuditEntry, type AuditFilter, useAuditLog } from "../../../api/keys.ts";
import { Button } from "../../../parts/button.tsx";
import { Empty } from "../../../parts/feedback.tsx";
import { SelectField, TextField } from "../../../parts/field.tsx";
import { PagedRows } from "../../../parts/paged-rows.tsx";
import { usePaging } from "../../../parts/pager.tsx";
import { Time } from "../../../parts/time.tsx";
import { TimeField } from "../../../parts/time-field.tsx";
import { ACTIONS, type Part, sentenceOf } from "./sentence.ts";

const NO_FILTER: AuditFilter = { appId: null, action: null, after: null, before: null };

/** Who changed what of the configuration, newest first. */
export function AuditLog() {
  const [filter, setFilter] = useState(NO_FILTER);
  const paging = usePaging();
  const log = useAuditLog(filter, paging.iterator);
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const change = (part: Partial<AuditFilter>) => {
    setFilter({ ...filter, ...part });
    paging.first();
  };
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Audit log</h1>
          <p className="dim">
            Who changed the configuration, for 400 days. Publishing is not in it, and secrets never are.
          </p>
        </div>
      </div>
      <Filters filter={filter} onChange={change} />
      <PagedRows
        query={log}
        paging={paging}
        label="Changes"
        row={(entry) => <EntryRow key={entry.id} entry={entry} />}
        empty={
          <Empty
            title={isFiltered ? "No change fits" : "Nothing has been changed yet"}
            action={isFiltered ? <Button onClick={() => change(NO_FILTER)}>Clear the filters</Button> : null}
          />
        }
      />
    </>
  );
}

type FiltersProps = { filter: AuditFilter; onChange: (part: Partial<AuditFilter>) => void };

function Filters({ filter, onChange }: FiltersProps) {
  return (
    <details className="advanced filter-box">
      <summary>Filter</summary>
      <div className="filters">
        <TextField
          label="Application"
          placeholder="Id or uid"
          value={filter.appId ?? ""}
          onChange={(appId) => onChange({ appId: appId.trim() || null })}
        />
        <SelectField
          label="What was done"
          value={filter.action ?? ""}
          options={[["", "Anything"], ...ACTIONS]}
          onChange={(action) => onChange({ action: action || null })}
        />
        <TimeField label="After" value={filter.after} onChange={(after) => onChange({ after })} />
        <TimeField label="Before" value={filter.before} onChange={(before) => onChange({ before })} />
      </div>
    </details>
  );
}

function EntryRow({ entry }: { entry: AuditEntry }) {
  const fields = Object.entries(entry.fields);
  return (
    <li className="row audit-row">
      <div className="row-main">
        <div>
          {sentenceOf(entry).map((part, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never change places.
            <SentencePart key={index} part={part} appId={entry.appId} />
          ))}
        </div>
        {fields.length === 0 ? null : (
          <ul className="audit-fields small" aria-label="What was given">
            {fields.map(([name, value]) => (
              <li key={name}>
                <span className="mono dim">{name}</span> {value ?? <span className="dim">given</span>}
              </li>
            ))}
          </ul>
        )}
      </div>
      <div className="audit-side dim small">
        <Time at={entry.timestamp} />
        {entry.ip === null ? null : <span className="mono">{entry.ip}</span>}
      </div>
    </li>
  );
}

function SentencePart({ part: { kind, text }, appId }: { part: Part; appId: string | null }) {
  if (kind === "who") return <strong>{text}</strong>;
  if (kind === "code") return <code>{text}</code>;
  if (kind === "app") return <Link href={`/app/${appId}/endpoints`}>{text}</Link>;
  return text;
}
