import type { Random } from "./random.ts";

type Item = { atMs: number; order: number; work: () => void };

const START_MS = Date.UTC(2026, 10, 20, 12);

/** The virtual clock, and all that is yet to happen, in an order that the seed decides. */
export class Timeline {
  /** Time that only passes: latencies, timers. */
  elapsedMs = 0;
  /** What clocks say; it may be set. */
  wallMs = START_MS;
  /** The latest that clocks ever said: what was due then may happen, whatever they say now. */
  latestWallMs = START_MS;
  /** Time as a clock's readings add up: a clock put forward counts, one put back does not. */
  apparentMs = 0;
  readonly #random: Random;
  /** Descending: the next one is last. */
  readonly #items: Item[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  after(delayMs: number, work: () => void): void {
    const item = { atMs: this.elapsedMs + Math.max(0, delayMs), order: this.#random.next(), work };
    let low = 0;
    for (let high = this.#items.length; low < high; ) {
      const middle = (low + high) >> 1;
      const other = this.#items[middle];
      if (other !== undefined && isLater(other, item)) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
  }

  /** Takes the next thing to happen, no later than `untilMs`, and moves time to it. */
  take(untilMs: number): (() => void) | null {
    const next = this.#items.at(-1);
    if (next === undefined || next.atMs > untilMs) return null;
    this.#items.pop();
    this.#pass(next.atMs - this.elapsedMs);
    return next.work;
  }

  /** Nothing happens until then. */
  passTo(elapsedMs: number): void {
    this.#pass(Math.max(0, elapsedMs - this.elapsedMs));
  }

  /** Clocks are set. */
  jump(byMs: number): void {
    this.wallMs += byMs;
    this.apparentMs += Math.max(0, byMs);
    this.latestWallMs = Math.max(this.latestWallMs, this.wallMs);
  }

  #pass(byMs: number): void {
    this.elapsedMs += byMs;
    this.jump(byMs);
  }
}

function isLater(a: Item, b: Item): boolean {
  return a.atMs === b.atMs ? a.order > b.order : a.atMs > b.atMs;
}
