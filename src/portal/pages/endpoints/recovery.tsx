import { type ReactNode, useState } from "react";
import type { EndpointOut } from "../../../contract/endpoints.ts";
import { type ReplayKind, useReplay } from "../../api/tasks.ts";
import { Button } from "../../parts/button.tsx";
import { ErrorNote, Note } from "../../parts/feedback.tsx";
import { SinceField, sinceText } from "../../parts/since-field.tsx";
import { TaskProgress } from "../../parts/task-progress.tsx";
import { BulkReplay } from "./bulk-replay.tsx";

const DAY_SECONDS = "86400";

export function Recovery({ endpoint }: { endpoint: EndpointOut }) {
  if (endpoint.disabled) {
    return <Note tone="warn">The endpoint is disabled. Enable it in its settings first.</Note>;
  }
  return (
    <>
      <ReplaySection endpointId={endpoint.id} kind="recover" title="Recover failed messages" action="Recover">
        Sends again what failed since then and was given up.
      </ReplaySection>
      <ReplaySection
        endpointId={endpoint.id}
        kind="replay-missing"
        title="Replay missing messages"
        action="Replay missing"
      >
        Sends what this endpoint listens to and was never sent, also from before it existed.
      </ReplaySection>
      <BulkReplay endpointId={endpoint.id} />
    </>
  );
}

type SectionProps = {
  endpointId: string;
  kind: ReplayKind;
  title: string;
  action: string;
  children: ReactNode;
};

function ReplaySection({ endpointId, kind, title, action, children }: SectionProps) {
  const [age, setAge] = useState(DAY_SECONDS);
  const replay = useReplay(endpointId, kind);
  return (
    <section>
      <h2>{title}</h2>
      <p className="dim">{children}</p>
      <div className="send-line">
        <SinceField value={age} onChange={setAge} />
        <Button onClick={() => replay.mutate({ since: sinceText(age) })} busy={replay.isPending}>
          {action}
        </Button>
      </div>
      {replay.isError ? <ErrorNote error={replay.error} /> : null}
      {replay.data === undefined ? null : <TaskProgress id={replay.data.id} />}
    </section>
  );
}
