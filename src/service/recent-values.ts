/** What an isolate read a moment ago, at most so much of it. */
export class RecentValues<Value> {
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

  clear(): void {
    this.#entries.clear();
  }
}
