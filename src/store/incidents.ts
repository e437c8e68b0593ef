import type { Incident, IncidentDetail, IncidentTopic } from "../core/incidents.ts";
import { INCIDENT_TTL_MS, MAIL_GAP_MS, MAX_DUE_INCIDENTS } from "../core/limits/mail.ts";
import { ALERT_EMAIL_KEY } from "../core/mail.ts";

/** What to add to an incident. */
export type IncidentRow = {
  appKey: number;
  endpointKey: number;
  topic: IncidentTopic;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  detail: IncidentDetail;
};

export type DialectWanted = {
  /** Deliveries given up are only told of endpoints in this dialect. */
  dialect: string;
  deploymentDialect: string;
};

const EMAIL = `a.metadata ->> '$."${ALERT_EMAIL_KEY}"'`;

/**
 * Adds to the incidents of applications that have an address to write to; the others are told nothing. With `isNext` as a
 * condition, so that one batch can move a follower and add what it read, or do neither.
 */
export function addIncidentsStatement(
  db: D1Database,
  rows: readonly IncidentRow[],
  { dialect, deploymentDialect, follower }: DialectWanted & { follower: { name: string; from: number } },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO incidents (app_key, endpoint_key, topic, untold, opened_at, last_at, detail)
       SELECT a.key, v ->> '$.endpointKey', v ->> '$.topic', v ->> '$.count', v ->> '$.firstAtMs',
         v ->> '$.lastAtMs', v -> '$.detail'
       FROM (SELECT value AS v FROM json_each(?1)) j JOIN applications a ON a.key = v ->> '$.appKey'
         LEFT JOIN endpoints e ON e.app_key = a.key AND e.key = v ->> '$.endpointKey'
       WHERE a.deleted_at IS NULL AND ${EMAIL} IS NOT NULL
         AND (v ->> '$.topic' <> 'exhausted'
           OR COALESCE(e.policy ->> '$.dialect', a.policy ->> '$.dialect', ?3) = ?2)
         AND EXISTS (SELECT 1 FROM operational_followers WHERE name = ?4 AND position = ?5)
       ON CONFLICT (app_key, endpoint_key, topic) DO UPDATE SET
         opened_at = CASE WHEN untold = 0 THEN excluded.opened_at ELSE opened_at END,
         untold = untold + excluded.untold, last_at = excluded.last_at, detail = excluded.detail`,
    )
    .bind(JSON.stringify(rows), dialect, deploymentDialect, follower.name, follower.from);
}

/** Whether any application has an address to write to. */
export async function hasAlertEmails(db: D1Database): Promise<boolean> {
  const row = await db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM applications a WHERE a.deleted_at IS NULL AND ${EMAIL} IS NOT NULL) AS has`,
    )
    .first<{ has: number }>();
  return row?.has === 1;
}

export type EndpointPlace = { appKey: number; endpointKey: number };

/**
 * Opens an incident for each endpoint that has only failed since before a moment, once for each such stretch, among the
 * next status rows behind a place; returns where it came to, null at the end.
 */
export async function addFailing(
  db: D1Database,
  scan: { after: EndpointPlace; limit: number; beforeMs: number; nowMs: number },
): Promise<EndpointPlace | null> {
  const window = `SELECT * FROM endpoint_status WHERE (app_key, endpoint_key) > (?1, ?2)
    ORDER BY app_key, endpoint_key LIMIT ?3`;
  const place = [scan.after.appKey, scan.after.endpointKey, scan.limit];
  const since = "strftime('%Y-%m-%dT%H:%M:%fZ', s.failing_since / 1000.0, 'unixepoch')";
  const [, seen] = await db.batch<{ app_key: number; endpoint_key: number; rows: number }>([
    db
      .prepare(
        `INSERT INTO incidents (app_key, endpoint_key, topic, untold, opened_at, last_at, detail)
         SELECT e.app_key, e.key, 'failing', 1, ?5, ?5, json_object('url', e.url, 'endpointId', e.id,
           'description', e.description, 'failingSince', ${since})
         FROM (${window}) s JOIN endpoints e ON e.app_key = s.app_key AND e.key = s.endpoint_key
           JOIN applications a ON a.key = e.app_key
         WHERE s.failing_since <= ?4 AND e.deleted_at IS NULL AND e.disabled = 0 AND a.deleted_at IS NULL
           AND ${EMAIL} IS NOT NULL
           AND NOT EXISTS (SELECT 1 FROM incidents i WHERE i.app_key = e.app_key AND i.endpoint_key = e.key
             AND i.topic = 'failing' AND i.detail ->> '$.failingSince' = ${since})
         ON CONFLICT (app_key, endpoint_key, topic) DO UPDATE SET untold = 1, opened_at = excluded.opened_at,
           last_at = excluded.last_at, detail = excluded.detail`,
      )
      .bind(...place, scan.beforeMs, scan.nowMs),
    db
      .prepare(
        `SELECT app_key, endpoint_key, COUNT(*) OVER () AS rows FROM (${window})
         ORDER BY app_key DESC, endpoint_key DESC LIMIT 1`,
      )
      .bind(...place),
  ]);
  const last = seen?.results[0];
  if (last === undefined || last.rows < scan.limit) return null;
  return { appKey: last.app_key, endpointKey: last.endpoint_key };
}

