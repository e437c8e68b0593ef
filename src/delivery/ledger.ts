import type { Stretch } from "../core/acks.ts";
import { type AttemptOutcome, isSuccess, statusCodeOf } from "../core/attempt.ts";
import {
  type BreakerPolicy,
  type BreakerState,
  DEFAULT_BREAKER,
  isSameBreaker,
  noteOutcome,
  type Passage,
  passageAt,
} from "../core/breaker.ts";
import type { DeliveryStatus } from "../core/delivery-status.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import { noteExhausted, noteFailure, noteSuccess } from "../core/health.ts";
import type { Latencies } from "../core/latency.ts";
import { POSITION_SAVE_INTERVAL } from "../core/limits/endpoint-object.ts";
import { REPORTED_HOURS, TALLY_HOURS } from "../core/limits/figures.ts";
import { nextPause, pauseLeftMs } from "../core/pause.ts";
import type { Verdict } from "../core/retry.ts";
import { cancelsBefore, isCanceled, safePosition } from "../core/settle.ts";
import { type FailureKind, type HourCount, lastHours, withAttempt } from "../core/tally.ts";
import type { Hand, Task } from "./hand.ts";
import type { AttemptRecord, AttemptStart, ObjectState, Queue, StopReason } from "./queue.ts";
import { endOf } from "./queue-tally.ts";

/** What an object says of itself for lists, metrics and the sweep. */
export type EndpointReport = Omit<DeliveryStatus, LiveOnly> & {
  /** Positions of the log that it knows of and has not looked at, and events it has not recorded an attempt of. */
  behind: number;
  latency: Latencies;
  /** The newest of them. */
  hours: readonly HourCount[];
  configVersion: number;
  /** When a delivery was last given up after all its retries, unless an attempt has succeeded since. */
  exhaustedAtMs: number | null;
  /** When the object means to work next; null: not before somebody calls. */
  dueAtMs: number | null;
};

/** What only the object itself is asked for. */
type LiveOnly = "inFlight" | "throttledSinceMs" | "breaker" | "hours" | "lastError";

export type SentAttempt = {
  outcome: AttemptOutcome;
  durationMs: number;
  url: string;
  requestHeaders: Record<string, string>;
};

/** The object's durable side: its state row and what each attempt leaves behind. */
export class Ledger {
  readonly queue: Queue;
  readonly #state: ObjectState;
  #dirty = true;
  /** Something that only the state's row can keep has changed since it was saved. */
  #unsaved = false;
  /** The position that a restart would find. */
  #keptPosition: number;
  /** Acknowledged by the agent while an attempt was in flight. */
  readonly #acknowledged = new Set<number>();

  constructor(queue: Queue) {
    this.queue = queue;
    this.#state = queue.loadState();
    this.#keptPosition = this.#state.position;
  }

  get config(): EndpointConfig | null {
    return this.#state.config;
  }

  get position(): number {
    return this.#state.position;
  }

  get stopReason(): StopReason | null {
    return this.#state.stopReason;
  }

  get breaker(): BreakerState {
    return this.#state.breaker;
  }

