/** Conditions that readings of the object's tables share. */
import type { EventConditions } from "../core/attempt-log.ts";
import { jsonOrNull } from "../core/json-column.ts";

/** On the columns `event` (JSON) and `status`; the parameters are those of {@link bindingsOf}. */
export const EVENT_MATCHES = `
  (?1 IS NULL OR event ->> '$.eventType' IN (SELECT value FROM json_each(?1)))
  AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(event, '$.channels') WHERE value = ?2))
  AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(event, '$.tags') WHERE value = ?3))
  AND (?4 IS NULL OR status IN (SELECT value FROM json_each(?4)))`;

/** Parameters ?1 … ?4. */
export function bindingsOf(
  conditions: EventConditions & { statuses: number[] | null },
): [string | null, string | null, string | null, string | null] {
  const { eventTypes, channel, tag, statuses } = conditions;
  return [jsonOrNull(eventTypes), channel, tag, jsonOrNull(statuses)];
}
