import type { Env } from "../env.ts";
import { logError } from "../log.ts";

/** Waits until the application's log reaches beyond `after`; its newest position then, null when the time is over. */
export async function waitForEvents(
  env: Env,
  appKey: number,
  { after, waitMs }: { after: number; waitMs: number },
): Promise<number | null> {
  return env.FEED_HUB.getByName(String(appKey)).wait(after, waitMs);
}

/** Tells who waits for the application's events. Never throws: the hub looks at the log itself before long. */
export async function tellHub(env: Env, appKey: number, upTo: number): Promise<void> {
  try {
    await env.FEED_HUB.getByName(String(appKey)).published(upTo);
  } catch (error) {
    logError("feed.tell_failed", error);
  }
}
