/** What an isolate read a moment ago, at most so much of it. */
export class RecentValues<Value> {
  /** Grows with every {@link clear}: what was read before one must not be kept after it. */
  #generation = 0;
  readonly #entries = new Map<string, { value: Value; readAtMs: number }>();
  readonly #maxEntries: number;
  readonly #maxAgeMs: number;

  constructor(maxEntries: number, maxAgeMs: number) {
    this.#maxEntries = maxEntries;
    this.#maxAgeMs = maxAgeMs;
  }

  /** Undefined when it is not known, or no longer. */
  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined || nowMs - entry.readAtMs >= this.#maxAgeMs) return undefined;
    return entry.value;
  }

  set(key: string, value: Value, nowMs: number): void {
    this.#entries.delete(key);
    const oldest = this.#entries.keys().next();
    if (this.#entries.size >= this.#maxEntries && !oldest.done) this.#entries.delete(oldest.value);
    this.#entries.set(key, { value, readAtMs: nowMs });
  }

  /** {@link get}, or what `read` gives; null is not kept, nor what was read while others called {@link clear}. */
  async getOrRead(key: string, nowMs: number, read: () => Promise<Value | null>): Promise<Value | null> {
    const known = this.get(key, nowMs);
    if (known !== undefined) return known;
    const generation = this.#generation;
    const value = await read();
    if (value === null) this.#entries.delete(key);
    else if (generation === this.#generation) this.set(key, value, nowMs);
    return value;
  }

  clear(): void {
    this.#generation += 1;
    this.#entries.clear();
  }
}
