import type { AttemptOutcome } from "./attempt.ts";
import {
  BREAKER_FAILURES,
  BREAKER_FIRST_PROBE_MS,
  BREAKER_MAX_PROBE_MS,
  BREAKER_MIN_SPAN_MS,
} from "./limits/delivery.ts";

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

/** When a receiver counts as down, and how often it is probed then; `off`: never, everything is always sent. */
export type BreakerPolicy =
  | {
      /** Failures in a row … */
      failures: number;
      /** … over at least this long. */
      minSpanSeconds: number;
      /** Doubles with every failed probe … */
      firstProbeSeconds: number;
      /** … up to this. */
      maxProbeSeconds: number;
    }
  | "off";

/** Where no policy says otherwise. */
export const DEFAULT_BREAKER: Exclude<BreakerPolicy, "off"> = {
  failures: BREAKER_FAILURES,
  minSpanSeconds: BREAKER_MIN_SPAN_MS / 1000,
  firstProbeSeconds: BREAKER_FIRST_PROBE_MS / 1000,
  maxProbeSeconds: BREAKER_MAX_PROBE_MS / 1000,
};

export function isSameBreaker(a: BreakerPolicy, b: BreakerPolicy): boolean {
  if (a === "off" || b === "off") return a === b;
  return (
    a.failures === b.failures &&
    a.minSpanSeconds === b.minSpanSeconds &&
    a.firstProbeSeconds === b.firstProbeSeconds &&
    a.maxProbeSeconds === b.maxProbeSeconds
  );
}

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

export type NotedOutcome = { policy: BreakerPolicy; outcome: AttemptOutcome; nowMs: number };

/** The breaker after an attempt: any sign of life closes it. */
export function noteOutcome(breaker: BreakerState, { policy, outcome, nowMs }: NotedOutcome): BreakerState {
  if (policy === "off" || isAlive(outcome)) return null;
  const failures = (breaker?.failures ?? 0) + 1;
  const firstFailureAtMs = Math.min(breaker?.firstFailureAtMs ?? nowMs, nowMs);
  if (breaker !== null && breaker.openUntilMs !== null) {
    // Of the requests that were in flight when it opened, only a probe moves it on.
    if (passageAt(breaker, nowMs).kind === "open") return { ...breaker, failures };
    const probeDelayMs = Math.min(2 * breaker.probeDelayMs, policy.maxProbeSeconds * 1000);
    return { failures, firstFailureAtMs, probeDelayMs, openUntilMs: nowMs + probeDelayMs };
  }
  const lastedMs = nowMs - firstFailureAtMs;
  const isDown = failures >= policy.failures && lastedMs >= policy.minSpanSeconds * 1000;
  const probeDelayMs = policy.firstProbeSeconds * 1000;
  return { failures, firstFailureAtMs, probeDelayMs, openUntilMs: isDown ? nowMs + probeDelayMs : null };
}

/** A 4xx is an answer, and 429 says itself how long to wait. */
function isAlive(outcome: AttemptOutcome): boolean {
  return outcome.kind === "responded" && outcome.statusCode < 500;
}
