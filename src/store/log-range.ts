import type { ReplayRange } from "../core/replay.ts";

/** SQL for the first position whose event was accepted at or after `at`, given SQL for the ends to look between. */
function firstSince(at: string): string {
  const middle = "(low + high) / 2";
  const isBefore = `COALESCE((SELECT created_at FROM events WHERE app_key = ?1 AND position = ${middle}), 0) < ${at}`;
  return `(WITH RECURSIVE search (low, high) AS (
      SELECT COALESCE((SELECT MIN(position) FROM events WHERE app_key = ?1), 1),
        COALESCE((SELECT MAX(position) FROM events WHERE app_key = ?1), 0) + 1
      UNION ALL
      SELECT CASE WHEN ${isBefore} THEN ${middle} + 1 ELSE low END, CASE WHEN ${isBefore} THEN high ELSE ${middle} END
      FROM search WHERE low < high)
    SELECT low FROM search WHERE low >= high)`;
}

/**
 * The positions of the events accepted in [since, until). Times ascend with positions, so they are found by halving; an
 * index would cost every event a row.
 */
export async function positionRange(
  db: D1Database,
  { appKey, sinceMs, untilMs }: { appKey: number; sinceMs: number; untilMs: number },
): Promise<ReplayRange> {
  const row = await db
    .prepare(`SELECT ${firstSince("?2")} - 1 AS after, ${firstSince("?3")} - 1 AS up_to`)
    .bind(appKey, sinceMs, untilMs)
    .first<{ after: number; up_to: number }>();
  const after = row?.after ?? 0;
  return { after, upTo: Math.max(after, row?.up_to ?? 0) };
}