type DueRow = {
  app_key: number;
  endpoint_key: number;
  topic: IncidentTopic;
  untold: number;
  opened_at: number;
  last_at: number;
  detail: string;
  told_at: number | null;
  tried_at: number | null;
  app_tried_at: number | null;
};

/** Incidents of which something is untold, those told least lately first, and when each application was last written to. */
export async function listUntold(
  db: D1Database,
): Promise<{ incidents: Incident[]; lastTriedMs: Map<number, number> }> {
  const { results } = await db
    .prepare(
      `SELECT i.*, (SELECT MAX(tried_at) FROM incidents t WHERE t.app_key = i.app_key) AS app_tried_at
       FROM incidents i WHERE untold > 0 ORDER BY COALESCE(told_at, 0), opened_at LIMIT ?`,
    )
    .bind(MAX_DUE_INCIDENTS)
    .all<DueRow>();
  const lastTriedMs = new Map<number, number>();
  for (const row of results) if (row.app_tried_at !== null) lastTriedMs.set(row.app_key, row.app_tried_at);
  return { incidents: results.map(toIncident), lastTriedMs };
}

function toIncident(row: DueRow): Incident {
  return {
    appKey: row.app_key,
    endpointKey: row.endpoint_key,
    topic: row.topic,
    untold: row.untold,
    openedAtMs: row.opened_at,
    lastAtMs: row.last_at,
    detail: JSON.parse(row.detail),
    toldAtMs: row.told_at,
    triedAtMs: row.tried_at,
  };
}

/** Takes the application's next mail upon oneself; false: another has just done so. */
export async function claimMail(
  db: D1Database,
  { appKey, endpointKey, topic }: Pick<Incident, "appKey" | "endpointKey" | "topic">,
  nowMs: number,
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE incidents SET tried_at = ?4 WHERE app_key = ?1 AND endpoint_key = ?2 AND topic = ?3
         AND NOT EXISTS (SELECT 1 FROM incidents t WHERE t.app_key = ?1 AND t.tried_at > ?5)`,
    )
    .bind(appKey, endpointKey, topic, nowMs, nowMs - MAIL_GAP_MS)
    .run();
  return meta.changes > 0;
}

/** All that these said is told; what came meanwhile is left for the next mail. */
export async function markTold(db: D1Database, incidents: readonly Incident[], nowMs: number): Promise<void> {
  const rows = incidents.map(({ appKey, endpointKey, topic, untold }) => ({
    appKey,
    endpointKey,
    topic,
    untold,
  }));
  await db
    .prepare(
      `UPDATE incidents SET told_at = ?2, untold = MAX(0, untold - (j.value ->> '$.untold')), opened_at = last_at
       FROM json_each(?1) j WHERE app_key = j.value ->> '$.appKey' AND endpoint_key = j.value ->> '$.endpointKey'
         AND topic = j.value ->> '$.topic'`,
    )
    .bind(JSON.stringify(rows), nowMs)
    .run();
}

/** When a mail to the application's owner last went out, as far as its incidents are still remembered. */
export async function lastMailMs(db: D1Database, appKey: number): Promise<number | null> {
  const row = await db
    .prepare(
      `SELECT MAX(at) AS last FROM (SELECT told_at AS at FROM incidents WHERE app_key = ?1
         UNION ALL SELECT sent_at FROM test_mails WHERE app_key = ?1)`,
    )
    .bind(appKey)
    .first<{ last: number | null }>();
  return row?.last ?? null;
}

/** Forgets what was told long ago. */
export async function forgetTold(db: D1Database, nowMs: number): Promise<void> {
  await db
    .prepare("DELETE FROM incidents WHERE untold = 0 AND last_at < ?")
    .bind(nowMs - INCIDENT_TTL_MS)
    .run();
}
