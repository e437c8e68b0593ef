import { describe, expect, it } from "vitest";
import { bucketAfter, emptyBucket, fullBucket, type RateState, takeToken } from "../../src/core/rate.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);

/** mulberry32: the same schedules in every run. */
function seeded(seed: number): () => number {
  let a = seed;
  return () => {
    a = (a + 0x6d2b79f5) | 0;
    let t = Math.imul(a ^ (a >>> 15), 1 | a);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Takes tokens at one instant until refused. */
function drainAt(
  state: RateState,
  rate: number,
  nowMs: number,
): { count: number; state: RateState; waitMs: number } {
  let current = state;
  for (let count = 0; ; count++) {
    const taken = takeToken(current, rate, nowMs);
    current = taken.state;
    if (!taken.granted) return { count, state: current, waitMs: taken.waitMs };
  }
}

/** Every window that starts and ends at a grant keeps its bound; those are the fullest ones. */
function expectWithinBound(grants: { atMs: number; rate: number }[], context: string): void {
  // Σ cost over i..j ≤ W + 1000 for all i ≤ j in one pass: only the lowest (cost before i − time of i) matters.
  let costMs = 0;
  let lowestMs = Number.POSITIVE_INFINITY;
  let worstMs = 0;
  for (const { atMs, rate } of grants) {
    lowestMs = Math.min(lowestMs, costMs - (atMs - NOW_MS));
    costMs += 1000 / rate;
    worstMs = Math.max(worstMs, costMs - (atMs - NOW_MS) - lowestMs);
  }
  expect(worstMs, context).toBeLessThanOrEqual(1000 + 1e-3);
}

describe("the rate limit", () => {
  it.each([1, 2, 3, 7, 10, 49, 100, 333, 1000, 65_535])(
    "grants exactly one burst of %i at an instant",
    (rate) => {
      expect(drainAt(fullBucket(), rate, NOW_MS).count).toBe(rate);
      expect(drainAt(emptyBucket(rate, NOW_MS), rate, NOW_MS).count).toBe(0);
      expect(drainAt(emptyBucket(rate, NOW_MS), rate, NOW_MS + 1000).count).toBe(rate);
    },
  );

  it.each([1, 2, 3, 7, 10, 49, 100, 333, 1000])(
    "at %i a second, a refusal's wait is enough and not too long",
    (rate) => {
      const { state, waitMs } = drainAt(fullBucket(), rate, NOW_MS);
      expect(waitMs).toBe(Math.ceil(1000 / rate));
      expect(takeToken(state, rate, NOW_MS + waitMs).granted).toBe(true);
      expect(takeToken(state, rate, NOW_MS + waitMs - 1).granted).toBe(false);
    },
  );

  it("lets the steady rate through for ever, without drifting", () => {
    for (const rate of [3, 7, 333, 999]) {
      let state = emptyBucket(rate, NOW_MS);
      let count = 0;
      for (let ms = 1; ms <= 60_000; ms++) {
        const drained = drainAt(state, rate, NOW_MS + ms);
        state = drained.state;
        count += drained.count;
      }
      expect(count).toBe(rate * 60);
    }
  });

  it.each([0, 0.5, -1, Number.NaN])("takes a rate of %d as our own bug", (rate) => {
    expect(() => takeToken(fullBucket(), rate, NOW_MS)).toThrow("invariant");
  });
});

describe("the rate limit's bound over any window", () => {
  const seeds = Array.from({ length: 200 }, (_, index) => index + 1);

  it("holds for random schedules, rates and restarts", () => {
    for (const seed of seeds) {
      const random = seeded(seed);
      const rate = 1 + Math.floor(random() ** 3 * 500);
      const grants: { atMs: number; rate: number }[] = [];
      let state = random() < 0.5 ? fullBucket() : emptyBucket(rate, NOW_MS);
      let nowMs = NOW_MS;
      for (let step = 0; step < 1500; step++) {
        nowMs += Math.floor(random() ** 4 * 1500);
        if (random() < 0.01) state = emptyBucket(rate, nowMs);
        if (random() < 0.01) state = restartFromLog(grants, rate, nowMs);
        const taken = takeToken(state, rate, nowMs);
        state = taken.state;
        if (taken.granted) grants.push({ atMs: nowMs, rate });
      }
      expectWithinBound(grants, `seed ${seed}`);
      expectCountsWithin(grants, rate);
    }
  });

  it("holds when the rate changes mid-way, however often", () => {
    for (const seed of seeds) {
      const random = seeded(seed);
      const grants: { atMs: number; rate: number }[] = [];
      let rate = 1 + Math.floor(random() * 100);
      let state = fullBucket();
      let nowMs = NOW_MS;
      for (let step = 0; step < 1500; step++) {
        nowMs += Math.floor(random() ** 6 * 800);
        if (random() < 0.1) rate = 1 + Math.floor(random() ** 2 * 1000);
        const taken = takeToken(state, rate, nowMs);
        state = taken.state;
        if (taken.granted) grants.push({ atMs: nowMs, rate });
      }
      expectWithinBound(grants, `seed ${seed}`);
    }
  });

  it("holds in real time when the clock is put back, and never stalls for longer than a second", () => {
    for (const seed of seeds) {
      const random = seeded(seed);
      const rate = 1 + Math.floor(random() ** 2 * 100);
      const grants: { atMs: number; rate: number }[] = [];
      let state = fullBucket();
      let realMs = NOW_MS;
      let putBackMs = 0;
      let refusedSinceMs: number | null = null;
      let longestStallMs = 0;
      for (let step = 0; step < 1500; step++) {
        realMs += Math.floor(random() ** 4 * 400);
        const isPutBack = random() < 0.02;
        if (isPutBack) putBackMs += Math.floor(random() * 1e7);
        const taken = takeToken(state, rate, realMs - putBackMs);
        state = taken.state;
        // Time between the last look and the jump is lost; from then on a second must be enough.
        if (isPutBack) refusedSinceMs = realMs;
        if (taken.granted) {
          grants.push({ atMs: realMs, rate });
          refusedSinceMs = null;
        } else {
          refusedSinceMs ??= realMs;
          longestStallMs = Math.max(longestStallMs, taken.waitMs, realMs - refusedSinceMs);
        }
      }
      expectWithinBound(grants, `seed ${seed}`);
      expect(longestStallMs, `seed ${seed}`).toBeLessThanOrEqual(1000);
    }
  });

  function restartFromLog(grants: { atMs: number }[], rate: number, nowMs: number): RateState {
    const recent = grants.map(({ atMs }) => atMs).filter((atMs) => atMs >= nowMs - 1000);
    return bucketAfter(recent.reverse(), rate);
  }

  /** The same bound, counted: at most rate × W + rate in any closed window. */
  function expectCountsWithin(grants: { atMs: number }[], rate: number): void {
    for (let i = 0; i < grants.length; i += 37) {
      const startMs = grants[i]?.atMs ?? 0;
      for (const windowMs of [0, 1, 500, 1000, 2500, 10_000]) {
        const count = grants.filter(({ atMs }) => atMs >= startMs && atMs <= startMs + windowMs).length;
        expect(count).toBeLessThanOrEqual((rate * windowMs) / 1000 + rate);
      }
    }
  }
});

describe("the rate after recorded sends", () => {
  it("is full without any, and when the last are over a second old", () => {
    expect(drainAt(bucketAfter([], 10), 10, NOW_MS).count).toBe(10);
    expect(drainAt(bucketAfter([NOW_MS - 1001, NOW_MS - 1000], 10), 10, NOW_MS).count).toBe(10);
  });

  it("counts the last second's in any order, and a whole burst at the first of them", () => {
    expect(drainAt(bucketAfter([NOW_MS], 10), 10, NOW_MS).count).toBe(0);
    expect(drainAt(bucketAfter([NOW_MS - 900], 10), 10, NOW_MS).count).toBe(9);
    expect(drainAt(bucketAfter([NOW_MS, NOW_MS - 900], 10), 10, NOW_MS).count).toBe(8);
    expect(bucketAfter([3, 1, 2], 10)).toEqual(bucketAfter([1, 2, 3], 10));
  });

  it("does not forget an old burst that a steady sender still carries along", () => {
    const sentAtMs = [0, 0, 0, 334, 667].map((ms) => NOW_MS + ms);
    const nowMs = NOW_MS + 1001;
    const state = bucketAfter(
      sentAtMs.filter((atMs) => atMs >= nowMs - 1000),
      3,
    );
    expect(drainAt(state, 3, nowMs).count).toBe(1);
  });

  it("stalls for a second at most when more was sent than the rate now allows", () => {
    const state = bucketAfter(Array<number>(100).fill(NOW_MS), 2);
    expect(drainAt(state, 2, NOW_MS)).toMatchObject({ count: 0, waitMs: 500 });
    expect(drainAt(state, 2, NOW_MS + 1000).count).toBe(2);
  });

  it("does not stall when the recorded sends lie in the future", () => {
    const state = bucketAfter([NOW_MS + 1e9], 1);
    const refused = takeToken(state, 1, NOW_MS);
    expect(refused).toMatchObject({ granted: false, waitMs: 1000 });
    expect(takeToken(refused.state, 1, NOW_MS + 1000).granted).toBe(true);
  });
});
