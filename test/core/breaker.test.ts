import { describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import { type BreakerState, noteOutcome, passageAt } from "../../src/core/breaker.ts";
import {
  BREAKER_FAILURES,
  BREAKER_FIRST_PROBE_MS,
  BREAKER_MAX_PROBE_MS,
  BREAKER_MIN_SPAN_MS,
} from "../../src/core/limits.ts";

const START_MS = 1_800_000_000_000;
const DOWN: AttemptOutcome = { kind: "timeout", timeoutMs: 15_000 };
const answered = (statusCode: number): AttemptOutcome => ({
  kind: "responded",
  statusCode,
  body: "",
  headers: {},
  retryAfter: null,
  control: null,
});

function afterFailures(count: number, overMs: number): BreakerState {
  let breaker: BreakerState = null;
  for (let i = 0; i < count; i++) {
    breaker = noteOutcome(breaker, DOWN, START_MS + (count === 1 ? overMs : (i * overMs) / (count - 1)));
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
      breaker = noteOutcome(breaker, DOWN, nowMs);
    }
    expect(waits.slice(0, 3)).toEqual([1, 2, 4].map((times) => times * BREAKER_FIRST_PROBE_MS));
    expect(waits.at(-1)).toBe(BREAKER_MAX_PROBE_MS);
  });

  it.each([200, 204, 302, 404, 410, 429])("is closed by an answer of %i", (statusCode) => {
    expect(noteOutcome(opened(), answered(statusCode), openedAtMs)).toBeNull();
  });

  it.each([500, 502, 503])("is not closed by %i", (statusCode) => {
    const breaker = noteOutcome(opened(), answered(statusCode), openedAtMs + BREAKER_FIRST_PROBE_MS);
    expect(passageAt(breaker, openedAtMs + BREAKER_FIRST_PROBE_MS).kind).toBe("open");
  });

  it("is not moved by requests that were in flight when it opened", () => {
    const breaker = noteOutcome(opened(), DOWN, openedAtMs + 10);
    expect(breaker?.openUntilMs).toBe(openedAtMs + BREAKER_FIRST_PROBE_MS);
  });

  it("starts counting anew after a success", () => {
    const almost = afterFailures(BREAKER_FAILURES - 1, BREAKER_MIN_SPAN_MS);
    const once = noteOutcome(noteOutcome(almost, answered(200), openedAtMs), DOWN, openedAtMs);
    expect(once).toMatchObject({ failures: 1, openUntilMs: null });
  });

  it("stays open no longer than meant when the clock is put back", () => {
    const passage = passageAt(opened(), openedAtMs - 86_400_000);
    expect(passage).toEqual({ kind: "open", untilMs: openedAtMs - 86_400_000 + BREAKER_FIRST_PROBE_MS });
  });
});
