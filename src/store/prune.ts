/** Removes the rows of what was deleted, ended or expired, once nobody can ask for it any more; in bounded chunks. */
import { PRUNE_WINDOW_ROWS, PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";

export type EndpointPlace = { appKey: number; endpointKey: number };

/**
 * Removes endpoints deleted before a moment, with their status, among the next {@link PRUNE_WINDOW_ROWS} behind a
 * place; returns where it came to, null at the end. An index would cost every endpoint a row for these few.
 */
export async function pruneEndpoints(
  db: D1Database,
  { after, beforeMs }: { after: EndpointPlace; beforeMs: number },
): Promise<EndpointPlace | null> {
  const window = `SELECT app_key, key, deleted_at FROM endpoints WHERE (app_key, key) > (?1, ?2)
    ORDER BY app_key, key LIMIT ?3`;
  const ended = `SELECT app_key, key FROM (${window}) WHERE deleted_at < ?4`;
  const place = [after.appKey, after.endpointKey, PRUNE_WINDOW_ROWS];
  const [seen] = await db.batch<{ app_key: number; key: number; rows: number }>([
    // Before anything is removed: the window would move on.
    db
      .prepare(
        `SELECT app_key, key, COUNT(*) OVER () AS rows FROM (${window}) ORDER BY app_key DESC, key DESC LIMIT 1`,
      )
      .bind(...place),
    db
      .prepare(`DELETE FROM endpoint_status WHERE (app_key, endpoint_key) IN (${ended})`)
      .bind(...place, beforeMs),
    db.prepare(`DELETE FROM endpoints WHERE (app_key, key) IN (${ended})`).bind(...place, beforeMs),
  ]);
  const last = seen?.results[0];
  if (last === undefined || last.rows < PRUNE_WINDOW_ROWS) return null;
  return { appKey: last.app_key, endpointKey: last.key };
}

/** Removes a chunk of a deleted application's log, its newest event too; true if more may remain. */
export async function pruneLog(db: D1Database, appKey: number): Promise<boolean> {
  const removed = await db.batch(
    [
      "DELETE FROM event_keys WHERE app_key = ?1 AND key IN (SELECT key FROM event_keys WHERE app_key = ?1 LIMIT ?2)",
      "DELETE FROM events WHERE app_key = ?1 AND position IN (SELECT position FROM events WHERE app_key = ?1 LIMIT ?2)",
    ].map((statement) => db.prepare(statement).bind(appKey, PURGE_CHUNK_ROWS)),
  );
  return removed.some(({ meta }) => meta.changes >= PURGE_CHUNK_ROWS);
}

/** Removes a deleted application and what hangs on it, its log excepted. */
export async function pruneApplication(db: D1Database, appKey: number): Promise<void> {
  const statements = [
    "DELETE FROM endpoint_status WHERE app_key = ?1",
    "DELETE FROM endpoints WHERE app_key = ?1",
    "DELETE FROM integrations WHERE app_key = ?1",
    "DELETE FROM alert_rules WHERE app_key = ?1",
    "DELETE FROM incidents WHERE app_key = ?1",
    "DELETE FROM inboxes WHERE app_key = ?1",
    "DELETE FROM test_mails WHERE app_key = ?1",
    "DELETE FROM applications WHERE key = ?1 AND deleted_at IS NOT NULL",
  ];
  await db.batch(statements.map((statement) => db.prepare(statement).bind(appKey)));
}

/**
 * Removes keys and tokens of a range of hashes that were ended before a moment, or whose application is gone; one chunk
 * at most, true if more may remain.
 */
export async function pruneKeys(
  db: D1Database,
  { from, below, beforeMs }: { from: string; below: string; beforeMs: number },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `DELETE FROM api_keys WHERE hash IN (
         SELECT hash FROM api_keys k WHERE hash >= ?1 AND hash < ?2 AND (revoked_at < ?3 OR expires_at < ?3
           OR (app_key IS NOT NULL
             AND NOT EXISTS (SELECT 1 FROM applications a WHERE a.key = k.app_key AND a.deleted_at IS NULL)))
         LIMIT ?4)`,
    )
    .bind(from, below, beforeMs, PURGE_CHUNK_ROWS)
    .run();
  return meta.changes >= PURGE_CHUNK_ROWS;
}
