/** What an endpoint's object counts of its attempts, so that nobody has to read its log for a figure. */

import { type Latencies, withLatency } from "./latency.ts";
import { TALLY_HOURS } from "./limits/figures.ts";
import { HOUR_MS } from "./units.ts";

/** Attempts that ended in one hour; `hour` counts from the epoch. */
export type HourCount = [hour: number, succeeded: number, failed: number];

export type Hour = { hour: number; succeeded: number; failed: number };

export const FAILURE_KINDS = ["status", "timeout", "network", "blocked"] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

export type FailedAttempt = {
  atMs: number;
  /** 0: there was no answer. */
  statusCode: number;
  failure: FailureKind;
};

export type Tally = {
  /** From the moment an event was accepted, or was to be delivered, to its delivery; replays and resends left out. */
  latency: Latencies;
  /** Ascending; hours without attempts are left out. */
  hours: readonly HourCount[];
  lastError: FailedAttempt | null;
};

export const EMPTY_TALLY: Tally = { latency: [], hours: [], lastError: null };

export type CountedAttempt = {
  endedAtMs: number;
  /** Null: it succeeded. */
  error: Omit<FailedAttempt, "atMs"> | null;
  /** How long its event took until now; null: not counted. */
  latencyMs: number | null;
};

export function withAttempt(tally: Tally, attempt: CountedAttempt): Tally {
  const { endedAtMs, error, latencyMs } = attempt;
  return {
    latency: latencyMs === null ? tally.latency : withLatency(tally.latency, latencyMs),
    hours: withHour(tally.hours, endedAtMs, error === null),
    lastError: error === null ? tally.lastError : { ...error, atMs: endedAtMs },
  };
}

/** A clock that was put back counts into the newest hour. */
function withHour(hours: readonly HourCount[], atMs: number, succeeded: boolean): HourCount[] {
  const last = hours.at(-1);
  const hour = Math.max(Math.floor(atMs / HOUR_MS), last?.[0] ?? 0);
  const [, good, bad] = last?.[0] === hour ? last : [hour, 0, 0];
  const count: HourCount = [hour, good + (succeeded ? 1 : 0), bad + (succeeded ? 0 : 1)];
  // Nearly always; it is done with every attempt.
  if (last?.[0] === hour) return hours.with(-1, count);
  return [...hours.filter(([at]) => at > hour - TALLY_HOURS), count];
}

/** The last hours up to now, the one that has begun too, each with what was counted in it. */
export function lastHours(hours: readonly HourCount[], nowMs: number, count: number): Hour[] {
  const now = Math.floor(nowMs / HOUR_MS);
  return Array.from({ length: count }, (_, index) => {
    const hour = now - count + 1 + index;
    // An object's clock may be a little ahead of ours.
    const found = hours.filter(([at]) => at === hour || (hour === now && at > now));
    const sum = (place: 1 | 2) => found.reduce((total, counted) => total + counted[place], 0);
    return { hour, succeeded: sum(1), failed: sum(2) };
  });
}
