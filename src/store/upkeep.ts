import { EXPIRY_WINDOW_ROWS, PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";

export type UpkeepTask =
  | "sweep"
  | "purge-events"
  | "expire-payloads"
  | "prune-endpoints"
  | "failing-endpoints";

/** Where a chunked task left off; null: at the beginning. */
export async function readCursor(db: D1Database, task: UpkeepTask): Promise<number[] | null> {
  const row = await db
    .prepare("SELECT cursor FROM upkeep WHERE task = ?")
    .bind(task)
    .first<{ cursor: string }>();
  return row === null ? null : JSON.parse(row.cursor);
}

/** Remembers where a task left off; null: it came to the end and starts over next time. */
export async function writeCursor(
  db: D1Database,
  write: { task: UpkeepTask; cursor: number[] | null; nowMs: number },
): Promise<void> {
  const { task, cursor, nowMs } = write;
  const statement =
    cursor === null
      ? db.prepare("DELETE FROM upkeep WHERE task = ?").bind(task)
      : db
          .prepare("INSERT OR REPLACE INTO upkeep (task, cursor, updated_at) VALUES (?, ?, ?)")
          .bind(task, JSON.stringify(cursor), nowMs);
  await statement.run();
}

export type PurgeCandidate = { key: number; deletedAtMs: number | null; oldestEventAtMs: number | null };

/** Applications (deleted ones too) from behind a cursor, with the time of their oldest event. */
export async function listPurgeCandidates(
  db: D1Database,
  page: { after: number; limit: number },
): Promise<PurgeCandidate[]> {
  const { results } = await db
    .prepare(
      `SELECT key, deleted_at,
         (SELECT created_at FROM events WHERE app_key = applications.key ORDER BY position LIMIT 1) AS oldest
       FROM applications WHERE key > ? ORDER BY key LIMIT ?`,
    )
    .bind(page.after, page.limit)
    .all<{ key: number; deleted_at: number | null; oldest: number | null }>();
  return results.map((row) => ({ key: row.key, deletedAtMs: row.deleted_at, oldestEventAtMs: row.oldest }));
}

/**
 * Removes an application's events accepted before a moment, oldest first, one chunk at most, with the keys of their
 * event ids; true if more may remain. The newest event's row stays, without its payload: positions count on from it.
 */
export async function purgeEvents(
  db: D1Database,
  purge: { appKey: number; beforeMs: number },
): Promise<boolean> {
  const chunk = `SELECT position, event_id, created_at FROM events WHERE app_key = ?1
    AND position < (SELECT MAX(position) FROM events WHERE app_key = ?1) ORDER BY position LIMIT ?3`;
  const bindings = [purge.appKey, purge.beforeMs, PURGE_CHUNK_ROWS];
  const [, removed] = await db.batch([
    db
      .prepare(
        `DELETE FROM event_keys WHERE app_key = ?1 AND key IN (
           SELECT 'e:' || event_id FROM (${chunk}) WHERE event_id IS NOT NULL AND created_at < ?2)`,
      )
      .bind(...bindings),
    db
      .prepare(
        `DELETE FROM events WHERE app_key = ?1 AND position IN (
           SELECT position FROM (${chunk}) WHERE created_at < ?2)`,
      )
      .bind(...bindings),
    db
      .prepare(
        `UPDATE events SET payload = NULL WHERE app_key = ?1 AND created_at < ?2 AND payload IS NOT NULL
           AND position = (SELECT MAX(position) FROM events WHERE app_key = ?1)`,
      )
      .bind(purge.appKey, purge.beforeMs),
  ]);
  return removed?.meta.changes === PURGE_CHUNK_ROWS;
}

/** Removes an application's idempotency keys from before a day that no publish looks at any more; true if more remain. */
export async function purgeIdempotencyKeys(
  db: D1Database,
  purge: { appKey: number; beforeDay: string },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `DELETE FROM event_keys WHERE app_key = ?1 AND key IN (
         SELECT key FROM event_keys WHERE app_key = ?1 AND key >= 'i:' AND key < ?2 ORDER BY key LIMIT ?3)`,
    )
    .bind(purge.appKey, purge.beforeDay, PURGE_CHUNK_ROWS)
    .run();
  return meta.changes === PURGE_CHUNK_ROWS;
}

/** A place in the log of all applications. */
export type LogPlace = { appKey: number; position: number };

/**
 * Removes payloads whose own retention has ended from the next {@link EXPIRY_WINDOW_ROWS} events behind a place; returns
 * where it came to, null at the end. They read as gone at once, so this may take its time; an index would cost every
 * event a row.
 */
export async function expirePayloads(
  db: D1Database,
  { after, nowMs }: { after: LogPlace; nowMs: number },
): Promise<LogPlace | null> {
  const window = `SELECT app_key, position, payload_expires_at, payload IS NOT NULL AS kept FROM events
    WHERE (app_key, position) > (?1, ?2) ORDER BY app_key, position LIMIT ?3`;
  const bindings = [after.appKey, after.position, EXPIRY_WINDOW_ROWS];
  const [, seen] = await db.batch<{ app_key: number; position: number; rows: number }>([
    db
      .prepare(
        `UPDATE events SET payload = NULL WHERE (app_key, position) IN (
           SELECT app_key, position FROM (${window}) WHERE kept AND payload_expires_at <= ?4)`,
      )
      .bind(...bindings, nowMs),
    db
      .prepare(
        `SELECT app_key, position, COUNT(*) OVER () AS rows FROM (${window})
         ORDER BY app_key DESC, position DESC LIMIT 1`,
      )
      .bind(...bindings),
  ]);
  const last = seen?.results[0];
  if (last === undefined || last.rows < EXPIRY_WINDOW_ROWS) return null;
  return { appKey: last.app_key, position: last.position };
}
