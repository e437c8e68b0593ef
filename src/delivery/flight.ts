import type { AttemptOutcome } from "../core/attempt.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { MAX_IN_FLIGHT_CHARS, REQUESTS_PER_OBJECT } from "../core/limits/delivery.ts";
import { SETTLE_DELAY_MS } from "../core/limits/endpoint-object.ts";
import { judgeAttempt, judgeManualAttempt, type Verdict } from "../core/retry.ts";
import { charsOf, type Hand, type Task } from "./hand.ts";
import type { Intake } from "./intake.ts";
import { LaneLostError } from "./lane-pool.ts";
import type { Ledger, SentAttempt } from "./ledger.ts";
import type { Notices } from "./notices.ts";
import type { AttemptStart, Queue, StopReason } from "./queue.ts";
import type { Retention } from "./retention.ts";
import type { Throttle } from "./throttle.ts";
import type { Wakeup } from "./wakeup.ts";

export type FlightDeps = {
  queue: Queue;
  nowMs(): number;
  /** A number in [0, 1). */
  random(): number;
  /** Whether there is somebody to make one more attempt. */
  canSend(concurrency: number): boolean;
  /** Makes one attempt. Rejects with {@link LaneLostError} if nobody can say what became of it. */
  send(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt>;
  /** What the operational log is told; none: nobody could listen. */
  notices?: Notices;
  logError(event: string, error: unknown): void;
};

type FlightParts = {
  ledger: Ledger;
  hand: Hand;
  intake: Intake;
  wakeup: Wakeup;
  retention: Retention;
  throttle: Throttle;
};

type FlightSteps = {
  /** There is room for more. */
  onRoom(): void;
  /** The endpoint is to be disabled. */
  onStop(reason: StopReason): void;
};

/** The attempts under way: starts what is ready, within concurrency and rate, and records what comes of it. */
export class Flight {
  readonly #deps: FlightDeps;
  readonly #parts: FlightParts;
  readonly #steps: FlightSteps;
  #count = 0;
  /** UTF-16 units of their payloads. */
  #chars = 0;

  constructor(deps: FlightDeps, parts: FlightParts, steps: FlightSteps) {
    this.#deps = deps;
    this.#parts = parts;
    this.#steps = steps;
  }

  /** Attempts under way. */
  get count(): number {
    return this.#count;
  }

  /** Since when sends have had to wait for the endpoint's rate. */
  get throttledSinceMs(): number | null {
    return this.#parts.throttle.refusingSince();
  }

  get isOpen(): boolean {
    return this.#passage().kind === "open";
  }

  get isOrdered(): boolean {
    return this.#parts.ledger.config?.policy.ordering === "fifo";
  }

  /** Starts as much of what is ready as may start now. */
  launch(): void {
    const { ledger, hand, throttle, wakeup } = this.#parts;
    // Payloads that were still being read when the breaker opened.
    if (hand.readyCount > 0 && this.isOpen) this.#putAllBack();
    while (ledger.maySend() && this.#hasRoom() && hand.readyCount > 0) {
      if (this.#putBackOvertaking()) continue;
      if (!throttle.grant(ledger.config?.ratePerSecond ?? null, () => this.#steps.onRoom())) break;
      const task = hand.takeReady();
      if (task === null) break;
      wakeup.settleIn(SETTLE_DELAY_MS);
      this.#count++;
      this.#chars += charsOf(task);
      void this.#attempt(task);
    }
  }

  #passage(): ReturnType<Ledger["passage"]> {
    return this.#parts.ledger.passage(this.#deps.nowMs());
  }

  #hasRoom(): boolean {
    const slots = this.#slots();
    const isLight = this.#count < REQUESTS_PER_OBJECT || this.#chars < MAX_IN_FLIGHT_CHARS;
    return this.#count < slots && isLight && this.#deps.canSend(slots);
  }

  /** Requests in flight at most; in order, one (invariant 5). */
  #slots(): number {
    const { kind } = this.#passage();
    if (kind === "open") return 0;
    return kind === "probe" || this.isOrdered ? 1 : (this.#parts.ledger.config?.policy.concurrency ?? 0);
  }

  /** In order, events fetched while an earlier one failed must not pass it: they go back until it has ended. */
  #putBackOvertaking(): boolean {
    const { hand, intake } = this.#parts;
    const first = this.isOrdered ? this.#deps.queue.firstWaiting() : null;
    if (first === null) return false;
    const mustWait = ({ manualId, replayId, event }: Task) =>
      manualId === null && (replayId !== null || event.position > first.position);
    const dropped = hand.drop(mustWait);
    if (dropped.length === 0) return false;
    intake.putBack(dropped);
    intake.more = false;
    return true;
  }

  async #attempt(task: Task): Promise<void> {
    const { ledger, hand } = this.#parts;
    const { config } = ledger;
    const start = ledger.begin(task, this.#deps.nowMs());
    let end: "recorded" | "lost" | "failed" = "failed";
    try {
      if (config !== null) {
        this.#record(task, await this.#deps.send(task.event, config), { start, sentUnder: config });
        end = "recorded";
      }
    } catch (error) {
      // Our own bug, or storage is gone: unrecorded, so the log or the waiting row brings the event back.
      if (error instanceof LaneLostError) end = "lost";
      this.#deps.logError(end === "lost" ? "endpoint.lane_lost" : "endpoint.attempt_failed", error);
    }
    this.#count--;
    this.#chars -= charsOf(task);
    if (end === "failed") return this.#pause(task);
    if (end === "lost") this.#sendAgain(task);
    else hand.release(task);
    this.#steps.onRoom();
  }

  /** The receiver may have got it or not: at least once. That a lane was lost says nothing about the receiver. */
  #sendAgain(task: Task): void {
    const { hand, intake, wakeup } = this.#parts;
    // It was sent before the endpoint was ordered: what follows it must wait again.
    if (this.isOrdered) intake.putBack(hand.drop(() => true));
    intake.putBack([task]);
    wakeup.settleIn(SETTLE_DELAY_MS);
  }

  #pause(task: Task): void {
    const { ledger, intake, wakeup } = this.#parts;
    intake.putBack([task]);
    const nowMs = this.#deps.nowMs();
    ledger.pause(nowMs);
    this.#putAllBack();
    const passage = ledger.passage(nowMs);
    wakeup.settleIn(passage.kind === "open" ? passage.untilMs - nowMs : 0);
  }

  #record(
    task: Task,
    sent: SentAttempt,
    { start, sentUnder }: { start: AttemptStart; sentUnder: EndpointConfig },
  ): void {
    const { ledger, intake, retention, wakeup } = this.#parts;
    const nowMs = this.#deps.nowMs();
    const { config } = ledger;
    if (config === null) return;
    const verdict = this.#judge(task, sent.outcome, config);
    const nextAtMs = ledger.record(task, sent, { verdict, start, nowMs });
    intake.replays.ended(task, "sent", nowMs);
    retention.noteLogged(nowMs);
    if (this.isOrdered) intake.more = nextAtMs === null;
    const stop = ledger.noteHealth(task, verdict, nowMs);
    const { health } = ledger;
    this.#deps.notices?.note(task, { config, start, outcome: sent.outcome, verdict, nextAtMs, health });
    // What another configuration's receiver said is no reason to disable this one.
    if (stop !== null && sentUnder.version === config.version) this.#steps.onStop(stop);
    if (sentUnder.url === config.url) this.#noteLife(sent.outcome, nowMs);
    wakeup.settleIn(SETTLE_DELAY_MS);
  }

  /** With the receiver down, what is in hand goes back, so that the object can sleep until the next probe. */
  #noteLife(outcome: AttemptOutcome, nowMs: number): void {
    const { ledger, intake } = this.#parts;
    const wasClosed = ledger.passage(nowMs).kind === "closed";
    const isOpen = ledger.noteOutcome(outcome, nowMs);
    if (isOpen) this.#putAllBack();
    else if (!wasClosed) intake.more = true;
  }

  #putAllBack(): void {
    const { hand, intake } = this.#parts;
    intake.putBack(hand.drop(() => true));
    intake.more = false;
  }

  #judge(task: Task, outcome: AttemptOutcome, config: EndpointConfig): Verdict {
    if (task.manualId !== null) return judgeManualAttempt(outcome, config.dialect);
    return judgeAttempt({
      outcome,
      attemptNumber: task.attemptNumber,
      dialect: config.dialect,
      policy: config.policy,
      nowMs: this.#deps.nowMs(),
      random: this.#deps.random(),
    });
  }
}
