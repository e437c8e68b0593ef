import type { AttemptOutcome } from "./attempt.ts";
import {
  BREAKER_FAILURES,
  BREAKER_FIRST_PROBE_MS,
  BREAKER_MAX_PROBE_MS,
  BREAKER_MIN_SPAN_MS,
} from "./limits.ts";

/**
 * An endpoint's circuit breaker. A receiver that is down answers nothing but timeouts, and each costs as much as a
 * hundred good deliveries; once that is clear, one probe at growing intervals stands in for all that waits.
 */
export type Breaker = {
  /** Failures in a row that say the receiver is down. */
  failures: number;
  firstFailureAtMs: number;
  /** Nothing is sent before this time, then one probe; null while closed. */
  openUntilMs: number | null;
  /** How long it stays open this time. */
  probeDelayMs: number;
};

/** null: closed, with no failure counted. */
export type BreakerState = Breaker | null;

/** What may be sent: everything; one request, to see; nothing until then. */
export type Passage = { kind: "closed" } | { kind: "probe" } | { kind: "open"; untilMs: number };

export function passageAt(breaker: BreakerState, nowMs: number): Passage {
  const until = breaker?.openUntilMs ?? null;
  if (until === null) return { kind: "closed" };
  // A clock that was put back must not keep it open for longer than was meant.
  const left = Math.min(until - nowMs, breaker?.probeDelayMs ?? 0);
  return left <= 0 ? { kind: "probe" } : { kind: "open", untilMs: nowMs + left };
}

/** The breaker after an attempt: any sign of life closes it. */
export function noteOutcome(breaker: BreakerState, outcome: AttemptOutcome, nowMs: number): BreakerState {
  if (isAlive(outcome)) return null;
  const failures = (breaker?.failures ?? 0) + 1;
  const firstFailureAtMs = Math.min(breaker?.firstFailureAtMs ?? nowMs, nowMs);
  if (breaker !== null && breaker.openUntilMs !== null) {
    // Of the requests that were in flight when it opened, only a probe moves it on.
    if (passageAt(breaker, nowMs).kind === "open") return { ...breaker, failures };
    const probeDelayMs = Math.min(2 * breaker.probeDelayMs, BREAKER_MAX_PROBE_MS);
    return { failures, firstFailureAtMs, probeDelayMs, openUntilMs: nowMs + probeDelayMs };
  }
  const isDown = failures >= BREAKER_FAILURES && nowMs - firstFailureAtMs >= BREAKER_MIN_SPAN_MS;
  const probeDelayMs = BREAKER_FIRST_PROBE_MS;
  return { failures, firstFailureAtMs, probeDelayMs, openUntilMs: isDown ? nowMs + probeDelayMs : null };
}

/** A 4xx is an answer, and 429 says itself how long to wait. */
function isAlive(outcome: AttemptOutcome): boolean {
  return outcome.kind === "responded" && outcome.statusCode < 500;
}
