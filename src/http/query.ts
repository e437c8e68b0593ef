import { type EventQuery, EventTypeName } from "../contract/messages.ts";
import type { EventConditions } from "../core/attempt-log.ts";
import type { HttpContext } from "./app-env.ts";
import { invalidAt } from "./errors.ts";

const EVENT_TYPES_KEY = /^event_types(\[\d*\])?$/;
const MAX_EVENT_TYPES = 500;

/** The conditions of a list on its events, and its range of time; null: any. */
export function conditionsIn(
  c: HttpContext,
  { channel, tag, after, before }: Pick<EventQuery, "channel" | "tag" | "after" | "before">,
): EventConditions & { afterMs: number | null; beforeMs: number | null } {
  return {
    eventTypes: eventTypesIn(c),
    channel: channel ?? null,
    tag: tag ?? null,
    afterMs: after ?? null,
    beforeMs: before ?? null,
  };
}

/** `event_types=a,b`, `event_types[]=a`, `event_types[0]=a` (reference svix.md §2.6); null: no such filter. */
function eventTypesIn(c: HttpContext): string[] | null {
  const values = [...new URL(c.req.url).searchParams]
    .filter(([key]) => EVENT_TYPES_KEY.test(key))
    .flatMap(([, value]) => value.split(","))
    .filter((name) => name !== "");
  if (values.length > MAX_EVENT_TYPES)
    throw invalidAt(["query", "event_types"], `at most ${MAX_EVENT_TYPES} names`);
  const wrong = values.find((name) => !EventTypeName.safeParse(name).success);
  if (wrong !== undefined) throw invalidAt(["query", "event_types"], "not an event type's name");
  return values.length === 0 ? null : values;
}
