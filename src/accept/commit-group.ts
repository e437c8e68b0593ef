import { MAX_APPEND_PARAMETER_CHARS } from "../core/limits/database.ts";
import {
  MAX_GROUP_EVENTS,
  MAX_PENDING_APPEND_CHARS,
  MAX_PENDING_APPENDS,
} from "../core/limits/publishing.ts";
import { type AppendCall, type AppendResult, mayClash } from "../store/event-append.ts";

export type CommitDeps = {
  nowMs(): number;
  /** One transaction for all the calls, or an error and then none of them. */
  append(calls: readonly AppendCall[], nowMs: number): Promise<AppendResult[]>;
  /** An error after which nothing can have been committed, so that trying again cannot duplicate. */
  isRolledBack(error: unknown): boolean;
  /** Calls that share a transaction and are answered together; 0: as many as fit. */
  maxCalls: number;
  /** Lets the event loop look at its sockets. */
  yieldLoop(): Promise<void>;
};

export type CommitOutcome = AppendResult | { kind: "full" };

type Pending = {
  call: AppendCall;
  chars: number;
  resolve(result: AppendResult): void;
  reject(error: unknown): void;
};

/**
 * Group commit: while one append is under way, the calls that arrive wait and share the next one. An idle group adds no
 * delay: the first call goes at once.
 *
 * On one machine, publishing and delivering share one event loop, and it looks at its sockets only when it has nothing
 * else to do. Publishers who are answered together call again together, and all they send is done before the next look,
 * while each delivery under way takes one step: with 50 of them, a tenth of what was accepted was delivered meanwhile.
 * There, few are answered together, and the loop looks at its sockets before the next ones.
 */
export class CommitGroup {
  readonly #deps: CommitDeps;
  #pending: Pending[] = [];
  #pendingChars = 0;
  #running = false;

  constructor(deps: CommitDeps) {
    this.#deps = deps;
  }

  /** Resolves once the call's events are committed; rejects when they may not be. */
  append(call: AppendCall): Promise<CommitOutcome> {
    const chars = call.events.reduce((sum, { payload }) => sum + payload.length, 0);
    const isFull =
      this.#pending.length >= MAX_PENDING_APPENDS || this.#pendingChars + chars > MAX_PENDING_APPEND_CHARS;
    if (isFull) return Promise.resolve({ kind: "full" });
    return new Promise((resolve, reject) => {
      this.#pending.push({ call, chars, resolve, reject });
      this.#pendingChars += chars;
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    // Calls of the same turn of the event loop go together.
    await Promise.resolve();
    while (this.#pending.length > 0) {
      await this.#commit(this.#takeGroup());
      if (this.#deps.maxCalls > 0 && this.#pending.length > 0) await this.#deps.yieldLoop();
    }
    this.#running = false;
  }

  async #commit(group: readonly Pending[]): Promise<void> {
    try {
      const results = await this.#deps.append(
        group.map(({ call }) => call),
        this.#deps.nowMs(),
      );
      group.forEach(({ resolve, reject }, index) => {
        const result = results[index];
        if (result === undefined) reject(new Error("accept/commit-group: a call without a result"));
        else resolve(result);
      });
    } catch (error) {
      // One call that cannot be written must not take the others with it.
      if (group.length > 1 && this.#deps.isRolledBack(error))
        for (const one of group) await this.#commit([one]);
      else for (const { reject } of group) reject(error);
    }
  }

  /** From the front: as many calls as one transaction should hold, none that could repeat another unseen. */
  #takeGroup(): Pending[] {
    const group: Pending[] = [];
    let events = 0;
    let chars = 0;
    const { maxCalls } = this.#deps;
    const nowMs = this.#deps.nowMs();
    while (true) {
      const next = this.#pending[0];
      if (next === undefined) break;
      const fits =
        (maxCalls === 0 || group.length < maxCalls) &&
        events + next.call.events.length <= MAX_GROUP_EVENTS &&
        chars + next.chars <= MAX_APPEND_PARAMETER_CHARS;
      if (group.length > 0 && (!fits || group.some(({ call }) => mayClash(call, next.call, nowMs)))) break;
      this.#pending.shift();
      this.#pendingChars -= next.chars;
      group.push(next);
      events += next.call.events.length;
      chars += next.chars;
    }
    return group;
  }
}
