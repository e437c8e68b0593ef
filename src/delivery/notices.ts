import { type AttemptOutcome, isSuccess, statusCodeOf } from "../core/attempt.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { HealthState } from "../core/health.ts";
import { ATTEMPT_KEYS_PER_MS, attemptId, messageId } from "../core/ids.ts";
import { MAX_NOTICES, NOTICES_A_CALL } from "../core/limits/endpoint-object.ts";
import { type AttemptEvent, attemptEventType, type ToldAttempt } from "../core/operational.ts";
import type { Verdict } from "../core/retry.ts";
import type { Told } from "../store/operational-log.ts";
import type { Task } from "./hand.ts";
import type { AttemptStart } from "./queue.ts";
import type { NoticeQueue } from "./queue-notices.ts";

export type NoticeDeps = {
  /** Appends to the operational log; repeating changes nothing. */
  tell(told: readonly Told[]): Promise<void>;
  logError(event: string, error: unknown): void;
};

/** What came of an attempt, as it has just been recorded. */
export type RecordedAttempt = {
  config: EndpointConfig;
  start: AttemptStart;
  outcome: AttemptOutcome;
  verdict: Verdict;
  /** When the next follows; null: none does. */
  nextAtMs: number | null;
  /** After the attempt. */
  health: HealthState;
};

/**
 * Tells of messages that keep failing, are given up, or got through after all. Nothing is written for other attempts, nor
 * for any while the configuration says that nobody listens. Told later and together, never while a receiver waits.
 */
export class Notices {
  readonly #queue: NoticeQueue;
  readonly #deps: NoticeDeps;

  constructor(queue: NoticeQueue, deps: NoticeDeps) {
    this.#queue = queue;
    this.#deps = deps;
  }

  /** There is something left to tell. */
  get pending(): boolean {
    return this.#queue.count > 0;
  }

  /** To be called in the turn that records the attempt: then both are kept, or neither. */
  note(task: Task, attempt: RecordedAttempt): void {
    const event = eventOf(task, attempt);
    if (event === null) return;
    if (this.#queue.count >= MAX_NOTICES) {
      // The operational log has been out of reach for long: how the endpoint stands is in its status all the same.
      this.#deps.logError("endpoint.notice_dropped", new Error(`${MAX_NOTICES} notices wait already`));
      return;
    }
    const id = `${event.type}.${event.data.lastAttempt.id}`;
    this.#queue.add({ key: attempt.start.key, told: { id, event } });
  }

  /** Tells all there is; throws when the operational log cannot be reached, and keeps what it has not told. */
  async tellAll(): Promise<void> {
    while (this.pending) {
      const notices = this.#queue.first(NOTICES_A_CALL);
      await this.#deps.tell(notices.map(({ told }) => told));
      this.#queue.remove(notices);
    }
  }
}

function eventOf(task: Task, attempt: RecordedAttempt): AttemptEvent | null {
  const { config, start, outcome, verdict, nextAtMs, health } = attempt;
  const isCanceled = verdict.kind === "retry" && nextAtMs === null;
  if (!config.told || task.manualId !== null || isCanceled) return null;
  const { attemptNumber } = task;
  const type = attemptEventType({ attemptNumber, verdict: verdict.kind });
  if (type === null) return null;
  const { appKey, endpointKey, endpointId, url } = config;
  const { position, createdAtMs, eventId, eventType } = task.event;
  const lastAttempt: ToldAttempt = {
    id: attemptId({ attemptKey: start.key, endpointKey, position }),
    responseStatusCode: statusCodeOf(outcome),
    status: isSuccess(outcome) ? 0 : 2,
    timestamp: timeText(Math.floor(start.key / ATTEMPT_KEYS_PER_MS)),
  };
  const msgId = messageId({ appKey, position, createdAtMs });
  const message = { msgId, msgEventId: eventId, eventType, attemptNumber, lastAttempt };
  const failingSince = health === null ? null : timeText(health.firstFailureAtMs);
  const data = { ...config.told, endpointId, url, ...message, failingSince };
  return { type, data: verdict.kind === "fail" ? { ...data, reason: verdict.reason } : data };
}

function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}
