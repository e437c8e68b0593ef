import { type ReactNode, useState } from "react";
import { useLocation } from "wouter";
import { type Agent, useAgent, useForget } from "../../api/agents.ts";
import { useApp } from "../../api/context.tsx";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { OneOf } from "../../parts/one-of.tsx";
import { Time } from "../../parts/time.tsx";
import { isPoller, LagBadge } from "./agent-list.tsx";
import { MoveAgent } from "./move-agent.tsx";
import { PendingList } from "./pending-list.tsx";

export function AgentPage({ name }: { name: string }) {
  const agent = useAgent(name);
  return (
    <OneOf query={agent} noun="agent" listHref="/agents" listName="Agents">
      {(found) => <Opened agent={found} />}
    </OneOf>
  );
}

type Asked = "move" | "forget" | null;

function Opened({ agent }: { agent: Agent }) {
  const { can } = useApp();
  const [asked, setAsked] = useState<Asked>(null);
  const close = () => setAsked(null);
  return (
    <>
      <div className="page-head">
        <div className="grow">
          <h1 className="mono endpoint-title">{agent.name}</h1>
          <p className="dim">
            {isPoller(agent.name) ? "A poller: the name of its sink, and its own." : "Pulls events."} Last
            seen <Time at={agent.lastSeen} />.
          </p>
        </div>
        <LagBadge agent={agent} />
      </div>
      <section className="facts agent-facts" aria-label="Progress">
        <Fact name="Acknowledged up to" value={agent.acknowledgedUpTo} />
        <Fact name="Pending" value={agent.pending} />
        <Fact name="Held by workers" value={agent.leased} />
        <Fact
          name="Oldest pending"
          value={agent.oldestPending === null ? "none" : <Time at={agent.oldestPending} />}
        />
      </section>
      {can("ManageEndpoint") ? (
        <div className="card-actions agent-actions">
          <Button small onClick={() => setAsked("move")}>
            Move…
          </Button>
          <Button small kind="danger" onClick={() => setAsked("forget")}>
            Forget…
          </Button>
        </div>
      ) : null}
      <PendingList name={agent.name} />
      {asked === "move" ? <MoveAgent agent={agent} onClose={close} /> : null}
      {asked === "forget" ? <Forget name={agent.name} onClose={close} /> : null}
    </>
  );
}

function Fact({ name, value }: { name: string; value: ReactNode }) {
  return (
    <div className="fact">
      <div className="dim small">{name}</div>
      <div className="fact-value">{value}</div>
    </div>
  );
}

function Forget({ name, onClose }: { name: string; onClose: () => void }) {
  const forget = useForget(name);
  const [, navigate] = useLocation();
  return (
    <Confirm
      title="Forget this agent?"
      action="Forget"
      onClose={onClose}
      onConfirm={() => forget.mutate(null, { onSuccess: () => navigate("/agents") })}
      busy={forget.isPending}
      error={forget.error}
    >
      What it has acknowledged is forgotten. If a program still asks as <code>{name}</code>, it gets
      everything again from the start.
    </Confirm>
  );
}
