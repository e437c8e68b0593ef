import { DurableObject } from "cloudflare:workers";
import { endpointStub } from "../delivery/stub.ts";
import { type Env, parseConfig } from "../env.ts";
import { tellHub } from "../feed/stub.ts";
import { logError } from "../log.ts";
import type { AppendCall, AppendResult } from "../store/event-append.ts";
import { EventLog } from "../store/event-log.ts";
import { isRolledBack } from "../store/failures.ts";
import { withGuardedDatabase } from "../store/guarded-database.ts";
import { CommitGroup, type CommitOutcome } from "./commit-group.ts";
import { HintOutbox } from "./hint-outbox.ts";
import { type Hint, hintsOf, newestOf } from "./hints.ts";
import { HubOutbox } from "./hub-outbox.ts";

/**
 * Writes the log for many Workers at once, so that concurrent publish calls share a transaction, and tells endpoints in
 * as few calls as possible. It owns nothing: if it dies, calls fail and are tried again.
 */
export class LogWriterObject extends DurableObject<Env> {
  readonly #group: CommitGroup;
  readonly #outbox: HintOutbox;
  readonly #untold: Hint[] = [];
  readonly #hubs: HubOutbox;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, withGuardedDatabase(env));
    const log = new EventLog(this.env.DB);
    this.#group = new CommitGroup({
      nowMs: () => Date.now(),
      append: (calls, nowMs) => log.append(calls, nowMs),
      isRolledBack,
      maxCalls: parseConfig(env).publishesAtOnce,
      yieldLoop: () => new Promise((resolve) => setTimeout(resolve, 0)),
    });
    this.#outbox = new HintOutbox({
      push: (hint) => endpointStub(env, hint).hint(hint.version, hint.events, hint.upTo),
      logError: (event, error, endpoint) => logError(event, error, { endpoint }),
    });
    this.#hubs = new HubOutbox(async (appKey, upTo) => {
      await tellHub(env, appKey, upTo);
    });
  }

  /** Appends the events of one publish call; see {@link CommitGroup.append}. Payloads just given are not given back. */
  async append(call: AppendCall): Promise<CommitOutcome> {
    this.#tell();
    const outcome = await this.#group.append(call);
    if (outcome.kind !== "done") return outcome;
    this.#tellSoon(hintsOf(outcome));
    if (outcome.isLive) this.#hubs.tell(outcome.appKey, newestOf(outcome));
    return withoutEcho(outcome);
  }

  /**
   * After the answer: calls begun before it leaves would hold it up, by milliseconds for each endpoint that has to start.
   * A timer alone would not do: it does not fire while the event loop stays busy, so the next call sees to it too.
   */
  #tellSoon(hints: Hint[]): void {
    if (hints.length === 0) return;
    if (this.#untold.length === 0) setTimeout(() => this.#tell(), 0);
    this.#untold.push(...hints);
  }

  #tell(): void {
    this.#outbox.tellAll(this.#untold.splice(0));
  }
}

function withoutEcho(outcome: AppendResult & { kind: "done" }): AppendResult {
  const results = outcome.results.map((one) =>
    one.kind === "appended" ? { ...one, event: { ...one.event, payload: null } } : one,
  );
  return { ...outcome, results, subscribers: [] };
}
