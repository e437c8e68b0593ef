import { DurableObject } from "cloudflare:workers";
import { LIVE_IDLE_MS, LIVE_RECHECK_MS } from "../core/limits.ts";
import type { Env } from "../env.ts";
import { logError } from "../log.ts";
import { EventLog } from "../store/event-log.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";
import { markLive, unmarkLive } from "../store/live-applications.ts";
import { Waiters } from "./waiters.ts";

/**
 * Where the agents of one application wait for its next event. It owns nothing: told by who appends, and looking at the
 * log itself now and then in case it was not told, it wakes who waits; they read the log.
 */
export class FeedHub extends DurableObject<Env> {
  readonly #log: EventLog;
  readonly #appKey: number;
  readonly #waiters = new Waiters({
    after: (delayMs, work) => {
      const timer = setTimeout(work, delayMs);
      return () => clearTimeout(timer);
    },
  });
  #isLive = false;
  #marking: Promise<void> = Promise.resolve();
  #waitedAtMs = 0;
  #recheck: ReturnType<typeof setTimeout> | null = null;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withGuardedDatabase(env));
    this.#log = new EventLog(this.env.DB);
    this.#appKey = Number(ctx.id.name);
  }

  /** The log's newest position once it is beyond `after`; null when the time is over first. */
  async wait(after: number, waitMs: number): Promise<number | null> {
    this.#waitedAtMs = Date.now();
    // Waits before it looks, so that nothing is appended unseen in between.
    const waited = this.#waiters.wait(after, waitMs);
    await this.#mark(true);
    await this.#look();
    this.#lookAgainLater();
    return waited;
  }

  /** Events up to here have been appended. */
  async published(upTo: number): Promise<void> {
    this.#waiters.reached(upTo);
    const isIdle = this.#waiters.size === 0 && Date.now() - this.#waitedAtMs > LIVE_IDLE_MS;
    if (isIdle) await this.#mark(false);
  }

  /** One after the other: a mark taken away must not overtake the one set for who came meanwhile. */
  #mark(isLive: boolean): Promise<void> {
    this.#marking = this.#marking
      .catch(() => {})
      .then(async () => {
        // A new object cannot know whether it is marked: to take the mark away is always done.
        if (isLive && this.#isLive) return;
        if (!isLive && this.#waiters.size > 0) return;
        await (isLive ? markLive : unmarkLive)(this.env.DB, this.#appKey);
        this.#isLive = isLive;
      });
    return this.#marking;
  }

  async #look(): Promise<void> {
    this.#waiters.reached(await this.#log.head(this.#appKey));
  }

  #lookAgainLater(): void {
    if (this.#recheck !== null || this.#waiters.size === 0) return;
    this.#recheck = setTimeout(() => {
      this.#recheck = null;
      this.#look()
        .catch((error) => logError("feed.look_failed", error))
        .then(() => this.#lookAgainLater());
    }, LIVE_RECHECK_MS);
  }
}
