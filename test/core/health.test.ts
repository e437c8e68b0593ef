import { describe, expect, it } from "vitest";
import {
  type HealthSignal,
  type HealthState,
  noteExhausted,
  noteFailure,
  noteSuccess,
} from "../../src/core/health.ts";

const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 10, 20);

/** Failures at these hours, in order; the signal after each. */
function failAt(hours: number[], from: HealthState = null): { state: HealthState; signals: HealthSignal[] } {
  let state = from;
  const signals = hours.map((hour) => {
    const noted = noteFailure(state, START_MS + hour * HOUR_MS);
    state = noted.state;
    return noted.signal;
  });
  return { state, signals };
}

function clockOf(hours: number[]): number | null {
  const at = failAt(hours).state?.clockStartedAtMs ?? null;
  return at === null ? null : (at - START_MS) / HOUR_MS;
}

/** The hour of the first "disable". */
function disabledAt(hours: number[]): number | null {
  const index = failAt(hours).signals.indexOf("disable");
  return hours[index] ?? null;
}

function everyHours(step: number, until: number): number[] {
  return Array.from({ length: Math.floor(until / step) + 1 }, (_, index) => index * step);
}

describe("an endpoint's health", () => {
  it.each<[string, number[], number | null]>([
    ["not at one failure", [0], null],
    ["not when failures lie less than 12 hours apart", [0, 1, 11.99], null],
    ["at failures 12 hours apart", [0, 12], 12],
    ["at failures 24 hours apart", [0, 24], 24],
    ["not at failures more than 24 hours apart", [0, 24.01], null],
    ["by a later failure of the same window", [0, 11, 20], 20],
    ["by the second failure when the first has left the window", [0, 11, 25], 25],
    ["not when all earlier failures have left the window", [0, 1, 25.01], null],
    ["by failures after a forgiven one", [0, 48, 60], 60],
    ["once, not again by later failures", [0, 12, 30, 50], 12],
    ["not at failures once a day and a bit", [0, 25, 50, 75, 100, 125, 150], null],
  ])("starts its clock %s", (_, hours, clock) => {
    expect(clockOf(hours)).toBe(clock);
  });

  it.each<[string, number[], number | null]>([
    ["not before 5 days of the clock", [0, 12, 131.99], null],
    ["at 5 days of the clock", [0, 12, 132], 132],
    ["5 days after the clock began, with steady failures", everyHours(6, 200), 132],
    ["although it was quiet in between, if nothing succeeded", [0, 12, 170], 170],
    ["not for two lone failures 5 days apart", [0, 130], null],
    ["not for a burst and a lone failure days later", [0, 0.1, 0.2, 140], null],
    ["not after a pause so long that the run is forgiven", [0, 12, 252.01], null],
    ["after the longest pause that still counts", [0, 12, 252], 252],
  ])("asks to disable %s", (_, hours, wanted) => {
    expect(disabledAt(hours)).toBe(wanted);
  });

  it("repeats the signal until the run ends", () => {
    expect(failAt([0, 12, 132, 133]).signals).toEqual([null, null, "disable", "disable"]);
  });

  it("forgets the run at any success", () => {
    const { state } = failAt([0, 12, 131]);
    expect(noteSuccess(state)).toBeNull();
    expect(failAt([132, 144], noteSuccess(state)).signals).toEqual([null, null]);
  });

  it("remembers the first and the last failure of the run", () => {
    expect(failAt([0, 11, 25]).state).toMatchObject({
      firstFailureAtMs: START_MS,
      lastFailureAtMs: START_MS + 25 * HOUR_MS,
    });
  });

  it.each<[string, number[]]>([
    ["before the run began", [100, 112, 50, 55]],
    ["before the clock began", [0, 12, 6, 11, 60]],
    ["far back", [10_000, 10_012, 0, 12, 100]],
  ])("does not disable early when time jumps to %s", (_, hours) => {
    expect(disabledAt(hours)).toBeNull();
  });

  it("keeps the last failure's time when time jumps back within the run", () => {
    expect(failAt([0, 12, 6]).state).toMatchObject({ lastFailureAtMs: START_MS + 12 * HOUR_MS });
  });

  it("starts a new run when time jumps to before the first failure", () => {
    const { state } = failAt([100, 112, 50]);
    expect(state).toEqual({
      firstFailureAtMs: START_MS + 50 * HOUR_MS,
      lastFailureAtMs: START_MS + 50 * HOUR_MS,
      clockStartedAtMs: null,
    });
  });

  it("survives being stored as JSON", () => {
    const { state } = failAt([0, 12]);
    expect(JSON.parse(JSON.stringify(state))).toEqual(state);
  });
});

describe("a delivery given up after all its retries", () => {
  it.each<[string, number[]]>([
    ["at the next failure", [1]],
    ["when the run has gone on for days", [12, 24, 36]],
    ["when the run was forgotten meanwhile", [24 * 30]],
  ])("is remembered %s", (_, hours) => {
    const first = noteFailure(null, START_MS).state;
    const { state } = failAt(hours, noteExhausted(first, START_MS));
    expect(state?.exhaustedAtMs).toBe(START_MS);
  });

  it("is forgotten at a success", () => {
    expect(noteSuccess(noteExhausted(noteFailure(null, START_MS).state, START_MS))).toBeNull();
  });
});
