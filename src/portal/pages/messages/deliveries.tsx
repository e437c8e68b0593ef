import { useState } from "react";
import { Link } from "wouter";
import type { MessageAttemptOut } from "../../../contract/attempts.ts";
import { useApp } from "../../api/context.tsx";
import { type Delivery, type Message, useDeliveries, useMessageAttempts } from "../../api/messages.ts";
import { useReplay, useResend } from "../../api/tasks.ts";
import { AttemptList } from "../../parts/attempt-list.tsx";
import { StatusBadge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty, ErrorNote, Loaded } from "../../parts/feedback.tsx";
import { TaskProgress } from "../../parts/task-progress.tsx";
import { TimeAhead } from "../../parts/time.tsx";

/** Each endpoint the message is for, how it stands there, and every attempt. */
export function Deliveries({ message }: { message: Message }) {
  const deliveries = useDeliveries(message.id);
  const attempts = useMessageAttempts(message.id);
  return (
    <section>
      <h2>Deliveries</h2>
      <Loaded query={deliveries}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="It went nowhere">No endpoint listened to this message when it was published.</Empty>
          ) : (
            data.map((delivery) => (
              <DeliveryCard
                key={delivery.id}
                message={message}
                delivery={delivery}
                attempts={(attempts.data?.data ?? []).filter(({ endpointId }) => endpointId === delivery.id)}
              />
            ))
          )
        }
      </Loaded>
      {attempts.isError ? <ErrorNote error={attempts.error} onRetry={() => void attempts.refetch()} /> : null}
    </section>
  );
}

type CardProps = { message: Message; delivery: Delivery; attempts: MessageAttemptOut[] };

function DeliveryCard({ message, delivery, attempts }: CardProps) {
  const { can } = useApp();
  const [recovering, setRecovering] = useState(false);
  const resend = useResend(message.id);
  return (
    <article className="card">
      <div className="card-head">
        <div className="grow">
          <Link href={`/endpoints/${delivery.id}`} className="mono">
            {delivery.url}
          </Link>
          <div className="dim small">
            {delivery.nextAttempt === null ? countText(attempts.length) : null}
            {delivery.nextAttempt === null ? null : (
              <>
                Next attempt <TimeAhead at={delivery.nextAttempt} />
              </>
            )}
          </div>
        </div>
        <StatusBadge status={delivery.status} />
      </div>
      {attempts.length === 0 ? null : <AttemptList attempts={attempts} />}
      {can("CreateAttempts") ? (
        <div className="card-actions">
          <Button small onClick={() => resend.mutate(delivery.id)} busy={resend.isPending}>
            Resend
          </Button>
          <Button small kind="quiet" onClick={() => setRecovering(true)}>
            Recover since this message…
          </Button>
          {resend.isSuccess ? (
            <span className="dim small" role="status">
              Sent again
            </span>
          ) : null}
        </div>
      ) : null}
      {resend.isError ? <ErrorNote error={resend.error} /> : null}
      {recovering ? (
        <RecoverSince message={message} delivery={delivery} onClose={() => setRecovering(false)} />
      ) : null}
    </article>
  );
}

type RecoverProps = { message: Message; delivery: Delivery; onClose: () => void };

function RecoverSince({ message, delivery, onClose }: RecoverProps) {
  const recover = useReplay(delivery.id, "recover");
  const missing = useReplay(delivery.id, "replay-missing");
  const since = { since: message.timestamp };
  const started = recover.data ?? missing.data;
  return (
    <Confirm
      title="Recover since this message?"
      action="Recover failed"
      danger={false}
      onClose={onClose}
      onConfirm={() => recover.mutate(since)}
      busy={recover.isPending || started !== undefined}
      error={recover.error ?? missing.error}
    >
      <p>Sends {delivery.url} again what failed there since this message.</p>
      <Button small onClick={() => missing.mutate(since)} busy={missing.isPending || started !== undefined}>
        Replay what it was never sent instead
      </Button>
      {started === undefined ? null : <TaskProgress id={started.id} />}
    </Confirm>
  );
}

function countText(count: number): string {
  return count === 1 ? "1 attempt" : `${count} attempts`;
}
