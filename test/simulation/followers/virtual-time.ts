/** Time that the seed decides, in place of the clock and the timers of the thread it is installed in. */
import { AsyncLocalStorage } from "node:async_hooks";

/** Whoever runs: an object, a request. What a dead one began never goes on. */
export class Owner {
  readonly name: string;
  alive = true;
  timers = 0;

  constructor(name: string) {
    this.name = name;
  }
}

type Item = { atMs: number; order: number; owner: Owner; isTimer: boolean; work: () => void };

const START_MS = Date.UTC(2026, 10, 21, 12);
const owners = new AsyncLocalStorage<Owner>();

export class VirtualTime {
  nowMs = START_MS;
  #items: Item[] = [];
  #order = 0;
  readonly #nobody = new Owner("world");

  get owner(): Owner {
    return owners.getStore() ?? this.#nobody;
  }

  /** Everything that `work` begins, also later, is the owner's. */
  as<T>(owner: Owner, work: () => T): T {
    return owners.run(owner, work);
  }

  after(delayMs: number, work: () => void): Item {
    return this.#add(delayMs, work, false);
  }

  sleep(delayMs: number): Promise<void> {
    return new Promise((resolve) => this.after(delayMs, resolve));
  }

  /** Lets all happen that is due by then. */
  async runUntil(untilMs: number): Promise<void> {
    for (;;) {
      const next = this.#items[0];
      if (next === undefined || next.atMs > untilMs) break;
      this.#items.shift();
      this.nowMs = Math.max(this.nowMs, next.atMs);
      if (next.isTimer) next.owner.timers--;
      if (next.owner.alive) this.as(next.owner, next.work);
      await turnOver();
    }
    this.nowMs = Math.max(this.nowMs, untilMs);
  }

  /** The thread's own clock and timers become this one's. Call after the sources are loaded. */
  install(random: () => number): void {
    Date.now = () => this.nowMs;
    Math.random = random;
    const setTimer = (work: () => void, delayMs = 0) => this.#add(delayMs, work, true);
    const clearTimer = (item: Item | undefined) => this.#cancel(item);
    Object.assign(globalThis, { setTimeout: setTimer, clearTimeout: clearTimer });
  }

  #add(delayMs: number, work: () => void, isTimer: boolean): Item {
    const { owner } = this;
    const item = { atMs: this.nowMs + Math.max(0, delayMs), order: this.#order++, owner, isTimer, work };
    if (isTimer) owner.timers++;
    let low = 0;
    for (let high = this.#items.length; low < high; ) {
      const middle = (low + high) >> 1;
      const other = this.#items[middle];
      if (other !== undefined && other.atMs <= item.atMs) low = middle + 1;
      else high = middle;
    }
    this.#items.splice(low, 0, item);
    return item;
  }

  #cancel(item: Item | undefined): void {
    const index = item === undefined ? -1 : this.#items.indexOf(item);
    if (index === -1) return;
    this.#items.splice(index, 1);
    if (item !== undefined) item.owner.timers--;
  }
}

/** Everything that follows from what was resolved has run when the next macrotask starts. */
function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
