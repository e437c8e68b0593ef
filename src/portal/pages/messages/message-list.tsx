import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import { useEndpoints } from "../../api/endpoints.ts";
import { type Message, type MessageFilter, useMessages, useStandings } from "../../api/messages.ts";
import { useEventTypes } from "../../api/session.ts";
import { Badge, StatusBadge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Empty, Loaded } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";
import { Pager, usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";

const NO_FILTER: MessageFilter = {
  eventType: null,
  channel: null,
  tag: null,
  after: null,
  before: null,
  endpointId: null,
  status: null,
};
/** Endpoints asked how the messages shown stand; with more, choosing one shows it. */
const MAX_ASKED = 6;

export function MessageList() {
  const [filter, setFilter] = useState(NO_FILTER);
  const paging = usePaging();
  const messages = useMessages(filter, paging.iterator);
  const isFiltered = Object.values(filter).some((value) => value !== null);
  const change = (part: Partial<MessageFilter>) => {
    setFilter({ ...filter, ...part });
    paging.first();
  };
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Messages</h1>
          <p className="dim">Everything that happened, also what no endpoint listened to.</p>
        </div>
        <GoToId />
      </div>
      <Filters filter={filter} onChange={change} />
      <Loaded query={messages}>
        {(page) =>
          page.data.length === 0 ? (
            <Empty
              title={isFiltered ? "No message fits" : "No messages yet"}
              action={
                isFiltered ? <Button onClick={() => change(NO_FILTER)}>Clear the filters</Button> : null
              }
            >
              {isFiltered ? undefined : "They appear here as they are published."}
            </Empty>
          ) : (
            <>
              <Rows messages={page.data} filter={filter} />
              <Pager paging={paging} page={page} />
            </>
          )
        }
      </Loaded>
    </>
  );
}

function GoToId() {
  const [id, setId] = useState("");
  const [, navigate] = useLocation();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (id.trim() !== "") navigate(`/messages/${encodeURIComponent(id.trim())}`);
  };
  return (
    <form onSubmit={submit} className="go-to">
      <input
        aria-label="Message id or event id"
        placeholder="Open by id"
        value={id}
        className="mono"
        onChange={(event) => setId(event.target.value)}
      />
      <Button submit>Open</Button>
    </form>
  );
}

const STATUSES = [
  ["", "Any"],
  ["0", "Delivered"],
  ["3", "Retrying"],
  ["1", "Waiting"],
  ["2", "Failed"],
  ["4", "Canceled"],
] as const;

type FiltersProps = { filter: MessageFilter; onChange: (part: Partial<MessageFilter>) => void };

function Filters({ filter, onChange }: FiltersProps) {
  const eventTypes = useEventTypes();
  const endpoints = useEndpoints(null);
  const types = (eventTypes.data ?? []).map(({ name }): [string, string] => [name, name]);
  const urls = (endpoints.data?.data ?? []).map(({ id, url }): [string, string] => [id, url]);
  // A status is one at an endpoint: asking for one without the other asks about the first endpoint.
  const setStatus = (status: string) =>
    onChange({
      status: status || null,
      endpointId: filter.endpointId ?? (status ? (urls[0]?.[0] ?? null) : null),
    });
  return (
    <details className="advanced filter-box" open={filter !== NO_FILTER}>
      <summary>Filter</summary>
      <div className="filters">
        <SelectField
          label="Event type"
          value={filter.eventType ?? ""}
          options={[["", "Any"], ...types]}
          onChange={(eventType) => onChange({ eventType: eventType || null })}
        />
        <SelectField
          label="Endpoint"
          value={filter.endpointId ?? ""}
          options={[["", "Any, or none"], ...urls]}
          onChange={(id) => onChange({ endpointId: id || null, ...(id === "" ? { status: null } : {}) })}
        />
        {urls.length === 0 ? null : (
          <SelectField
            label="Status there"
            value={filter.status ?? ""}
            options={STATUSES}
            onChange={setStatus}
          />
        )}
        <TextField
          label="Channel"
          value={filter.channel ?? ""}
          onChange={(channel) => onChange({ channel: channel || null })}
        />
        <TextField label="Tag" value={filter.tag ?? ""} onChange={(tag) => onChange({ tag: tag || null })} />
        <TimeField label="After" value={filter.after} onChange={(after) => onChange({ after })} />
        <TimeField label="Before" value={filter.before} onChange={(before) => onChange({ before })} />
      </div>
    </details>
  );
}

type TimeProps = { label: string; value: string | null; onChange: (value: string | null) => void };

function TimeField({ label, value, onChange }: TimeProps) {
  return (
    <TextField
      label={label}
      type="datetime-local"
      value={value === null ? "" : localText(value)}
      onChange={(text) => onChange(text === "" ? null : new Date(text).toISOString())}
    />
  );
}

/** As `datetime-local` spells the browser's own time. */
function localText(time: string): string {
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

type Shown = Message & { status?: number };

function Rows({ messages, filter }: { messages: Shown[]; filter: MessageFilter }) {
  const endpoints = useEndpoints(null);
  const ids = (endpoints.data?.data ?? []).map(({ id }) => id);
  const isAsked = filter.endpointId === null && ids.length <= MAX_ASKED;
  const standings = useStandings(isAsked ? ids : [], messages);
  return (
    <ul className="rows" aria-label="Messages">
      {messages.map((message) => (
        <li key={message.id} className="row message-row">
          <div className="row-main">
            <Link href={`/messages/${message.id}`} className="row-title">
              {message.eventType}
            </Link>
            <span className="dim small mono block">{message.eventId ?? message.id}</span>
          </div>
          <div className="marks">
            {(message.tags ?? []).map((tag) => (
              <Badge key={tag} tone="info">
                {tag}
              </Badge>
            ))}
          </div>
          <div className="row-side">
            {message.status === undefined ? (
              <Standing statuses={isAsked ? (standings.get(message.id) ?? []) : []} />
            ) : (
              <StatusBadge status={message.status} />
            )}
            <span className="dim small">
              <Time at={message.timestamp} />
            </span>
          </div>
        </li>
      ))}
    </ul>
  );
}

/** The worst first: a person looks for what went wrong. */
const BY_GRAVITY = [2, 3, 4, 1, 0];

function Standing({ statuses }: { statuses: number[] }) {
  const worst = BY_GRAVITY.find((status) => statuses.includes(status));
  return worst === undefined ? null : <StatusBadge status={worst} />;
}
