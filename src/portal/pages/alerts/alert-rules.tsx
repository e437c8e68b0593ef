import { useState } from "react";
import { type AlertRule, useAlertRules, useDeleteAlertRule } from "../../api/alerts.ts";
import { useApp } from "../../api/context.tsx";
import { useEndpointUrl } from "../../api/endpoints.ts";
import { Badge } from "../../parts/badge.tsx";
import { Button } from "../../parts/button.tsx";
import { Confirm } from "../../parts/dialog.tsx";
import { Empty, Loaded } from "../../parts/feedback.tsx";
import { Time, useNowMs } from "../../parts/time.tsx";
import { NewRule } from "./new-rule.tsx";
import { isFiring, ruleText } from "./rule-text.ts";

export function AlertRules() {
  const { can } = useApp();
  const rules = useAlertRules();
  const [adding, setAdding] = useState(false);
  const add = can("ManageEndpoint") ? (
    <Button kind="primary" onClick={() => setAdding(true)}>
      Add rule
    </Button>
  ) : null;
  return (
    <section>
      <div className="section-head">
        <div className="grow">
          <h2>Rules</h2>
          <p className="dim">
            A rule fires when its number is reached, at most once in its time. Who is written to gets a mail,
            and the publisher an event.
          </p>
        </div>
        {rules.data?.data.length ? add : null}
      </div>
      <Loaded query={rules}>
        {({ data }) =>
          data.length === 0 ? (
            <Empty title="No rules yet" action={add}>
              A rule tells you before an endpoint has failed for a whole day.
            </Empty>
          ) : (
            <ul className="rows" aria-label="Alert rules">
              {data.map((rule) => (
                <RuleRow key={rule.id} rule={rule} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {adding ? <NewRule onClose={() => setAdding(false)} /> : null}
    </section>
  );
}

function RuleRow({ rule }: { rule: AlertRule }) {
  const { can } = useApp();
  const url = useEndpointUrl(rule.endpointId);
  const [deleting, setDeleting] = useState(false);
  const nowMs = useNowMs();
  const words = ruleText(rule, url);
  return (
    <li className="row">
      <div className="row-main">
        <span className="row-title">{rule.name ?? words}</span>
        {rule.name === null ? null : <div className="dim small">{words}</div>}
        <div className="dim small">
          {rule.lastFiredAt === null ? (
            <>
              Has not fired since it was made, <Time at={rule.createdAt} />
            </>
          ) : (
            <>
              Last fired <Time at={rule.lastFiredAt} />
            </>
          )}
        </div>
      </div>
      {isFiring(rule, nowMs) ? <Badge tone="bad">Fired</Badge> : null}
      {can("ManageEndpoint") ? (
        <Button small kind="quiet" onClick={() => setDeleting(true)} label={`Delete rule: ${words}`}>
          Delete
        </Button>
      ) : null}
      {deleting ? <DeleteRule rule={rule} words={words} onClose={() => setDeleting(false)} /> : null}
    </li>
  );
}

function DeleteRule({ rule, words, onClose }: { rule: AlertRule; words: string; onClose: () => void }) {
  const remove = useDeleteAlertRule();
  return (
    <Confirm
      title="Delete this rule?"
      action="Delete rule"
      onClose={onClose}
      onConfirm={() => remove.mutate(rule.id, { onSuccess: onClose })}
      busy={remove.isPending}
      error={remove.error}
    >
      {words}. Nobody is told any more when that happens.
    </Confirm>
  );
}
