import { MAX_WAITERS } from "../core/limits/pull.ts";

type Waiter = { after: number; wake: (head: number) => void };

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

  /** Resolves with the log's newest position once it is beyond `after`; with null when the time is over first. */
  wait(after: number, waitMs: number): Promise<number | null> {
    if (this.#waiting.size >= MAX_WAITERS) return Promise.resolve(null);
    return new Promise((resolve) => {
      const end = (head: number | null) => {
        cancel();
        this.#waiting.delete(waiter);
        resolve(head);
      };
      const waiter: Waiter = { after, wake: end };
      const cancel = this.#timers.after(waitMs, () => end(null));
      this.#waiting.add(waiter);
    });
  }

  /** The log has grown up to here. */
  reached(head: number): void {
    for (const waiter of this.#waiting) if (head > waiter.after) waiter.wake(head);
  }
}
