/**
 * The delivery life of one endpoint, over its queue and what {@link DrainDeps} gives: take events from hints and from the
 * log, send within concurrency and rate, record, retry, settle. All timing and effects come from outside, so that a
 * simulation can run this very code.
 */
import type { Stretch } from "../core/acks.ts";
import type { DeliveryStatus } from "../core/delivery-status.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import {
  FLUSH_INTERVAL_MS,
  LOG_RETRY_DELAY_MS,
  REPLAY_TELL_INTERVAL_MS,
  REPLAY_WATCH_MS,
  SETTLE_DELAY_MS,
} from "../core/limits/endpoint-object.ts";
import type { ReplayNews, ReplayOrder } from "../core/replay.ts";
import { isCanceled } from "../core/settle.ts";
import { countBacklog } from "./backlog.ts";
import { Flight, type FlightDeps } from "./flight.ts";
import { Hand, type Task } from "./hand.ts";
import { Intake, type IntakeDeps } from "./intake.ts";
import { type EndpointReport, Ledger } from "./ledger.ts";
import type { StopReason } from "./queue.ts";
import { Retention } from "./retention.ts";
import { Throttle } from "./throttle.ts";
import { type AlarmClock, Wakeup } from "./wakeup.ts";

export type DrainDeps = IntakeDeps &
  AlarmClock &
  FlightDeps & {
    /** Runs `work` later, in memory only: an alarm stands behind it. */
    after(delayMs: number, work: () => void): void;
    readConfig(): Promise<EndpointConfig | null>;
    /** Writes the endpoint's status row. */
    report(report: EndpointReport): Promise<void>;
    /** Writes to the tasks of replays; one that has ended is not written to any more. */
    reportReplays(news: ReplayNews[]): Promise<void>;
    /** Disables the endpoint in D1 unless its configuration is newer than `version`; idempotent. */
    disable(reason: StopReason, version: number): Promise<void>;
  };

