import { MAX_WAITERS } from "../core/limits/pull.ts";
import type { Audience, News } from "./news.ts";

type Waiter = { after: number; wake: (woken: Woken) => void };

/** The log's newest position, and what has come if it was read for all. */
export type Woken = { head: number; news: News | null };

export type WaitTimers = {
  /** Returns how to take it back. */
  after(delayMs: number, work: () => void): () => void;
};

/** Who waits for an event beyond a position; memory only: who is forgotten asks again. */
export class Waiters {
  readonly #timers: WaitTimers;
  readonly #waiting = new Set<Waiter>();

  constructor(timers: WaitTimers) {
    this.#timers = timers;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Resolves once the log is known to reach beyond `after`; with null when the time is over first. */
  wait(after: number, waitMs: number): Promise<Woken | null> {
    if (this.#waiting.size >= MAX_WAITERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      const end = (woken: Woken | null) => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(woken);
      };
      const waiter: Waiter = { after, wake: end };
      const cancel = this.#timers.after(waitMs, () => end(null));
      this.#waiting.add(waiter);
    });
  }

  /** Those who do not know yet that the log has grown up to here; null: there are none. */
  behind(head: number): Audience | null {
    const afters = [...this.#waiting].map(({ after }) => after).filter((after) => after < head);
    return afters.length === 0
      ? null
      : { after: afters.reduce((a, b) => Math.min(a, b)), size: afters.length };
  }

  reached(woken: Woken): void {
    for (const waiter of this.#waiting) if (woken.head > waiter.after) waiter.wake(woken);
  }
}
