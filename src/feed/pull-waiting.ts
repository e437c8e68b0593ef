import type { Env } from "../env.ts";
import { type PullQuery, type PullResult, pullEvents } from "./pull.ts";
import { waitForEvents } from "./stub.ts";

/** Looks again whenever something is appended, until there is something to show or the time is over. */
export async function pullWaiting(env: Env, query: PullQuery, waitMs: number): Promise<PullResult> {
  const untilMs = Date.now() + waitMs;
  const skipsAcknowledged = query.skipsAcknowledged === true || query.after === null;
  for (let { after } = query; ; ) {
    const found = await pullEvents(env.DB, { ...query, skipsAcknowledged, after }, Date.now());
    if (found.kind !== "pulled") return found;
    const leftMs = untilMs - Date.now();
    if (found.events.length > 0 || leftMs <= 0) return found;
    if (found.hasMore) {
      after = found.next;
      continue;
    }
    // What another worker holds comes free without anything being appended.
    const { heldUntilMs } = found;
    const heldMs = heldUntilMs === null ? leftMs : Math.max(0, heldUntilMs - Date.now());
    const next = { after: found.next, waitMs: Math.min(leftMs, heldMs) };
    await waitForEvents(env, query.consumer.appKey, next);
    // What was looked at without a find is not looked at again, unless it was held.
    after = heldUntilMs === null ? found.next : query.after;
  }
}
