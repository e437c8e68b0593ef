/** The only owner of `live_applications`, but for the append that reads it in passing. */

export async function markLive(db: D1Database, appKey: number): Promise<void> {
  await db.prepare("INSERT OR IGNORE INTO live_applications (app_key) VALUES (?)").bind(appKey).run();
}

export async function unmarkLive(db: D1Database, appKey: number): Promise<void> {
  await db.prepare("DELETE FROM live_applications WHERE app_key = ?").bind(appKey).run();
}
