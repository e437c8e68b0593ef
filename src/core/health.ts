import {
  DISABLE_AFTER_MS,
  FAILING_MIN_SPAN_MS,
  FAILING_WINDOW_MS,
  FORGIVE_FAILURES_AFTER_MS,
} from "./limits/delivery.ts";

/** An endpoint's unbroken run of failed attempts. */
export type FailingRun = {
  firstFailureAtMs: number;
  lastFailureAtMs: number;
  /** Since when the failures count towards disabling; null while they may still be a passing outage. */
  clockStartedAtMs: number | null;
  /** When a delivery was last given up after all its retries; until a success the endpoint counts as failed. */
  exhaustedAtMs?: number;
};

/** null: the last attempt succeeded, or there was none. */
export type HealthState = FailingRun | null;

export type HealthSignal = "disable" | null;

/** Any success ends the run. */
export function noteSuccess(_state: HealthState): HealthState {
  return null;
}

/** The failure just noted was the last attempt of its delivery (seeds/clawbook: "the webhook is marked as failed"). */
export function noteExhausted(state: FailingRun, nowMs: number): FailingRun {
  return { ...state, exhaustedAtMs: nowMs };
}

/**
 * One more failed attempt (reference svix.md §2.10, the hosted rules): once failures lie at least 12 hours apart within
 * 24 hours a clock starts, and when nothing but failures was seen for 5 days from then, the endpoint is to be disabled.
 * The signal repeats with every later failure. A clock that runs backwards can only delay it.
 */
export function noteFailure(state: HealthState, nowMs: number): { state: FailingRun; signal: HealthSignal } {
  const next = state === null || isForgotten(state, nowMs) ? newRun(nowMs) : continueRun(state, nowMs);
  const run = state?.exhaustedAtMs === undefined ? next : { ...next, exhaustedAtMs: state.exhaustedAtMs };
  const { clockStartedAtMs } = run;
  const isOver = clockStartedAtMs !== null && nowMs - clockStartedAtMs >= DISABLE_AFTER_MS;
  return { state: run, signal: isOver ? "disable" : null };
}

function newRun(nowMs: number): FailingRun {
  return { firstFailureAtMs: nowMs, lastFailureAtMs: nowMs, clockStartedAtMs: null };
}

/** So old that it says nothing about now; or not yet begun, because the clock was put back. */
function isForgotten(run: FailingRun, nowMs: number): boolean {
  return nowMs < run.firstFailureAtMs || nowMs - run.lastFailureAtMs > FORGIVE_FAILURES_AFTER_MS;
}

function continueRun(run: FailingRun, nowMs: number): FailingRun {
  const lastFailureAtMs = Math.max(run.lastFailureAtMs, nowMs);
  if (run.clockStartedAtMs !== null) return { ...run, lastFailureAtMs };
  // Until the clock starts all failures lie within 12 hours of the first. So once that one has left the 24-hour window,
  // any other still inside it is more than 12 hours old, and the last one tells whether there is any.
  const witnessAtMs =
    nowMs - run.firstFailureAtMs <= FAILING_WINDOW_MS ? run.firstFailureAtMs : run.lastFailureAtMs;
  if (nowMs - witnessAtMs > FAILING_WINDOW_MS) return newRun(nowMs);
  const isFailing = nowMs - witnessAtMs >= FAILING_MIN_SPAN_MS;
  return { ...run, lastFailureAtMs, clockStartedAtMs: isFailing ? nowMs : null };
}
