/**
 * The delivery life of one endpoint, over its queue and what {@link DrainDeps} gives: take events from hints and from the
 * log, send within concurrency and rate, record, retry, settle. All timing and effects come from outside, so that a
 * simulation can run this very code.
 */
import type { AttemptOutcome } from "../core/attempt.ts";
import type { DeliveryStatus } from "../core/delivery-status.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { FLUSH_INTERVAL_MS, LOG_RETRY_DELAY_MS, SETTLE_DELAY_MS } from "../core/limits.ts";
import { judgeAttempt, judgeManualAttempt, type Verdict } from "../core/retry.ts";
import { cancelsBefore } from "../core/settle.ts";
import { countBacklog } from "./backlog.ts";
import { Hand, type Task } from "./hand.ts";
import { Intake, type IntakeDeps } from "./intake.ts";
import { type EndpointReport, Ledger, type SentAttempt } from "./ledger.ts";
import type { Notices } from "./notices.ts";
import type { AttemptStart, Queue, StopReason } from "./queue.ts";
import { Retention } from "./retention.ts";
import { Throttle } from "./throttle.ts";
import { type AlarmClock, Wakeup } from "./wakeup.ts";

export type DrainDeps = IntakeDeps &
  AlarmClock & {
    queue: Queue;
    /** A number in [0, 1). */
    random(): number;
    /** Runs `work` later, in memory only: an alarm stands behind it. */
    after(delayMs: number, work: () => void): void;
    readConfig(): Promise<EndpointConfig | null>;
    send(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt>;
    /** Writes the endpoint's status row. */
    report(report: EndpointReport): Promise<void>;
    /** Disables the endpoint in D1 unless its configuration is newer than `version`; idempotent. */
    disable(reason: StopReason, version: number): Promise<void>;
    /** What the operational log is told; none: nobody could listen. */
    notices?: Notices;
    logError(event: string, error: unknown): void;
  };

export class Drain {
  readonly #deps: DrainDeps;
  readonly #ledger: Ledger;
  readonly #hand = new Hand();
  readonly #intake: Intake;
  readonly #wakeup: Wakeup;
  readonly #retention: Retention;
  readonly #throttle: Throttle;
  #inFlight = 0;
  #filling: Promise<void> | null = null;
  #flushedAtMs = 0;
  #reportedDueAtMs: number | null = null;

  /** @param woken the alarm as found at the start: armed or just fired, sends may have gone unrecorded. */
  constructor(deps: DrainDeps, woken: { byAlarm: boolean; armedAtMs: number | null }) {
    const { queue } = deps;
    this.#deps = deps;
    this.#ledger = new Ledger(queue);
    this.#intake = new Intake(deps, this.#ledger, this.#hand);
    this.#wakeup = new Wakeup(deps, {
      armedAtMs: woken.armedAtMs,
      dueAtMs: () => this.#dueAtMs(),
    });
    this.#retention = new Retention(this.#ledger);
    const wasBusy = woken.byAlarm || woken.armedAtMs !== null;
    this.#throttle = new Throttle(deps, wasBusy ? null : queue.startedSince(deps.nowMs() - 1000));
  }

  /** Events just accepted; `upTo` is the last of their positions. Lost, repeated or reordered calls break nothing. */
  async hint(version: number, events: readonly LoggedEvent[], upTo: number): Promise<void> {
    if (upTo <= this.#ledger.position) return;
    if ((this.#ledger.config?.version ?? -1) < version) {
      this.#wakeup.settleIn(SETTLE_DELAY_MS);
      await this.reload();
    }
    // The alarm for the next probe is armed: until then there is nothing to do.
    if (this.#isOpen()) return;
    this.#wakeup.settleIn(SETTLE_DELAY_MS);
    this.#intake.takeHinted(events, upTo);
    this.#pump();
  }

  /** Reads the configuration again, so that it is in force from the next attempt (invariant 8). */
  async reload(): Promise<void> {
    this.#adopt(await this.#deps.readConfig());
    this.#pump();
  }

  /** Queues one attempt outside the schedule. */
  resend(position: number): void {
    this.#deps.queue.addManualSend(position);
    this.#ledger.probeNow(this.#deps.nowMs());
    this.#intake.more = true;
    this.#wakeup.settleIn(SETTLE_DELAY_MS);
    this.#pump();
  }

  /** The alarm: re-arms, then settles, purges, flushes. Never throws (invariant 7). */
  async wake(): Promise<void> {
    try {
      // A setting is a billed row. What the log shows, the sweep finds if this run is cut off: that needs no watchdog.
      if (this.#hasOwnWork()) this.#wakeup.settleIn(SETTLE_DELAY_MS);
      else this.#wakeup.arm();
      await this.#finishStopping();
      if (!this.#isOpen()) await this.#fill();
      const purgesOn = this.#retention.purge(this.#deps.nowMs());
      this.#wakeup.settled(purgesOn ? SETTLE_DELAY_MS : this.#settleAgainInMs());
      await this.#flush();
      await this.#deps.notices?.tellAll();
    } catch (error) {
      this.#deps.logError("endpoint.settle_failed", error);
      this.#wakeup.settled(LOG_RETRY_DELAY_MS);
    }
    this.#pump();
    this.#wakeup.rearm();
  }

  /** The sweep found the endpoint behind its log, by a status row that is then out of date. */
  async catchUp(): Promise<void> {
    if (await this.#sleepsOn()) return;
    this.#ledger.reportLost();
    await this.wake();
  }

  /** With the breaker open it is behind on purpose, unless there is a configuration it has not heard of. */
  async #sleepsOn(): Promise<boolean> {
    if (!this.#isOpen()) return false;
    this.#wakeup.arm();
    try {
      const { config } = this.#ledger;
      await this.reload();
      return this.#isOpen() && this.#ledger.config === config;
    } catch (error) {
      this.#deps.logError("endpoint.settle_failed", error);
      return true;
    }
  }

  /** Call before {@link wake} when it is the alarm that woke the object. */
  alarmFired(): void {
    this.#wakeup.fired();
  }

  /** How many accepted events are still to be taken. */
  backlog(): Promise<number> {
    return countBacklog(this.#deps, this.#ledger);
  }

  status(): DeliveryStatus {
    return { ...this.#ledger.status(), inFlight: this.#inFlight };
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  // Sending

  #pump(): void {
    // Payloads that were still being read when the breaker opened.
    if (this.#hand.readyCount > 0 && this.#isOpen()) this.#putAllBack();
    while (this.#ledger.maySend() && this.#inFlight < this.#slots() && this.#hand.readyCount > 0) {
      if (this.#putBackOvertaking()) continue;
      if (!this.#throttle.grant(this.#ledger.config?.ratePerSecond ?? null, () => this.#pump())) break;
      const task = this.#hand.takeReady();
      if (task === null) break;
      this.#wakeup.settleIn(SETTLE_DELAY_MS);
      this.#inFlight++;
      void this.#attempt(task);
    }
    if (this.#intake.more && this.#hand.readyCount === 0 && this.#ledger.maySend() && !this.#isOpen()) {
      this.#fillSoon();
    }
  }

  #isOpen(): boolean {
    return this.#ledger.passage(this.#deps.nowMs()).kind === "open";
  }

  /** Requests in flight at most; in order, one (invariant 5). */
  #slots(): number {
    const passage = this.#ledger.passage(this.#deps.nowMs());
    if (passage.kind === "open") return 0;
    return passage.kind === "probe" || this.#isOrdered() ? 1 : (this.#ledger.config?.policy.concurrency ?? 0);
  }

  #isOrdered(): boolean {
    return this.#ledger.config?.policy.ordering === "fifo";
  }

  /** In order, events fetched while an earlier one failed must not pass it: they go back until it has ended. */
  #putBackOvertaking(): boolean {
    const first = this.#isOrdered() ? this.#deps.queue.firstWaiting() : null;
    if (first === null) return false;
    const dropped = this.#hand.drop((task) => task.manualId === null && task.event.position > first.position);
    if (dropped.length === 0) return false;
    this.#intake.putBack(dropped);
    this.#intake.more = false;
    return true;
  }

  async #attempt(task: Task): Promise<void> {
    const config = this.#ledger.config;
    const startedAtMs = this.#deps.nowMs();
    const start = this.#ledger.begin(task, startedAtMs);
    let recorded = false;
    try {
      if (config !== null) {
        this.#record(task, await this.#deps.send(task.event, config), { start, sentUnder: config });
        recorded = true;
      }
    } catch (error) {
      // Our own bug, or storage is gone: unrecorded, so the log or the waiting row brings the event back.
      this.#deps.logError("endpoint.attempt_failed", error);
    }
    this.#inFlight--;
    if (recorded) {
      this.#hand.release(task);
      this.#pump();
    } else {
      this.#intake.putBack([task]);
      this.#ledger.pauseUntil(this.#deps.nowMs() + LOG_RETRY_DELAY_MS);
      this.#putAllBack();
      this.#wakeup.settleIn(LOG_RETRY_DELAY_MS);
    }
  }

  #record(
    task: Task,
    sent: SentAttempt,
    { start, sentUnder }: { start: AttemptStart; sentUnder: EndpointConfig },
  ): void {
    const nowMs = this.#deps.nowMs();
    const config = this.#ledger.config;
    if (config === null) return;
    const verdict = this.#judge(task, sent.outcome, config);
    const nextAtMs = this.#ledger.record(task, sent, { verdict, start, nowMs });
    this.#retention.noteLogged(nowMs);
    if (this.#isOrdered()) this.#intake.more = nextAtMs === null;
    const stop = this.#ledger.noteHealth(task, verdict, nowMs);
    const { health } = this.#ledger;
    this.#deps.notices?.note(task, { config, start, outcome: sent.outcome, verdict, nextAtMs, health });
    // What another configuration's receiver said is no reason to disable this one.
    if (stop !== null && sentUnder.version === config.version) this.#stop(stop);
    if (sentUnder.url === config.url) this.#noteLife(sent.outcome, nowMs);
    this.#wakeup.settleIn(SETTLE_DELAY_MS);
  }

  /** With the receiver down, what is in hand goes back, so that the object can sleep until the next probe. */
  #noteLife(outcome: AttemptOutcome, nowMs: number): void {
    const wasClosed = this.#ledger.passage(nowMs).kind === "closed";
    const isOpen = this.#ledger.noteOutcome(outcome, nowMs);
    if (isOpen) this.#putAllBack();
    else if (!wasClosed) this.#intake.more = true;
  }

  #putAllBack(): void {
    this.#intake.putBack(this.#hand.drop(() => true));
    this.#intake.more = false;
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

  // Settling

  /** One read of the log at a time. */
  #fill(): Promise<void> {
    this.#filling ??= this.#fillOnce().finally(() => {
      this.#filling = null;
    });
    return this.#filling;
  }

  async #fillOnce(): Promise<void> {
    if (this.#ledger.config === null) this.#adopt(await this.#deps.readConfig());
    if (this.#ledger.config === null) return;
    await this.#intake.fill({
      onConfig: (config) => this.#adopt(config),
      onSettled: () => this.#wakeup.arm(),
      onReady: () => this.#pump(),
    });
  }

  #fillSoon(): void {
    if (this.#filling !== null) return;
    this.#fill()
      .then(() => this.#pump())
      .catch((error) => {
        this.#deps.logError("endpoint.read_failed", error);
        this.#intake.more = false;
        this.#wakeup.settleIn(LOG_RETRY_DELAY_MS);
      });
  }

  /** With the breaker open, what there is to read waits for the probe. */
  #settleAgainInMs(): number | null {
    if (!this.#isQuiet()) return SETTLE_DELAY_MS;
    const nowMs = this.#deps.nowMs();
    const passage = this.#ledger.passage(nowMs);
    return passage.kind === "open" ? passage.untilMs - nowMs : null;
  }

  #isQuiet(): boolean {
    const isReading = this.#filling !== null;
    const hasMore = this.#intake.more && !this.#isOpen();
    return !isReading && this.#hand.size === 0 && !hasMore && this.#ledger.stopReason === null;
  }

  async #flush(): Promise<void> {
    const nowMs = this.#deps.nowMs();
    const dueAtMs = earliest(this.#wakeup.wantedAtMs(nowMs), this.#retention.dueAtMs());
    const isNewTime = dueAtMs !== this.#reportedDueAtMs;
    if (!this.#ledger.dirty && !isNewTime) return;
    // That all went well once more is told now and then: the next event, or else the sweep, brings the occasion.
    const mayWait = !this.#isQuiet() || (!this.#ledger.unsaved && !isNewTime);
    if (mayWait && nowMs - this.#flushedAtMs < FLUSH_INTERVAL_MS) return;
    this.#flushedAtMs = nowMs;
    this.#reportedDueAtMs = dueAtMs;
    const report = this.#ledger.takeReport(dueAtMs);
    try {
      await this.#deps.report(report);
    } catch (error) {
      this.#ledger.reportLost();
      throw error;
    }
  }

  /** Work under way, or that only this object knows of; all other is seen in D1. */
  #hasOwnWork(): boolean {
    const { queue } = this.#deps;
    const isDue = isReached(queue.nextDueAtMs(), this.#deps.nowMs());
    const isUntold = this.#deps.notices?.pending === true || this.#ledger.stopReason !== null;
    return this.#hand.size > 0 || isDue || isUntold || queue.countManualSends() > 0;
  }

  #dueAtMs(): number | null {
    if (!this.#ledger.maySend()) return null;
    const { queue } = this.#deps;
    const passage = this.#ledger.passage(this.#deps.nowMs());
    if (passage.kind === "open") return passage.untilMs;
    const dueAtMs = this.#isOrdered() ? (queue.firstWaiting()?.nextAtMs ?? null) : queue.nextDueAtMs();
    // What is due already is in hand or follows when there is room: an alarm for it would only spin.
    return dueAtMs !== null && dueAtMs <= this.#deps.nowMs() && this.#hand.size > 0 ? null : dueAtMs;
  }

  // Configuration

  #adopt(config: EndpointConfig | null): void {
    const old = this.#ledger.config;
    if (config === null || !this.#ledger.adopt(config, this.#deps.nowMs())) return;
    const canceledBefore = cancelsBefore(config.spans);
    const reordered = config.policy.ordering !== old?.policy.ordering;
    const dropped = this.#hand.drop(({ manualId, event }) =>
      manualId === null ? reordered || event.position < canceledBefore : config.state !== "enabled",
    );
    this.#intake.putBack(dropped);
    this.#intake.more = true;
    this.#wakeup.settleIn(SETTLE_DELAY_MS);
  }

  /** Stops sending at once and for good, also over a crash; D1 learns it now or at the next alarm. */
  #stop(reason: StopReason): void {
    if (this.#ledger.stopReason !== null) return;
    this.#ledger.stop(reason);
    this.#finishStopping().catch((error) => this.#deps.logError("endpoint.disable_failed", error));
  }

  async #finishStopping(): Promise<void> {
    const reason = this.#ledger.stopReason;
    if (reason === null) return;
    const version = this.#ledger.config?.version ?? 0;
    await this.#deps.disable(reason, version);
    this.#adopt(await this.#deps.readConfig());
    // A newer configuration, the disabled one or somebody's, has ended the stop already, and may have begun another.
    if (this.#ledger.config?.version === version) this.#ledger.stopped();
  }
}

function isReached(atMs: number | null, nowMs: number): boolean {
  return atMs !== null && atMs <= nowMs;
}

function earliest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
