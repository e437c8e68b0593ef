import { describe, expect, it } from "vitest";
import { latenciesBetween, quantileMs, withLatency } from "../../src/core/latency.ts";
import { LATENCY_BUCKETS, TALLY_HOURS } from "../../src/core/limits/figures.ts";
import { type CountedAttempt, EMPTY_TALLY, lastHours, withAttempt } from "../../src/core/tally.ts";
import { HOUR_MS } from "../../src/core/units.ts";

const NOON = 500_000;

function tallied(attempts: (Partial<CountedAttempt> & { endedAtMs: number })[]) {
  return attempts.reduce(
    (tally, attempt) => withAttempt(tally, { error: null, latencyMs: null, ...attempt }),
    EMPTY_TALLY,
  );
}

describe("latencies", () => {
  it.each([0, 1, 7, 99, 1234, 60_000, HOUR_MS, 3 * 24 * HOUR_MS])(
    "of %d ms are found again within a bucket's width",
    (ms) => {
      const found = quantileMs(withLatency([], ms), 0.5) ?? -1;
      expect(found).toBeGreaterThanOrEqual(Math.max(0.7, ms / Math.SQRT2) - 0.1);
      expect(found).toBeLessThanOrEqual(Math.max(1, ms * Math.SQRT2) + 0.1);
    },
  );

  it("below zero, because clocks disagree, count as the shortest, and endless ones as the longest", () => {
    expect(withLatency([], -500)).toEqual([1]);
    expect(withLatency([], Number.MAX_SAFE_INTEGER)).toHaveLength(LATENCY_BUCKETS);
  });

  it("are told apart: the slow twentieth does not move the median", () => {
    let counts: number[] = [];
    for (let n = 0; n < 90; n++) counts = withLatency(counts, 10);
    for (let n = 0; n < 10; n++) counts = withLatency(counts, 5000);
    expect(quantileMs(counts, 0.5)).toBeLessThan(15);
    expect(quantileMs(counts, 0.95)).toBeGreaterThan(3500);
    expect(quantileMs([], 0.5)).toBeNull();
    expect(quantileMs([0, 0], 0.5)).toBeNull();
  });

  it("between two moments are the later ones without the earlier; null once they shrank", () => {
    expect(latenciesBetween([1, 2], [1, 3, 4])).toEqual([0, 1, 4]);
    expect(latenciesBetween([1, 2], [5, 1])).toBeNull();
    expect(latenciesBetween([0, 1], [])).toBeNull();
  });
});

describe("an endpoint's tally", () => {
  it("counts attempts by the hour, remembers the newest error, and forgets what is a day old", () => {
    const error = { statusCode: 503, failure: "status" } as const;
    const tally = tallied([
      { endedAtMs: (NOON - TALLY_HOURS) * HOUR_MS },
      { endedAtMs: NOON * HOUR_MS + 1, latencyMs: 20 },
      { endedAtMs: NOON * HOUR_MS + 2, error },
      { endedAtMs: (NOON + 1) * HOUR_MS },
    ]);
    expect(tally.hours).toEqual([
      [NOON, 1, 1],
      [NOON + 1, 1, 0],
    ]);
    expect(tally.lastError).toEqual({ ...error, atMs: NOON * HOUR_MS + 2 });
    expect(tally.latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  });

  it("never holds more than a day of hours, nor goes back in time with the clock", () => {
    const hours = Array.from({ length: 60 }, (_, n) => ({ endedAtMs: (NOON + n) * HOUR_MS }));
    const tally = tallied([...hours, { endedAtMs: NOON * HOUR_MS }]);
    expect(tally.hours).toHaveLength(TALLY_HOURS);
    expect(tally.hours.at(-1)).toEqual([NOON + 59, 2, 0]);
  });

  it("shows the last hours up to now, with what was not counted as nothing", () => {
    const hours = lastHours(
      [
        [NOON - 2, 5, 1],
        [NOON + 1, 1, 0],
      ],
      NOON * HOUR_MS + 5,
      4,
    );
    expect(hours.map(({ succeeded, failed }) => [succeeded, failed])).toEqual([
      [0, 0],
      [5, 1],
      [0, 0],
      [1, 0],
    ]);
  });
});
