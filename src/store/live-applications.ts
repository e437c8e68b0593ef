/** The only owner of `live_applications`, but for the append that reads it in passing. */

export async function markLive(db: D1Database, appKey: number): Promise<void> {
  await db.prepare("INSERT OR IGNORE INTO live_applications (app_key) VALUES (?)").bind(appKey).run();
}

export async function unmarkLive(db: D1Database, appKey: number): Promise<void> {
  await db.prepare("DELETE FROM live_applications WHERE app_key = ?").bind(appKey).run();
}

export type GrownLog = { appKey: number; head: number };

/** Live applications whose log has grown since their hub was last told by the upkeep. */
export async function listUntold(db: D1Database, limit: number): Promise<GrownLog[]> {
  const { results } = await db
    .prepare(
      `SELECT app_key, head FROM (
         SELECT app_key, told_up_to,
           (SELECT MAX(position) FROM events e WHERE e.app_key = l.app_key) AS head
         FROM live_applications l)
       WHERE head > told_up_to LIMIT ?`,
    )
    .bind(limit)
    .all<{ app_key: number; head: number }>();
  return results.map(({ app_key: appKey, head }) => ({ appKey, head }));
}

/** Their hubs have been told. */
export async function rememberTold(db: D1Database, told: readonly GrownLog[]): Promise<void> {
  if (told.length === 0) return;
  await db
    .prepare(
      `UPDATE live_applications SET told_up_to = told.value ->> 'head'
       FROM json_each(?) AS told WHERE app_key = told.value ->> 'appKey'`,
    )
    .bind(JSON.stringify(told))
    .run();
}
