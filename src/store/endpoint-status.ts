import type { Latencies } from "../core/latency.ts";
import { SWEEP_MIN_LAG_MS } from "../core/limits/upkeep.ts";
import type { HourCount } from "../core/tally.ts";

export type EndpointStatus = {
  appKey: number;
  endpointKey: number;
  position: number;
  waiting: number;
  configVersion: number;
  succeeded: number;
  failed: number;
  failingSinceMs: number | null;
  updatedAtMs: number;
  dueAtMs: number | null;
  exhaustedAtMs: number | null;
  behind: number;
  latency: Latencies;
  hours: readonly HourCount[];
};

/** Replaces what the object last said of itself. */
export async function saveEndpointStatus(db: D1Database, status: EndpointStatus): Promise<void> {
  await db
    .prepare(
      `INSERT OR REPLACE INTO endpoint_status (app_key, endpoint_key, position, waiting, config_version, succeeded,
         failed, failing_since, updated_at, due_at, exhausted_at, behind, latency, hours)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    )
    .bind(
      status.appKey,
      status.endpointKey,
      status.position,
      status.waiting,
      status.configVersion,
      status.succeeded,
      status.failed,
      status.failingSinceMs,
      status.updatedAtMs,
      status.dueAtMs,
      status.exhaustedAtMs,
      status.behind,
      JSON.stringify(status.latency),
      JSON.stringify(status.hours),
    )
    .run();
}

/** Which of an application's endpoints have given up a delivery after all its retries and not succeeded since. */
export async function listExhausted(
  db: D1Database,
  appKey: number,
  endpointKeys: readonly number[],
): Promise<Set<number>> {
  const { results } = await db
    .prepare(
      `SELECT endpoint_key FROM endpoint_status
       WHERE app_key = ?1 AND endpoint_key IN (SELECT value FROM json_each(?2)) AND exhausted_at IS NOT NULL`,
    )
    .bind(appKey, JSON.stringify(endpointKeys))
    .all<{ endpoint_key: number }>();
  return new Set(results.map(({ endpoint_key }) => endpoint_key));
}

/** A live endpoint whose object has not said that it took all of its application's events. */
export type LaggingEndpoint = { appKey: number; endpointKey: number; endpointId: string };

/**
 * Up to `limit` endpoints from behind a cursor, each with whether it is behind: its log's head is past its position, its
 * configuration is newer than the one it works with, or it did not wake when it meant to (the platform may drop an
 * alarm). A fresh status is an object at work and counts as not behind.
 */
export async function listForSweep(
  db: D1Database,
  sweep: { after: { appKey: number; endpointKey: number }; limit: number; nowMs: number },
): Promise<(LaggingEndpoint & { behind: boolean })[]> {
  const { results } = await db
    .prepare(
      `SELECT e.app_key, e.key, e.id,
         COALESCE(s.updated_at, 0) < ?4 AND (
           COALESCE(s.position, (e.spans ->> '$[0].from') - 1)
             < COALESCE((SELECT MAX(position) FROM events WHERE app_key = e.app_key), 0)
           OR COALESCE(s.config_version, 0) < e.version OR s.due_at < ?4) AS behind
       FROM endpoints e LEFT JOIN endpoint_status s ON s.app_key = e.app_key AND s.endpoint_key = e.key
       WHERE (e.app_key, e.key) > (?1, ?2) AND (e.deleted_at IS NULL
         OR COALESCE(s.config_version, 0) < e.version OR s.due_at < ?4)
       ORDER BY e.app_key, e.key LIMIT ?3`,
    )
    .bind(sweep.after.appKey, sweep.after.endpointKey, sweep.limit, sweep.nowMs - SWEEP_MIN_LAG_MS)
    .all<{ app_key: number; key: number; id: string; behind: number }>();
  return results.map((row) => ({
    appKey: row.app_key,
    endpointKey: row.key,
    endpointId: row.id,
    behind: row.behind === 1,
  }));
}
