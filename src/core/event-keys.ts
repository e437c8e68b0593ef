import { DAY_MS } from "./units.ts";

/** What makes an event the repeat of another, as rows of the log's key table are named. */
export type EventKeys = {
  /** The one remembered with the event (one row an event); null: it can be no repeat. */
  stored: string | null;
  /** Any of these being there already makes the event a repeat. */
  lookedUp: string[];
};

/**
 * An event id binds as long as its event is kept. Idempotency keys carry the day they came on, so that the purge of old
 * ones is one range and needs no index.
 */
export function eventKeys(
  event: { eventId: string | null; idempotencyHash: string | null },
  nowMs: number,
): EventKeys {
  const byId = event.eventId === null ? [] : [`e:${event.eventId}`];
  const hash = event.idempotencyHash;
  const byCall = hash === null ? [] : [nowMs, nowMs - DAY_MS].map((atMs) => `${dayPrefix(atMs)}:${hash}`);
  const lookedUp = [...byId, ...byCall];
  return { stored: lookedUp[0] ?? null, lookedUp };
}

/** Idempotency keys below this are of days that no call looks at any more. */
export function expiredKeysBelow(nowMs: number): string {
  return dayPrefix(nowMs - DAY_MS);
}

const DAY_DIGITS = 6;

function dayPrefix(atMs: number): string {
  return `i:${String(Math.floor(atMs / DAY_MS)).padStart(DAY_DIGITS, "0")}`;
}
