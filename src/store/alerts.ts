import type { AlertMetric, AlertSample } from "../core/alerts.ts";
import { MAX_ALERT_RULES_PER_APP } from "../core/limits/alerts.ts";
import type { PageScan } from "../core/page.ts";

export type AlertRuleRecord = {
  appKey: number;
  id: string;
  name: string | null;
  metric: AlertMetric;
  threshold: number;
  windowSeconds: number;
  endpoint: { key: number; id: string } | null;
  firedAtMs: number | null;
  createdAtMs: number;
};

type RuleRow = {
  app_key: number;
  id: string;
  name: string | null;
  metric: AlertMetric;
  threshold: number;
  window_seconds: number;
  endpoint_key: number | null;
  endpoint_id: string | null;
  fired_at: number | null;
  created_at: number;
};

const COLUMNS =
  "app_key, id, name, metric, threshold, window_seconds, endpoint_key, endpoint_id, fired_at, created_at";

/** What a rule counts, as it stands now: a total that only grows while its endpoints stay. */
const failedOf = (appKey: string, endpointKey: string) =>
  `(SELECT COALESCE(SUM(s.failed), 0) FROM endpoint_status s
    WHERE s.app_key = ${appKey} AND (${endpointKey} IS NULL OR s.endpoint_key = ${endpointKey}))`;

/** Attempts that failed so far, of one endpoint or of all. */
export async function countFailed(
  db: D1Database,
  appKey: number,
  endpointKey: number | null,
): Promise<number> {
  const row = await db
    .prepare(`SELECT ${failedOf("?1", "?2")} AS failed`)
    .bind(appKey, endpointKey)
    .first<{ failed: number }>();
  return row?.failed ?? 0;
}

/** Adds a rule; false when the application has as many as it may. */
export async function insertAlertRule(
  db: D1Database,
  rule: AlertRuleRecord,
  samples: readonly AlertSample[],
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO alert_rules (app_key, id, name, metric, threshold, window_seconds, endpoint_key, endpoint_id,
         counted, samples, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0, ?9, ?10
       WHERE (SELECT COUNT(*) FROM alert_rules WHERE app_key = ?1) < ?11`,
    )
    .bind(
      rule.appKey,
      rule.id,
      rule.name,
      rule.metric,
      rule.threshold,
      rule.windowSeconds,
      rule.endpoint?.key ?? null,
      rule.endpoint?.id ?? null,
      JSON.stringify(samples),
      rule.createdAtMs,
      MAX_ALERT_RULES_PER_APP,
    )
    .run();
  return meta.changes > 0;
}

export async function listAlertRules(
  db: D1Database,
  appKey: number,
  { from, ascending, count }: PageScan,
): Promise<AlertRuleRecord[]> {
  const [beyond, direction] = ascending ? [">", "ASC"] : ["<", "DESC"];
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM alert_rules WHERE app_key = ?1 AND (?2 IS NULL OR id ${beyond} ?2)
       ORDER BY id ${direction} LIMIT ?3`,
    )
    .bind(appKey, from, count)
    .all<RuleRow>();
  return results.map(toRule);
}

export async function findAlertRule(
  db: D1Database,
  appKey: number,
  id: string,
): Promise<AlertRuleRecord | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM alert_rules WHERE app_key = ? AND id = ?`)
    .bind(appKey, id)
    .first<RuleRow>();
  return row === null ? null : toRule(row);
}

/** False when there is no such rule. */
export async function deleteAlertRule(db: D1Database, appKey: number, id: string): Promise<boolean> {
  const { meta } = await db
    .prepare("DELETE FROM alert_rules WHERE app_key = ? AND id = ?")
    .bind(appKey, id)
    .run();
  return meta.changes > 0;
}

function toRule(row: RuleRow): AlertRuleRecord {
  const { endpoint_key: key, endpoint_id: id } = row;
  return {
    appKey: row.app_key,
    id: row.id,
    name: row.name,
    metric: row.metric,
    threshold: row.threshold,
    windowSeconds: row.window_seconds,
    endpoint: key === null || id === null ? null : { key, id },
    firedAtMs: row.fired_at,
    createdAtMs: row.created_at,
  };
}

/** A rule with what it has to judge. */
export type AlertRuleToJudge = AlertRuleRecord & {
  appId: string;
  appUid: string | null;
  samples: AlertSample[];
  total: number;
};

export type RulePlace = { appKey: number; id: string };

/** The next rules of live applications behind a place. */
export async function listRulesToJudge(
  db: D1Database,
  { after, limit }: { after: RulePlace; limit: number },
): Promise<AlertRuleToJudge[]> {
  const { results } = await db
    .prepare(
      `SELECT r.*, a.id AS app_id, a.uid AS app_uid,
         CASE r.metric WHEN 'webhook-failures' THEN ${failedOf("r.app_key", "r.endpoint_key")}
           ELSE r.counted END AS total
       FROM alert_rules r JOIN applications a ON a.key = r.app_key AND a.deleted_at IS NULL
       WHERE (r.app_key, r.id) > (?1, ?2) ORDER BY r.app_key, r.id LIMIT ?3`,
    )
    .bind(after.appKey, after.id, limit)
    .all<RuleRow & { app_id: string; app_uid: string | null; samples: string; total: number }>();
  return results.map((row) => ({
    ...toRule(row),
    appId: row.app_id,
    appUid: row.app_uid,
    samples: JSON.parse(row.samples),
    total: row.total,
  }));
}

export async function saveAlertState(
  db: D1Database,
  { appKey, id }: RulePlace,
  state: { samples: readonly AlertSample[]; firedAtMs: number | null },
): Promise<void> {
  await db
    .prepare("UPDATE alert_rules SET samples = ?3, fired_at = ?4 WHERE app_key = ?1 AND id = ?2")
    .bind(appKey, id, JSON.stringify(state.samples), state.firedAtMs)
    .run();
}

/** Whether any rule counts what only the operational log tells. */
export async function hasLogRules(db: D1Database): Promise<boolean> {
  const row = await db
    .prepare("SELECT EXISTS (SELECT 1 FROM alert_rules WHERE metric = 'webhook-exhausted') AS has")
    .first<{ has: number }>();
  return row?.has === 1;
}

export type ExhaustedCount = { appKey: number; endpointKey: number; count: number };

/** Adds deliveries given up to the rules that count them, if the follower is still where they were read. */
export function countExhaustedStatement(
  db: D1Database,
  counts: readonly ExhaustedCount[],
  follower: { name: string; from: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE alert_rules SET counted = counted + j.n
       FROM (SELECT r.app_key, r.id, SUM(c.value ->> '$.count') AS n
         FROM json_each(?1) c JOIN alert_rules r ON r.app_key = c.value ->> '$.appKey'
           AND (r.endpoint_key IS NULL OR r.endpoint_key = c.value ->> '$.endpointKey')
         WHERE r.metric = 'webhook-exhausted' GROUP BY r.app_key, r.id) j
       WHERE alert_rules.app_key = j.app_key AND alert_rules.id = j.id
         AND EXISTS (SELECT 1 FROM operational_followers WHERE name = ?2 AND position = ?3)`,
    )
    .bind(JSON.stringify(counts), follower.name, follower.from);
}
