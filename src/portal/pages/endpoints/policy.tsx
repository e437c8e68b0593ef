import { Fragment, useState } from "react";
import type { DeliveryPolicyIn, DeliveryPolicyOut } from "../../../contract/policy.ts";
import { endpointPath, useApplicationPolicy, useChange, usePolicy, useWire } from "../../api/endpoints.ts";
import { Loaded } from "../../parts/feedback.tsx";
import { inheritedPolicy, type PolicyKey, type PolicyTexts, policyText, sourceText } from "./policy-draft.ts";
import { PolicyForm } from "./policy-form.tsx";

type PolicyProps = { endpointId: string; mayManage: boolean };

/** How deliveries are made: format, schedule, timeout, how many at a time, in which order, and when down. */
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

const TERMS: [key: PolicyKey, term: string][] = [
  ["dialect", "Format"],
  ["retrySchedule", "After a failure, wait"],
  ["jitter", "Exactness"],
  ["timeoutSeconds", "Timeout"],
  ["ordering", "Order"],
  ["concurrency", "At a time"],
  ["breaker", "When down"],
];

function Summary({ policy }: { policy: DeliveryPolicyOut }) {
  // In order there is one at a time, whatever the number says.
  const shown = TERMS.filter(([key]) => key !== "concurrency" || policy.ordering !== "fifo");
  return (
    <dl className="pairs">
      {shown.map(([key, term]) => (
        <Fragment key={key}>
          <dt>{term}</dt>
          <dd>
            {policyText(policy, key)} <span className="dim small">({sourceText(policy, key)})</span>
          </dd>
        </Fragment>
      ))}
    </dl>
  );
}

function Edit({ endpointId, policy }: { endpointId: string; policy: DeliveryPolicyOut }) {
  const [draft, setDraft] = useState<Partial<PolicyTexts>>({});
  const application = useApplicationPolicy();
  const wire = useWire(endpointId);
  const save = useChange<DeliveryPolicyIn>((json) => [
    endpointPath(endpointId, "/delivery-policy"),
    { method: "PATCH", json },
  ]);
  const reset = (key: PolicyKey) =>
    save.mutate(
      { [key]: null },
      { onSuccess: () => setDraft(({ [key]: _, ...rest }: Partial<PolicyTexts>) => rest) },
    );
  return (
    <details className="advanced">
      <summary>Change the policy</summary>
      <Loaded query={wire}>
        {({ dialect, dialects }) => (
          <PolicyForm
            policy={policy}
            inherited={application.data === undefined ? null : inheritedPolicy(application.data, dialect)}
            dialects={dialects}
            draft={draft}
            onChange={setDraft}
            onSave={(changes) => save.mutate(changes, { onSuccess: () => setDraft({}) })}
            onReset={reset}
            saving={save}
          />
        )}
      </Loaded>
    </details>
  );
}
