import { type FormEvent, useState } from "react";
import { Link, useLocation } from "wouter";
import {
  type MessageFilter,
  type MessageStanding,
  useMessageStatus,
  useMessages,
} from "../../api/messages.ts";
import { Badge, StatusBadge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Empty, ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { Pager, type Paging, usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { Filters, NO_FILTER } from "./message-filters.tsx";
import { StandingBadge } from "./standing-badge.tsx";

export function MessageList() {
  const [filter, setFilter] = useState(NO_FILTER);
  const paging = usePaging();
  const messages = useMessages(filter, paging.iterator);
  const statuses = useMessageStatus(filter, paging.iterator);
  const change = (part: Partial<MessageFilter>) => {
    setFilter({ ...filter, ...part });
    paging.first();
  };
  const standings = new Map(statuses.data?.data.map((standing) => [standing.id, standing]));
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
      {statuses.data === undefined || filter.endpointId !== null ? null : <Shortcomings {...statuses.data} />}
      {filter.overall === null ? (
        <>
          {statuses.isError ? (
            <ErrorNote error={statuses.error} onRetry={() => void statuses.refetch()} />
          ) : null}
          <Loaded query={messages}>
            {(page) => (
              <Page page={page} standings={standings} paging={paging} filter={filter} onChange={change} />
            )}
          </Loaded>
        </>
      ) : (
        <Loaded query={statuses}>
          {(page) => (
            <Page page={page} standings={standings} paging={paging} filter={filter} onChange={change} />
          )}
        </Loaded>
      )}
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

/** What the statuses do not tell. */
function Shortcomings({ partial, endpointsAsked, endpointsTotal, unreachable }: Shortcomings) {
  return (
    <>
      {partial ? (
        <Note tone="info">
          Statuses are those at the newest {endpointsAsked} of {endpointsTotal} endpoints. Choose another one
          to see how messages stand there.
        </Note>
      ) : null}
      {unreachable.length === 0 ? null : (
        <Note tone="warn">Some endpoints cannot be asked just now: what only they know is missing.</Note>
      )}
    </>
  );
}

type Shortcomings = {
  partial: boolean;
  endpointsAsked: number;
  endpointsTotal: number;
  unreachable: string[];
};

type Shown = {
  id: string;
  eventType: string;
  eventId: string | null;
  tags: string[] | null;
  timestamp: string;
  /** At the endpoint that is asked about. */
  status?: number;
};

type PageProps = {
  page: { data: Shown[]; iterator: string | null; done: boolean };
  standings: Map<string, MessageStanding>;
  paging: Paging;
  filter: MessageFilter;
  onChange: (part: Partial<MessageFilter>) => void;
};

function Page({ page, standings, paging, filter, onChange }: PageProps) {
  const isFiltered = Object.values(filter).some((value) => value !== null);
  if (page.data.length === 0 && !page.done) {
    return (
      <Empty
        title="None found so far"
        action={<Button onClick={() => paging.next(page.iterator)}>Search on</Button>}
      >
        Many messages were looked through, and there are older ones.
      </Empty>
    );
  }
  if (page.data.length === 0) {
    return (
      <>
        <Empty
          title={emptyTitle(isFiltered, paging.hasBefore)}
          action={isFiltered ? <Button onClick={() => onChange(NO_FILTER)}>Clear the filters</Button> : null}
        >
          {isFiltered || paging.hasBefore ? undefined : "They appear here as they are published."}
        </Empty>
        <Pager paging={paging} page={page} />
      </>
    );
  }
  return (
    <>
      <ul className="rows" aria-label="Messages">
        {page.data.map((message) => (
          <MessageRow key={message.id} message={message} standing={standings.get(message.id)} />
        ))}
      </ul>
      <Pager paging={paging} page={page} />
    </>
  );
}

function emptyTitle(isFiltered: boolean, hasBefore: boolean): string {
  if (hasBefore) return isFiltered ? "No further message fits" : "There are no more messages";
  return isFiltered ? "No message fits" : "No messages yet";
}

function MessageRow({ message, standing }: { message: Shown; standing: MessageStanding | undefined }) {
  return (
    <li className="row message-row">
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
        {message.status !== undefined ? <StatusBadge status={message.status} /> : null}
        {message.status === undefined && standing !== undefined ? (
          <StandingBadge standing={standing} />
        ) : null}
        <span className="dim small">
          <Time at={message.timestamp} />
        </span>
      </div>
    </li>
  );
}
