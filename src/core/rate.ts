/**
 * A rate limit as a value: GCRA with one second's worth of burst. Of any sends granted, over any window of W ms,
 * the sum of their costs (1000 ms / rate) is at most W + 1000 ms: at one rate that is rate × W + one burst (invariant 6),
 * and a rate that changes, however often, gains nothing.
 */
import { invariant } from "./invariant.ts";

/** What the last second's sends cost, less the time since. */
export type RateState = { atMs: number; debtMs: number };

/** A refusal carries a state too: without keeping it, a clock that was put back would stall the sender. */
export type TokenResult =
  | { granted: true; state: RateState }
  | { granted: false; waitMs: number; state: RateState };

const BURST_MS = 1000;
/** Sums of costs miss round numbers by less than this, and no whole number of sends fits into it. */
const ROUNDING_MS = 1e-6;

/** Takes one send's worth if it is there, or says how long to wait for it. */
export function takeToken(state: RateState, ratePerSecond: number, nowMs: number): TokenResult {
  const drained = drain(state, nowMs);
  const debtMs = drained.debtMs + costMs(ratePerSecond);
  const waitMs = debtMs - BURST_MS;
  if (waitMs <= ROUNDING_MS) return { granted: true, state: { atMs: nowMs, debtMs } };
  return { granted: false, waitMs: Math.max(1, Math.ceil(waitMs - ROUNDING_MS)), state: drained };
}

/** Nothing sent lately: a whole burst is free. */
export function fullBucket(): RateState {
  return { atMs: 0, debtMs: 0 };
}

/**
 * A whole burst was sent just now. After a crash that may have left sends unrecorded this keeps the limit without a
 * write per send.
 */
export function emptyBucket(ratePerSecond: number, nowMs: number): RateState {
  return { atMs: nowMs, debtMs: ratePerSecond * costMs(ratePerSecond) };
}

/**
 * The most that can be owed after these sends, in any order: all of the last second. What was owed before the first of
 * them is unknown (a steady sender carries the debt of an old burst along), so it counts as a whole burst.
 */
export function bucketAfter(sentAtMs: readonly number[], ratePerSecond: number): RateState {
  const [firstAtMs, ...laterAtMs] = [...sentAtMs].sort((a, b) => a - b);
  if (firstAtMs === undefined) return fullBucket();
  return laterAtMs.reduce(
    (state, atMs) => {
      const debtMs = drain(state, atMs).debtMs + costMs(ratePerSecond);
      return { atMs, debtMs: Math.min(debtMs, BURST_MS) };
    },
    emptyBucket(ratePerSecond, firstAtMs),
  );
}

/** Time pays the debt off. A clock put back pays nothing and asks nothing: time counts on from what it says now. */
function drain(state: RateState, nowMs: number): RateState {
  const elapsedMs = Math.max(0, nowMs - state.atMs);
  return { atMs: nowMs, debtMs: Math.max(0, state.debtMs - elapsedMs) };
}

function costMs(ratePerSecond: number): number {
  invariant(ratePerSecond >= 1, `core/rate: ${ratePerSecond} per second`);
  return BURST_MS / ratePerSecond;
}
