import { describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import {
  type BreakerPolicy,
  type BreakerState,
  DEFAULT_BREAKER,
  isSameBreaker,
  noteOutcome,
  passageAt,
} from "../../src/core/breaker.ts";
import {
  BREAKER_FAILURES,
  BREAKER_FIRST_PROBE_MS,
  BREAKER_MAX_PROBE_MS,
  BREAKER_MIN_SPAN_MS,
} from "../../src/core/limits/delivery.ts";
import { answered } from "../support/outcomes.ts";

const START_MS = 1_800_000_000_000;
const DOWN: AttemptOutcome = { kind: "timeout", timeoutMs: 15_000 };

function noted(breaker: BreakerState, outcome: AttemptOutcome, nowMs: number): BreakerState {
  return noteOutcome(breaker, { policy: DEFAULT_BREAKER, outcome, nowMs });
}

function afterFailures(count: number, overMs: number, policy: BreakerPolicy = DEFAULT_BREAKER): BreakerState {
  let breaker: BreakerState = null;
  for (let i = 0; i < count; i++) {
    const atMs = START_MS + (count === 1 ? overMs : (i * overMs) / (count - 1));
    breaker = noteOutcome(breaker, { policy, outcome: DOWN, nowMs: atMs });
  }
  return breaker;
}

const openedAtMs = START_MS + BREAKER_MIN_SPAN_MS;
const opened = () => afterFailures(BREAKER_FAILURES, BREAKER_MIN_SPAN_MS);

describe("the circuit breaker", () => {
  it.each([
    ["one failure too few", BREAKER_FAILURES - 1, BREAKER_MIN_SPAN_MS, "closed"],
    ["many failures within too short a time", 10 * BREAKER_FAILURES, BREAKER_MIN_SPAN_MS - 1, "closed"],
    ["enough failures over enough time", BREAKER_FAILURES, BREAKER_MIN_SPAN_MS, "open"],
  ])("after %s it is %s", (_, count, overMs, want) => {
    expect(passageAt(afterFailures(count, overMs), START_MS + overMs).kind).toBe(want);
  });

  it("lets one probe through when its time is up", () => {
    expect(passageAt(opened(), openedAtMs + BREAKER_FIRST_PROBE_MS - 1).kind).toBe("open");
    expect(passageAt(opened(), openedAtMs + BREAKER_FIRST_PROBE_MS).kind).toBe("probe");
  });

  it("doubles the interval with every failed probe, up to its bound", () => {
    let breaker = opened();
    let nowMs = openedAtMs;
    const waits: number[] = [];
    for (let probe = 0; probe < 12; probe++) {
      const waitMs = (breaker?.openUntilMs ?? 0) - nowMs;
      waits.push(waitMs);
      nowMs += waitMs;
      breaker = noted(breaker, DOWN, nowMs);
    }
    expect(waits.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * BREAKER_FIRST_PROBE_MS));
    expect(waits.at(-1)).toBe(BREAKER_MAX_PROBE_MS);
  });

  it.each([200, 204, 302, 404, 410, 429])("is closed by an answer of %i", (statusCode) => {
    expect(noted(opened(), answered(statusCode), openedAtMs)).toBeNull();
  });

  it.each([500, 502, 503])("is not closed by %i", (statusCode) => {
    const breaker = noted(opened(), answered(statusCode), openedAtMs + BREAKER_FIRST_PROBE_MS);
    expect(passageAt(breaker, openedAtMs + BREAKER_FIRST_PROBE_MS).kind).toBe("open");
  });

  it("is not moved by requests that were in flight when it opened", () => {
    const breaker = noted(opened(), DOWN, openedAtMs + 10);
    expect(breaker?.openUntilMs).toBe(openedAtMs + BREAKER_FIRST_PROBE_MS);
  });

  it("starts counting anew after a success", () => {
    const almost = afterFailures(BREAKER_FAILURES - 1, BREAKER_MIN_SPAN_MS);
    const once = noted(noted(almost, answered(200), openedAtMs), DOWN, openedAtMs);
    expect(once).toMatchObject({ failures: 1, openUntilMs: null });
  });

  it("stays open no longer than meant when the clock is put back", () => {
    const passage = passageAt(opened(), openedAtMs - 86_400_000);
    expect(passage).toEqual({ kind: "open", untilMs: openedAtMs - 86_400_000 + BREAKER_FIRST_PROBE_MS });
  });
});

describe("the circuit breaker's policy", () => {
  const quick = { failures: 3, minSpanSeconds: 10, firstProbeSeconds: 2, maxProbeSeconds: 5 };

  it.each<[name: string, policy: BreakerPolicy, count: number, overMs: number, want: string]>([
    ["one failure too few", quick, 2, 60_000, "closed"],
    ["too short a time", quick, 3, 9_999, "closed"],
    ["enough of both", quick, 3, 10_000, "open"],
    ["one failure, where one is enough", { ...quick, failures: 1, minSpanSeconds: 0 }, 1, 0, "open"],
    ["one failure, and it must have lasted", { ...quick, failures: 1 }, 1, 0, "closed"],
    ["999 failures of 1000", { ...quick, failures: 1000 }, 999, 60_000, "closed"],
    ["1000 failures of 1000", { ...quick, failures: 1000 }, 1000, 60_000, "open"],
    ["any number of failures when it is off", "off", 5000, 86_400_000, "closed"],
  ])("decides after %s", (_, policy, count, overMs, want) => {
    expect(passageAt(afterFailures(count, overMs, policy), START_MS + overMs).kind).toBe(want);
  });

  it.each([
    { policy: quick, wantMs: [2000, 4000, 5000, 5000] },
    { policy: { ...quick, maxProbeSeconds: 2 }, wantMs: [2000, 2000, 2000, 2000] },
    { policy: { ...quick, firstProbeSeconds: 1, maxProbeSeconds: 21_600 }, wantMs: [1000, 2000, 4000, 8000] },
  ])("says how long it stays open: $wantMs", ({ policy, wantMs }) => {
    let nowMs = START_MS + 10_000;
    let breaker = afterFailures(3, 10_000, policy);
    const waits = wantMs.map(() => {
      const waitMs = (breaker?.openUntilMs ?? 0) - nowMs;
      nowMs += waitMs;
      breaker = noteOutcome(breaker, { policy, outcome: DOWN, nowMs });
      return waitMs;
    });
    expect(waits).toEqual(wantMs);
  });

  it("forgets what it counted once it is off", () => {
    const off = { policy: "off", outcome: DOWN, nowMs: openedAtMs } as const;
    expect(noteOutcome(opened(), off)).toBeNull();
  });

  it.each<[BreakerPolicy, BreakerPolicy, boolean]>([
    ["off", "off", true],
    ["off", quick, false],
    [quick, { ...quick }, true],
    [quick, { ...quick, failures: 4 }, false],
    [quick, { ...quick, minSpanSeconds: 11 }, false],
    [quick, { ...quick, firstProbeSeconds: 3 }, false],
    [quick, { ...quick, maxProbeSeconds: 6 }, false],
  ])("of %j and %j is the same: %s", (a, b, want) => {
    expect(isSameBreaker(a, b)).toBe(want);
  });
});
