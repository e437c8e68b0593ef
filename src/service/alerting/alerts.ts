/** Alert rules: what a consumer or publisher makes of them, and what the upkeep does with them every minute. */
import { type AlertMetric, type AlertRule, firstSamples, judgeAlert, windowText } from "../../core/alerts.ts";
import { ALERT_ID_PREFIX, plainId } from "../../core/ids.ts";
import { ALERT_RULES_PAGE, MAX_ALERT_RULES_PER_APP } from "../../core/limits/alerts.ts";
import type { AlertEvent } from "../../core/operational.ts";
import {
  type AlertRuleRecord,
  type AlertRuleToJudge,
  countFailed,
  deleteAlertRule,
  insertAlertRule,
  listRulesToJudge,
  type RulePlace,
  saveAlertState,
} from "../../store/alerts.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import { startFollowing, type Told } from "../../store/operational-log.ts";
import type { ServiceContext } from "../context.ts";
import { tellOperational } from "../operational.ts";
import { FOLLOWER } from "./incidents.ts";

export type NewAlert = {
  appKey: number;
  name: string | null;
  metric: AlertMetric;
  threshold: number;
  windowSeconds: number;
  /** Id or uid; null: all endpoints of the application. */
  endpointNamed: string | null;
};

export type CreateAlertOutcome =
  | { kind: "created"; rule: AlertRuleRecord }
  | { kind: "no_endpoint" }
  | { kind: "limit_reached"; reason: string };

/** Adds a rule that counts from now on. */
export async function createAlert(ctx: ServiceContext, alert: NewAlert): Promise<CreateAlertOutcome> {
  const { DB } = ctx.env;
  const { endpointNamed, ...fields } = alert;
  const named = endpointNamed === null ? null : await findEndpoint(DB, alert.appKey, endpointNamed);
  if (endpointNamed !== null && named === null) return { kind: "no_endpoint" };
  const rule: AlertRuleRecord = {
    ...fields,
    id: plainId(ALERT_ID_PREFIX, ctx.nowMs, ctx.random),
    endpoint: named === null ? null : { key: named.endpointKey, id: named.endpointId },
    firedAtMs: null,
    createdAtMs: ctx.nowMs,
  };
  const total =
    rule.metric === "webhook-failures" ? await countFailed(DB, rule.appKey, rule.endpoint?.key ?? null) : 0;
  // What is told before somebody follows is lost to the count.
  if (rule.metric === "webhook-exhausted") await startFollowing(DB, FOLLOWER, ctx.nowMs);
  if (await insertAlertRule(DB, rule, firstSamples(rule, total, ctx.nowMs))) return { kind: "created", rule };
  const reason = `An application may have ${MAX_ALERT_RULES_PER_APP} alert rules`;
  return { kind: "limit_reached", reason };
}

/** False when there is no such rule. */
export function removeAlert(ctx: ServiceContext, appKey: number, id: string): Promise<boolean> {
  return deleteAlertRule(ctx.env.DB, appKey, id);
}

/** Judges every rule, and tells of those that have reached their threshold. */
export async function judgeAlerts(ctx: ServiceContext): Promise<void> {
  let after: RulePlace | null = { appKey: 0, id: "" };
  while (after !== null) {
    const page: AlertRuleToJudge[] = await listRulesToJudge(ctx.env.DB, { after, limit: ALERT_RULES_PAGE });
    for (const rule of page) await judge(ctx, rule);
    const last = page.length === ALERT_RULES_PAGE ? page.at(-1) : undefined;
    after = last === undefined ? null : { appKey: last.appKey, id: last.id };
  }
}

async function judge(ctx: ServiceContext, rule: AlertRuleToJudge): Promise<void> {
  const before = { samples: rule.samples, firedAtMs: rule.firedAtMs };
  const { state, fired } = judgeAlert(rule, before, { total: rule.total, atMs: ctx.nowMs });
  // Told before it is remembered: a crash in between tells it twice, not never.
  if (fired !== null) await tellOperational(ctx, [firedEvent(rule, fired, ctx.nowMs)]);
  if (state !== before) await saveAlertState(ctx.env.DB, rule, state);
}

function firedEvent(
  rule: AlertRuleToJudge & AlertRule,
  fired: { count: number; sinceMs: number },
  atMs: number,
): Told {
  const event: AlertEvent = {
    type: "alert.fired",
    data: {
      appId: rule.appId,
      appUid: rule.appUid,
      alertId: rule.id,
      name: rule.name,
      metric: rule.metric,
      threshold: rule.threshold,
      window: windowText(rule.windowSeconds),
      count: fired.count,
      since: new Date(fired.sinceMs).toISOString(),
      endpointId: rule.endpoint?.id ?? null,
    },
  };
  return { id: `alert.fired.${rule.id}.${atMs}`, event };
}