  /** What may be sent now: nothing while paused, else what the circuit breaker lets through. */
  passage(nowMs: number): Passage {
    const pausedMs = pauseLeftMs(this.#state.pause, nowMs);
    if (pausedMs > 0) return { kind: "open", untilMs: nowMs + pausedMs };
    return passageAt(this.#state.breaker, nowMs);
  }

  /** Sends nothing for a while, because it failed on our side: trying at once would fail again, for every event. */
  pause(nowMs: number): void {
    const pause = nextPause(this.#state.pause, nowMs);
    if (pause === this.#state.pause) return;
    // Kept, because an object with nothing to do dies within seconds: it would begin with a short pause every time.
    this.#state.pause = pause;
    this.save();
  }

  get health(): ObjectState["health"] {
    return this.#state.health;
  }

  /** There is news that the status row does not tell yet, or may not: who starts cannot know. */
  get dirty(): boolean {
    return this.#dirty;
  }

  /** Something has happened beside deliveries that succeeded at once. */
  get unsaved(): boolean {
    return this.#unsaved;
  }

  maySend(): boolean {
    return this.#state.config?.state === "enabled" && this.#state.stopReason === null;
  }

  movePosition(scanned: number, hand: Hand): void {
    const position = safePosition(this.#state.position, scanned, hand.taking);
    if (position === this.#state.position) return;
    this.#state.position = position;
    this.#dirty = true;
  }

  /** Takes over a newer configuration; false when it is not newer. Cancels what the change canceled (invariant 8). */
  adopt(config: EndpointConfig, nowMs: number): boolean {
    const old = this.#state.config;
    if (old !== null && !isNewer(config, old)) return false;
    this.#state.config = config;
    // Changed by somebody meanwhile, it is not disabled: the reason was found under the old configuration.
    if (old?.version !== config.version) this.#state.stopReason = null;
    if (old?.state !== config.state) this.#state.health = null;
    this.#state.pause = null;
    // Another address may be another receiver, other thresholds judge otherwise: what was learnt no longer holds.
    const isSame = old !== null && isSameBreaker(breakerPolicyOf(old), breakerPolicyOf(config));
    if (!isSame || old.state !== config.state || old.url !== config.url) this.#state.breaker = null;
    // A new endpoint starts where its subscription does: older events were never for it.
    this.#state.position = Math.max(this.#state.position, (config.spans[0]?.from ?? 1) - 1);
    this.save();
    const areSpared = config.state === "enabled";
    this.queue.cancelWaitingBefore(cancelsBefore(config.spans), { areSpared, nowMs });
    if (config.state !== "enabled") this.queue.cancelManualSends();
    this.#dirty = true;
    return true;
  }

  /** To be called when the attempt starts. */
  begin(task: Task, startedAtMs: number): AttemptStart {
    const isFirst = task.manualId === null && task.waiting === null && task.replayId === null;
    return this.queue.beginAttempt({ position: task.event.position, startedAtMs, isFirst });
  }

  /** Writes one attempt and what follows from it, in one go; returns when the next is due, if one is. */
  record(
    task: Task,
    sent: SentAttempt,
    context: { verdict: Verdict; start: AttemptStart; nowMs: number },
  ): number | null {
    const { verdict, nowMs } = context;
    this.#unsaved ||= this.#state.pause !== null;
    this.#state.pause = null;
    const retry = verdict.kind === "retry";
    const canceled = task.manualId === null && this.#wasCanceled(task);
    const nextAtMs = retry && !canceled ? nowMs + verdict.delayMs : null;
    this.#writeAttempt(task, sent, { start: context.start, nextAtMs });
    if (task.manualId !== null) this.queue.removeManualSend(task.manualId);
    if (task.waiting !== null) this.queue.removeWaiting(task.waiting);
    const { attemptNumber: attempts, event, sparedBefore } = task;
    if (nextAtMs !== null) {
      this.queue.addWaiting({ nextAtMs, position: event.position, attempts, event, sparedBefore });
    } else if (canceled && retry) {
      this.queue.cancel(task.event, nowMs);
    }
    return nextAtMs;
  }

  #wasCanceled({ event: { position }, sparedBefore }: Task): boolean {
    const { config } = this.#state;
    const canceled = config !== null && isCanceled(config, position, sparedBefore);
    return canceled || this.#acknowledged.delete(position);
  }

  /** Retries are canceled; an attempt in flight, which `hand` holds, is the last of its event. */
  acknowledge(stretch: Stretch, { hand, nowMs }: { hand: Hand; nowMs: number }): void {
    this.queue.cancelRetriesWithin(stretch, nowMs);
    for (const position of hand.positionsWithin(stretch)) this.#acknowledged.add(position);
    this.#dirty = true;
  }

  /** The payload is gone (expired, expunged, purged): nothing can be sent, and that is said (invariant 3). */
  endUnsendable(task: Task, nowMs: number): void {
    if (task.manualId !== null) this.queue.removeManualSend(task.manualId);
    // What was to be replayed keeps the end it had.
    else if (task.replayId === null || task.waiting !== null) this.queue.cancel(task.event, nowMs);
    if (task.waiting !== null) this.queue.removeWaiting(task.waiting);
    this.#dirty = true;
  }

  /** Updates the endpoint's health; returns why it must be disabled, if it must. */
  noteHealth({ manualId }: Task, verdict: Verdict, nowMs: number): StopReason | null {
    if (verdict.kind === "success") {
      const health = noteSuccess(this.#state.health);
      this.#unsaved ||= health !== this.#state.health;
      this.#state.health = health;
    } else {
      const { state, signal } = noteFailure(this.#state.health, nowMs);
      const isExhausted = verdict.kind === "fail" && verdict.reason === "exhausted" && manualId === null;
      this.#state.health = isExhausted ? noteExhausted(state, nowMs) : state;
      if (signal === "disable") return "failures";
    }
    return verdict.kind !== "retry" && verdict.disableEndpoint ? "gone" : null;
  }

  /** Counts the outcome; true if the circuit breaker is open now. */
  noteOutcome(outcome: AttemptOutcome, nowMs: number): boolean {
    const before = this.#state.breaker;
    // What was in flight when it was disabled must not open it: nothing is sent any more, so no probe would close it.
    const policy = this.#state.config?.state === "enabled" ? breakerPolicyOf(this.#state.config) : "off";
    this.#state.breaker = noteOutcome(before, { policy, outcome, nowMs });
    this.#unsaved ||= this.#state.breaker !== before;
    const moved = (this.#state.breaker?.openUntilMs ?? null) !== (before?.openUntilMs ?? null);
    if (moved) this.save();
    return this.passage(nowMs).kind === "open";
  }

  /** Somebody wants to see whether the receiver is back: the next request is a probe. */
  probeNow(nowMs: number): void {
    const { breaker } = this.#state;
    if (breaker !== null && breaker.openUntilMs !== null)
      this.#state.breaker = { ...breaker, openUntilMs: nowMs };
  }

  /** From now on nothing is sent, also after a crash, until D1 has the endpoint disabled. */
  stop(reason: StopReason): void {
    this.#state.stopReason = reason;
    this.save();
  }

  stopped(): void {
    this.#state.stopReason = null;
    this.save();
  }

  save(): void {
    this.queue.saveState(this.#state);
    this.#unsaved = false;
    this.#keptPosition = this.#state.position;
  }

  /** A position that is a little behind costs a restart the reading of as many rows, and a row is saved. */
  #saveIfNeeded(): void {
    const movedBy = this.#state.position - this.#keptPosition;
    if (this.#unsaved || movedBy >= POSITION_SAVE_INTERVAL) this.save();
  }

  status(nowMs: number): Omit<DeliveryStatus, "inFlight" | "throttledSinceMs"> {
    const { breaker, tally } = this.#state;
    const hours = lastHours(tally.hours, nowMs, TALLY_HOURS);
    return { ...this.#standing(), breaker, hours, lastError: tally.lastError };
  }

  #standing() {
    const { position, health, succeeded, failed } = this.#state;
    const failingSinceMs = health?.firstFailureAtMs ?? null;
    return { position, waiting: this.queue.countWaiting(), succeeded, failed, failingSinceMs };
  }

  /** Returns the news; {@link reportLost} puts it back. */
  takeReport({ dueAtMs, behind }: Pick<EndpointReport, "dueAtMs" | "behind">): EndpointReport {
    this.#dirty = false;
    this.#saveIfNeeded();
    const { health, config, tally } = this.#state;
    return {
      ...this.#standing(),
      behind,
      latency: tally.latency,
      hours: tally.hours.slice(-REPORTED_HOURS),
      configVersion: config?.version ?? 0,
      exhaustedAtMs: health?.exhaustedAtMs ?? null,
      dueAtMs,
    };
  }

  /** The status row does not tell what was last reported. */
  reportLost(): void {
    this.#dirty = true;
  }

  #writeAttempt(
    task: Task,
    sent: SentAttempt,
    place: { start: AttemptStart; nextAtMs: number | null },
  ): void {
    const { outcome } = sent;
    const success = isSuccess(outcome);
    if (success) this.#state.succeeded++;
    else this.#state.failed++;
    const failure = success ? null : outcome.kind === "responded" ? "status" : outcome.kind;
    this.#count(task, { sent, start: place.start, failure });
    const record: AttemptRecord = {
      ...place,
      event: task.event,
      durationMs: sent.durationMs,
      trigger: task.manualId === null && task.replayId === null ? 0 : 1,
      status: success ? 0 : 2,
      statusCode: statusCodeOf(outcome),
      url: sent.url,
      response: responseText(outcome),
      failure,
      exchange: {
        requestHeaders: sent.requestHeaders,
        responseHeaders: outcome.kind === "responded" ? outcome.headers : {},
      },
    };
    if (this.queue.recordAttempt(record, this.#state)) this.#keptPosition = this.#state.position;
    else this.#unsaved = true;
    this.#dirty = true;
  }

  #count(
    task: Task,
    { sent, start, failure }: { sent: SentAttempt; start: AttemptStart; failure: FailureKind | null },
  ): void {
    const { createdAtMs, deliverAtMs } = task.event;
    const endedAtMs = endOf(start.key, sent.durationMs);
    const isScheduled = task.manualId === null && task.replayId === null;
    this.#state.tally = withAttempt(this.#state.tally, {
      endedAtMs,
      error: failure === null ? null : { statusCode: statusCodeOf(sent.outcome), failure },
      latencyMs: failure === null && isScheduled ? endedAtMs - Math.max(createdAtMs, deliverAtMs ?? 0) : null,
    });
  }
}

/** Its default dialect, and whether somebody listens to the operational log, touch no endpoint's version. */
function isNewer(config: EndpointConfig, old: EndpointConfig): boolean {
  return (
    config.version > old.version ||
    (config.version === old.version && config.dialect.name !== old.dialect.name) ||
    (config.version === old.version && JSON.stringify(config.told) !== JSON.stringify(old.told))
  );
}

/** Configurations that objects stored before policies had a breaker lack it. */
function breakerPolicyOf(config: EndpointConfig | null): BreakerPolicy {
  const policy: Partial<EndpointConfig["policy"]> = config?.policy ?? {};
  return policy.breaker ?? DEFAULT_BREAKER;
}

function responseText(outcome: AttemptOutcome): string {
  switch (outcome.kind) {
    case "responded":
      return outcome.body;
    case "timeout":
      return `no response within ${outcome.timeoutMs} ms`;
    case "network":
    case "blocked":
      return outcome.reason;
  }
}
