import { describe, expect, it } from "vitest";
import {
  type AlertRule,
  type AlertState,
  firstSamples,
  judgeAlert,
  parseWindow,
  windowText,
} from "../../src/core/alerts.ts";
import { ALERT_WINDOW_PARTS } from "../../src/core/limits/alerts.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const START_MS = Date.UTC(2026, 10, 20, 12);
const RULE: AlertRule = { threshold: 5, windowSeconds: 3600 };

/** Totals at minutes after the rule was made, at a total of 100; the counts with which it fired, by minute. */
function firedAt(totals: [minute: number, total: number][], rule = RULE): Record<number, number> {
  const fired: Record<number, number> = {};
  let state: AlertState = { samples: firstSamples(rule, 100, START_MS), firedAtMs: null };
  for (const [minute, total] of totals) {
    const verdict = judgeAlert(rule, state, { total, atMs: START_MS + minute * MINUTE_MS });
    state = verdict.state;
    if (verdict.fired !== null) fired[minute] = verdict.fired.count;
  }
  return fired;
}

describe("a rule of 5 failures in an hour", () => {
  it.each<[string, [number, number][], Record<number, number>]>([
    ["does not count what was before it", [[0, 100]], {}],
    ["is quiet at 4", [[1, 104]], {}],
    ["fires at 5", [[1, 105]], { 1: 5 }],
    ["fires at once, in the minute it was made", [[0, 105]], { 0: 5 }],
    [
      "adds up what comes one by one",
      [
        [1, 101],
        [20, 102],
        [40, 103],
        [50, 104],
        [55, 105],
      ],
      { 55: 5 },
    ],
    [
      "forgets what is more than an hour old",
      [
        [1, 104],
        [63, 104],
        [64, 105],
      ],
      {},
    ],
    [
      "counts what is just within the hour",
      [
        [1, 104],
        [60, 105],
      ],
      { 60: 5 },
    ],
    [
      "fires once an hour while it goes on",
      [
        [1, 110],
        [2, 120],
        [30, 130],
        [60, 140],
        [61, 150],
        [90, 160],
      ],
      { 1: 10, 61: 50 },
    ],
    [
      "fires again after a quiet day",
      [
        [1, 110],
        [1441, 110],
        [1500, 115],
      ],
      { 1: 10, 1500: 5 },
    ],
    [
      "begins anew when the total shrinks",
      [
        [1, 104],
        [2, 50],
        [3, 54],
        [4, 55],
      ],
      { 4: 5 },
    ],
  ])("%s", (_, totals, want) => {
    expect(firedAt(totals)).toEqual(want);
  });

  it("remembers nothing new while nothing fails, so that nothing is written", () => {
    const state = { samples: firstSamples(RULE, 7, START_MS), firedAtMs: null };
    for (let hour = 0; hour < 100; hour++) {
      expect(judgeAlert(RULE, state, { total: 7, atMs: START_MS + hour * HOUR_MS }).state).toBe(state);
    }
  });

  it.each([60, 3600, 604_800])("keeps a bounded number of samples in a window of %i s", (windowSeconds) => {
    const rule = { threshold: 1_000_000, windowSeconds };
    let state: AlertState = { samples: firstSamples(rule, 0, START_MS), firedAtMs: null };
    for (let step = 1; step < 1000; step++) {
      const atMs = START_MS + step * Math.max(MINUTE_MS, (windowSeconds * 1000) / 100);
      state = judgeAlert(rule, state, { total: step, atMs }).state;
    }
    expect(state.samples.length).toBeLessThanOrEqual(ALERT_WINDOW_PARTS + 2);
  });
});

describe("a window", () => {
  it.each<[string, number | null]>([
    ["90s", 90],
    ["15m", 900],
    ["1h", 3600],
    ["7d", 604_800],
    ["1.5h", null],
    ["h", null],
    ["-1h", null],
    ["1h ", null],
    ["1w", null],
    ["", null],
  ])("%s is %s seconds", (text, seconds) => {
    expect(parseWindow(text)).toBe(seconds);
  });

  it.each([
    [90, "90s"],
    [120, "2m"],
    [3600, "1h"],
    [5400, "90m"],
    [86_400, "1d"],
  ])("of %i seconds is shown as %s", (seconds, text) => {
    expect(windowText(seconds)).toBe(text);
  });
});
