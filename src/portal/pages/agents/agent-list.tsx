import { Link } from "wouter";
import { type Agent, useAgents } from "../../api/agents.ts";
import { Badge } from "../../parts/badge.tsx";
import { Empty } from "../../parts/feedback.tsx";
import { PagedRows } from "../../parts/paged-rows.tsx";
import { usePaging } from "../../parts/pager.tsx";
import { Time } from "../../parts/time.tsx";
import { Connect } from "./connect.tsx";

/** Who pulls, and how far behind each is. */
export function AgentList() {
  const paging = usePaging();
  const agents = useAgents(paging.iterator);
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Agents</h1>
          <p className="dim">Programs that ask for events instead of being called.</p>
        </div>
      </div>
      <PagedRows
        query={agents}
        paging={paging}
        label="Agents"
        labels={["Previous", "Next"]}
        row={(agent) => <AgentRow key={agent.name} agent={agent} />}
        empty={
          <Empty title="No agents yet">One appears here when it first acknowledges or holds an event.</Empty>
        }
      />
      <Connect />
    </>
  );
}

function AgentRow({ agent }: { agent: Agent }) {
  return (
    <li className="row">
      <div className="row-main">
        <Link href={`/agents/${agent.name}`} className="row-title mono">
          {agent.name}
        </Link>
        <div className="dim small">
          {isPoller(agent.name) ? "Poller. " : null}
          Acknowledged up to {agent.acknowledgedUpTo}, last seen <Time at={agent.lastSeen} />
        </div>
      </div>
      <div className="row-side">
        <LagBadge agent={agent} />
        <span className="dim small">
          {agent.leased > 0 ? `${agent.leased} held` : null}
          {agent.leased > 0 && agent.oldestPending !== null ? ", " : null}
          {agent.oldestPending === null ? null : (
            <>
              oldest <Time at={agent.oldestPending} />
            </>
          )}
        </span>
      </div>
    </li>
  );
}

export function LagBadge({ agent: { pending } }: { agent: Agent }) {
  return pending === 0 ? <Badge tone="good">Up to date</Badge> : <Badge tone="info">{pending} pending</Badge>;
}

/** Of Svix's kind: its name is `sink:consumer`. */
export function isPoller(name: string): boolean {
  return name.includes(":");
}
