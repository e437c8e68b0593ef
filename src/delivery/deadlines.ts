export const EXPIRED = Symbol("expired");

export type Deadline = { expired: Promise<typeof EXPIRED>; clear(): void };

type Entry = { atMs: number; delayMs: number; expire: () => void };

export type Clock = {
  nowMs(): number;
  /** Returns how to take it back. */
  setTimer(delayMs: number, fire: () => void): () => void;
};

/**
 * Many deadlines on one timer: setting and clearing one of its own for every attempt took a twentieth of its time. The
 * timer is gone when no deadline is left, because a running one keeps the object in memory, and is paid for (reference
 * cloudflare.md §3). Not `AbortSignal.timeout`: that one cannot be cleared.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #entries = new Set<Entry>();
  #timer: { atMs: number; cancel: () => void } | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(delayMs: number): Deadline {
    const { promise, resolve } = Promise.withResolvers<typeof EXPIRED>();
    const entry = { atMs: this.#clock.nowMs() + delayMs, delayMs, expire: () => resolve(EXPIRED) };
    this.#entries.add(entry);
    if (this.#timer === null || this.#timer.atMs > entry.atMs) this.#arm(entry);
    return { expired: promise, clear: () => this.#clear(entry) };
  }

  /** What is left may be later than the timer: that is seen when it fires. */
  #clear(entry: Entry): void {
    this.#entries.delete(entry);
    if (this.#entries.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
  }

  #arm({ atMs, delayMs }: Entry): void {
    this.#timer?.cancel();
    // No longer than the deadline's own delay, also when the clock has been set back meanwhile.
    const leftMs = Math.min(delayMs, Math.max(0, atMs - this.#clock.nowMs()));
    const cancel = this.#clock.setTimer(leftMs, () => this.#fire(atMs));
    this.#timer = { atMs, cancel };
  }

  /** @param atMs when the timer meant to fire: the clock may have been set back meanwhile. */
  #fire(atMs: number): void {
    this.#timer = null;
    const nowMs = Math.max(atMs, this.#clock.nowMs());
    let next: Entry | null = null;
    for (const entry of this.#entries) {
      if (entry.atMs <= nowMs) {
        this.#entries.delete(entry);
        entry.expire();
      } else if (next === null || entry.atMs < next.atMs) {
        next = entry;
      }
    }
    if (next !== null) this.#arm(next);
  }
}

export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    setTimer: (delayMs, fire) => {
      const timer = setTimeout(fire, delayMs);
      return () => clearTimeout(timer);
    },
  };
}
