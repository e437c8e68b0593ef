import { jsonOrNull } from "../core/json-column.ts";
import type { FlagView } from "./event-types.ts";

/** Which of these event types have never been defined, or are hidden from who has only these flags. */
export async function findUnknownEventTypes(
  db: D1Database,
  names: readonly string[],
  flags: FlagView,
): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT value FROM json_each(?1) WHERE value NOT IN (SELECT name FROM event_types
         WHERE ?2 IS NULL OR feature_flags IS NULL
           OR EXISTS (SELECT 1 FROM json_each(feature_flags) AS own WHERE own.value IN (SELECT value FROM json_each(?2))))`,
    )
    .bind(JSON.stringify(names), jsonOrNull(flags))
    .all<{ value: string }>();
  return results.map(({ value }) => value);
}
