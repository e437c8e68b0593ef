/** One call at a time to each application's hub: what is appended meanwhile goes together in the next. */
export class HubOutbox {
  readonly #push: (appKey: number, upTo: number) => Promise<void>;
  /** By application, while a call is under way: what to say next; 0: nothing. */
  readonly #next = new Map<number, number>();

  /** @param push never throws. */
  constructor(push: (appKey: number, upTo: number) => Promise<void>) {
    this.#push = push;
  }

  tell(appKey: number, upTo: number): void {
    const next = this.#next.get(appKey);
    if (next !== undefined) this.#next.set(appKey, Math.max(next, upTo));
    else if (upTo > 0) void this.#run(appKey, upTo);
  }

  async #run(appKey: number, first: number): Promise<void> {
    for (let upTo = first; upTo > 0; upTo = this.#next.get(appKey) ?? 0) {
      this.#next.set(appKey, 0);
      await this.#push(appKey, upTo);
    }
    this.#next.delete(appKey);
  }
}
