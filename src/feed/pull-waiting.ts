import type { Env } from "../env.ts";
import { newsFor } from "./news.ts";
import { type Pulled, type PullQuery, type PullResult, pullEvents } from "./pull.ts";
import { waitForEvents } from "./stub.ts";

/** Looks again whenever something is appended, until there is something to show or the time is over. */
export async function pullWaiting(env: Env, query: PullQuery, waitMs: number): Promise<PullResult> {
  const untilMs = Date.now() + waitMs;
  const asked = { ...query, skipsAcknowledged: query.skipsAcknowledged === true || query.after === null };
  for (let found = await pullEvents(env.DB, asked, Date.now()); ; ) {
    if (found.kind !== "pulled") return found;
    const leftMs = untilMs - Date.now();
    if (found.events.length > 0 || leftMs <= 0) return found;
    const { heldUntilMs } = found;
    // What was looked at without a find is not looked at again, unless it was held.
    const again = { ...asked, after: heldUntilMs === null || found.hasMore ? found.next : query.after };
    // What another worker holds comes free without anything being appended.
    const heldMs = heldUntilMs === null ? leftMs : Math.max(0, heldUntilMs - Date.now());
    const news = found.hasMore
      ? null
      : await pullNews(env, again, { seen: found, waitMs: Math.min(leftMs, heldMs) });
    found = news ?? (await pullEvents(env.DB, again, Date.now()));
  }
}

/** What has come since the log was `seen` to its end; null: nothing within the time. */
export async function pullNews(
  env: Env,
  query: PullQuery,
  { seen, waitMs }: { seen: Pulled; waitMs: number },
): Promise<PullResult | null> {
  const woken = await waitForEvents(env, query.consumer.appKey, { after: seen.next, waitMs });
  if (woken === null) return null;
  const news = woken.news === null ? null : newsFor(query, seen, woken.news);
  return news === null ? pullEvents(env.DB, query, Date.now()) : { kind: "pulled", ...news };
}