export class Drain {
  readonly #deps: DrainDeps;
  readonly #ledger: Ledger;
  readonly #hand = new Hand();
  readonly #intake: Intake;
  readonly #wakeup: Wakeup;
  readonly #retention: Retention;
  readonly #flight: Flight;
  #filling: Promise<void> | null = null;
  #flushedAtMs = 0;
  #toldReplaysAtMs = 0;
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
    const throttle = new Throttle(deps, wasBusy ? null : queue.startedSince(deps.nowMs() - 1000));
    this.#flight = new Flight(
      deps,
      {
        ledger: this.#ledger,
        hand: this.#hand,
        intake: this.#intake,
        wakeup: this.#wakeup,
        retention: this.#retention,
        throttle,
      },
      { onRoom: () => this.#pump(), onStop: (reason) => this.#stop(reason) },
    );
  }

  /** Events just accepted; `upTo` is the last of their positions. Lost, repeated or reordered calls break nothing. */
  async hint(version: number, events: readonly LoggedEvent[], upTo: number): Promise<void> {
    if (upTo <= this.#ledger.position) return;
    if ((this.#ledger.config?.version ?? -1) < version) {
      this.#wakeup.settleIn(SETTLE_DELAY_MS);
      await this.reload();
    }
    // The alarm for the next probe is armed: until then there is nothing to do.
    if (this.#flight.isOpen) return;
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

  /** Reads an older stretch of the log again; once this resolves it will be done. Repeated calls change nothing. */
  async replay(order: ReplayOrder): Promise<void> {
    // Which of the endpoint's stops came before it is judged by the configuration that it was asked for under.
    this.#adopt(await this.#deps.readConfig());
    if (this.#ledger.config === null) return;
    this.#intake.replays.add(order, this.#deps.nowMs());
    this.#intake.more = true;
    this.#wakeup.settleIn(SETTLE_DELAY_MS);
    this.#pump();
  }

  /** The agent has these events already: they are not retried. */
  acknowledged(stretches: readonly Stretch[]): void {
    const nowMs = this.#deps.nowMs();
    const isIn = ({ event }: Task) =>
      stretches.some(([from, to]) => from <= event.position && event.position <= to);
    this.#hand.drop((task) => task.waiting !== null && task.replayId === null && isIn(task));
    for (const stretch of stretches) this.#ledger.acknowledge(stretch, { hand: this.#hand, nowMs });
    // In order, what comes next was waiting for their end.
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
      if (!this.#flight.isOpen) await this.#fill();
      const purgesOn = this.#retention.purge(this.#deps.nowMs());
      this.#wakeup.settled(purgesOn ? SETTLE_DELAY_MS : this.#settleAgainInMs());
      await this.#flush();
      await this.#tellReplays();
      await this.#deps.notices?.tellAll();
    } catch (error) {
      this.#deps.logError("endpoint.settle_failed", error);
      this.#wakeup.settled(LOG_RETRY_DELAY_MS);
    }
    this.#pump();
    // Another run of this may have something in hand by now: its alarm must not be taken away.
    if (this.#hand.size > 0) this.#wakeup.settleIn(SETTLE_DELAY_MS);
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
    if (!this.#flight.isOpen) return false;
    this.#wakeup.arm();
    try {
      const { config } = this.#ledger;
      await this.reload();
      return this.#flight.isOpen && this.#ledger.config === config;
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
    const { count: inFlight, throttledSinceMs } = this.#flight;
    return { ...this.#ledger.status(this.#deps.nowMs()), inFlight, throttledSinceMs };
  }

  get ledger(): Ledger {
    return this.#ledger;
  }

  #pump(): void {
    this.#flight.launch();
    const isIdle = this.#hand.readyCount === 0 && this.#ledger.maySend() && !this.#flight.isOpen;
    if (this.#intake.more && isIdle) this.#fillSoon();
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
    if (this.#intake.replays.hasEnded) this.#wakeup.settleIn(SETTLE_DELAY_MS);
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
    if (passage.kind === "open") return passage.untilMs - nowMs;
    const { replays } = this.#intake;
    if (replays.hasEnded) return SETTLE_DELAY_MS;
    // In order, one waits for what waits: whatever happens to that, it is not forgotten.
    return replays.isRunning ? REPLAY_WATCH_MS : null;
  }

  #isQuiet(): boolean {
    const isReading = this.#filling !== null;
    const hasMore = this.#intake.more && !this.#flight.isOpen;
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
    const report = this.#ledger.takeReport({ dueAtMs, behind: this.#intake.behind });
    try {
      await this.#deps.report(report);
    } catch (error) {
      this.#ledger.reportLost();
      throw error;
    }
  }

  async #tellReplays(): Promise<void> {
    const { replays } = this.#intake;
    const nowMs = this.#deps.nowMs();
    const mayWait = !replays.hasEnded && nowMs - this.#toldReplaysAtMs < REPLAY_TELL_INTERVAL_MS;
    const news = mayWait ? [] : replays.takeNews();
    if (news.length === 0) return;
    this.#toldReplaysAtMs = nowMs;
    try {
      await this.#deps.reportReplays(news);
      replays.told(news);
    } catch (error) {
      replays.newsLost();
      throw error;
    }
  }

  /** Work under way, or that only this object knows of; all other is seen in D1. */
  #hasOwnWork(): boolean {
    const { queue } = this.#deps;
    const isDue = isReached(queue.nextDueAtMs(), this.#deps.nowMs());
    const isUntold = this.#deps.notices?.pending === true || this.#ledger.stopReason !== null;
    if (this.#intake.replays.isActive) return true;
    return this.#hand.size > 0 || isDue || isUntold || queue.countManualSends() > 0;
  }

  #dueAtMs(): number | null {
    if (!this.#ledger.maySend()) return null;
    const { queue } = this.#deps;
    const passage = this.#ledger.passage(this.#deps.nowMs());
    if (passage.kind === "open") return passage.untilMs;
    const dueAtMs = this.#flight.isOrdered ? (queue.firstWaiting()?.nextAtMs ?? null) : queue.nextDueAtMs();
    // What is due already is in hand or follows when there is room: an alarm for it would only spin.
    return dueAtMs !== null && dueAtMs <= this.#deps.nowMs() && this.#hand.size > 0 ? null : dueAtMs;
  }

  // Configuration

  #adopt(config: EndpointConfig | null): void {
    const old = this.#ledger.config;
    if (config === null || !this.#ledger.adopt(config, this.#deps.nowMs())) return;
    const reordered = config.policy.ordering !== old?.policy.ordering;
    const dropped = this.#hand.drop(({ manualId, event, sparedBefore }) =>
      manualId === null
        ? reordered || isCanceled(config, event.position, sparedBefore)
        : config.state !== "enabled",
    );
    this.#intake.putBack(dropped);
    this.#intake.replays.heedStops(this.#deps.nowMs());
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
