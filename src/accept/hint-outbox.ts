import { MAX_HINTS_AT_ONCE } from "../core/limits/publishing.ts";
import { type Hint, joinHints } from "./hints.ts";

export type OutboxDeps = {
  push(hint: Hint): Promise<void>;
  logError(event: string, error: unknown, endpointId: string): void;
};

/**
 * One call at a time to each endpoint, and only so many at once: what is accepted meanwhile goes together in the next.
 */
export class HintOutbox {
  readonly #deps: OutboxDeps;
  /** What to tell next, by endpoint; oldest first. */
  readonly #waiting = new Map<string, Hint>();
  /** Endpoints being told. */
  readonly #telling = new Set<string>();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Never fails: a lost hint is found in the log by the endpoint's next settle, or by the sweep. */
  tellAll(hints: readonly Hint[]): void {
    for (const hint of hints) {
      const before = this.#waiting.get(hint.endpointId);
      this.#waiting.set(hint.endpointId, before === undefined ? hint : joinHints(before, hint));
    }
    this.#next();
  }

  #next(): void {
    for (const [endpointId, hint] of this.#waiting) {
      if (this.#telling.size >= MAX_HINTS_AT_ONCE) return;
      if (this.#telling.has(endpointId)) continue;
      this.#waiting.delete(endpointId);
      this.#telling.add(endpointId);
      void this.#tell(hint);
    }
  }

  async #tell(hint: Hint): Promise<void> {
    try {
      await this.#deps.push(hint);
    } catch (error) {
      this.#deps.logError("endpoint.hint_failed", error, hint.endpointId);
    }
    this.#telling.delete(hint.endpointId);
    this.#next();
  }
}
