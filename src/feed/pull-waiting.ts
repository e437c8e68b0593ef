import type { Env } from "../env.ts";
import { type PullQuery, type PullResult, pullEvents } from "./pull.ts";
import { waitForEvents } from "./stub.ts";

/** Looks again whenever something is appended, until there is something to show or the time is over. */
export async function pullWaiting(env: Env, query: PullQuery, waitMs: number): Promise<PullResult> {
  const untilMs = Date.now() + waitMs;
  for (let { after } = query; ; ) {
    const found = await pullEvents(env.DB, { ...query, after }, Date.now());
    if (found.kind !== "pulled") return found;
    const leftMs = untilMs - Date.now();
    if (found.events.length > 0 || leftMs <= 0) return found;
    if (!found.hasMore)
      await waitForEvents(env, query.consumer.appKey, { after: found.next, waitMs: leftMs });
    // What was looked at without a find is not looked at again; a consumer's own place moves by itself.
    if (after !== null) after = found.next;
  }
}
