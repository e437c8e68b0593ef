import { type FormEvent, useState } from "react";
import type { DeliveryPolicyIn, DeliveryPolicyOut } from "../../../contract/policy.ts";
import { ApiFailure } from "../../api/client.ts";
import { endpointPath, useChange, usePolicy } from "../../api/endpoints.ts";
import { Button } from "../../parts/button.tsx";
import { durationText } from "../../parts/duration.ts";
import { ErrorNote, Loaded, Note } from "../../parts/feedback.tsx";
import { SelectField, TextField } from "../../parts/field.tsx";

type PolicyProps = { endpointId: string; mayManage: boolean };

/** How deliveries are made: schedule, timeout, how many at a time, in which order. */
export function Policy({ endpointId, mayManage }: PolicyProps) {
  const policy = usePolicy(endpointId);
  return (
    <section>
      <h2>Delivery policy</h2>
      <Loaded query={policy}>
        {(known) => (
          <>
            <Summary policy={known} />
            {mayManage ? <Edit endpointId={endpointId} policy={known} /> : null}
          </>
        )}
      </Loaded>
    </section>
  );
}

function Summary({ policy }: { policy: DeliveryPolicyOut }) {
  return (
    <dl className="pairs">
      <dt>Format</dt>
      <dd>{policy.dialect}</dd>
      <dt>After a failure, wait</dt>
      <dd>{policy.retrySchedule.map(durationText).join(", ") || "it is not tried again"}</dd>
      <dt>Timeout</dt>
      <dd>{durationText(policy.timeoutSeconds)}</dd>
      <dt>At a time</dt>
      <dd>{policy.ordering === "fifo" ? "one, in order" : `${policy.concurrency} requests`}</dd>
      <dt>When down</dt>
      <dd>
        {policy.breaker === "off"
          ? "sent to all the same"
          : `probed every ${durationText(policy.breaker.firstProbeSeconds)} to ${durationText(policy.breaker.maxProbeSeconds)}`}
      </dd>
    </dl>
  );
}

const ORDERINGS = [
  ["none", "As soon as possible"],
  ["fifo", "Strictly in order, one at a time"],
] as const;

function Edit({ endpointId, policy }: { endpointId: string; policy: DeliveryPolicyOut }) {
  const [schedule, setSchedule] = useState(policy.retrySchedule.join(", "));
  const [timeout, setTimeout] = useState(String(policy.timeoutSeconds));
  const [concurrency, setConcurrency] = useState(String(policy.concurrency));
  const [ordering, setOrdering] = useState<string>(policy.ordering);
  const save = useChange<DeliveryPolicyIn>((json) => [
    endpointPath(endpointId, "/delivery-policy"),
    { method: "PATCH", json },
  ]);
  const fields = save.error instanceof ApiFailure ? save.error.fields : {};
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      changed(policy, {
        retrySchedule: schedule
          .split(/[\s,]+/)
          .filter((part) => part !== "")
          .map(Number),
        timeoutSeconds: Number(timeout),
        concurrency: Number(concurrency),
        ordering: ordering === "fifo" ? "fifo" : "none",
      }),
    );
  };
  return (
    <details className="advanced">
      <summary>Change the policy</summary>
      <form onSubmit={submit} className="stack form">
        <TextField
          label="Seconds to wait after each failure"
          value={schedule}
          onChange={setSchedule}
          error={fields["retrySchedule"]}
          hint="Separated by commas; after the last one a message has failed."
          mono
        />
        <TextField
          label="Timeout in seconds"
          type="number"
          value={timeout}
          onChange={setTimeout}
          error={fields["timeoutSeconds"]}
        />
        <SelectField label="Order" value={ordering} onChange={setOrdering} options={ORDERINGS} />
        <TextField
          label="Requests at a time"
          type="number"
          value={concurrency}
          onChange={setConcurrency}
          error={fields["concurrency"]}
        />
        {save.isError ? <ErrorNote error={save.error} /> : null}
        {save.isSuccess ? <Note tone="good">Saved. It holds from the next attempt.</Note> : null}
        <div className="form-actions">
          <Button submit busy={save.isPending}>
            Save policy
          </Button>
        </div>
      </form>
    </details>
  );
}

/** Only what differs: the rest goes on following the application's and the format's own. */
function changed(before: DeliveryPolicyOut, after: DeliveryPolicyIn): DeliveryPolicyIn {
  const known: Record<string, unknown> = before;
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(known[name])),
  );
}
