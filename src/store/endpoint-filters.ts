import { parsedOrNull } from "../core/json-column.ts";
import { MAX_ENDPOINTS_PER_APP } from "../core/limits/resources.ts";
import type { SubscriptionFilter } from "../core/matching.ts";

/** What the application's enabled endpoints listen to now. */
export async function listFilters(db: D1Database, appKey: number): Promise<SubscriptionFilter[]> {
  const { results } = await db
    .prepare(
      `SELECT event_types, channels FROM endpoints
       WHERE app_key = ? AND deleted_at IS NULL AND disabled = 0 LIMIT ?`,
    )
    .bind(appKey, MAX_ENDPOINTS_PER_APP)
    .all<{ event_types: string | null; channels: string | null }>();
  return results.map((row) => ({
    eventTypes: parsedOrNull(row.event_types),
    channels: parsedOrNull(row.channels),
  }));
}
