import { type Hint, joinHints } from "./hints.ts";

export type OutboxDeps = {
  push(hint: Hint): Promise<void>;
  logError(event: string, error: unknown, endpointId: string): void;
};

/** One call at a time to each endpoint: what is accepted meanwhile goes together in the next. */
export class HintOutbox {
  readonly #deps: OutboxDeps;
  /** Endpoints being told; the value is what to tell them next. */
  readonly #next = new Map<string, Hint | null>();

  constructor(deps: OutboxDeps) {
    this.#deps = deps;
  }

  /** Never fails: a lost hint is found in the log by the endpoint's next settle, or by the sweep. */
  tell(hint: Hint): void {
    const waiting = this.#next.get(hint.endpointId);
    if (waiting === undefined) void this.#run(hint);
    else this.#next.set(hint.endpointId, waiting === null ? hint : joinHints(waiting, hint));
  }

  async #run(first: Hint): Promise<void> {
    const { endpointId } = first;
    for (let hint: Hint | null = first; hint !== null; hint = this.#next.get(endpointId) ?? null) {
      this.#next.set(endpointId, null);
      try {
        await this.#deps.push(hint);
      } catch (error) {
        this.#deps.logError("endpoint.hint_failed", error, endpointId);
      }
    }
    this.#next.delete(endpointId);
  }
}
