import { expect, it } from "vitest";
import { FIRST_PAUSE_MS, MAX_PAUSE_MS } from "../../src/core/limits/endpoint-object.ts";
import { nextPause, type Pause, pauseLeftMs } from "../../src/core/pause.ts";

it("doubles with each failure after the last pause has ended, up to its bound", () => {
  const delays: number[] = [];
  let pause: Pause = null;
  let nowMs = 1000;
  for (let failure = 0; failure < 8; failure++) {
    pause = nextPause(pause, nowMs);
    expect(pause.untilMs).toBe(nowMs + pause.delayMs);
    delays.push(pause.delayMs / FIRST_PAUSE_MS);
    nowMs = pause.untilMs;
  }
  expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
  expect(MAX_PAUSE_MS).toBe(60 * FIRST_PAUSE_MS);
});

it("is not made longer by what failed at the same time", () => {
  const pause = nextPause(null, 1000);
  expect(nextPause(pause, 1001)).toBe(pause);
  expect(nextPause(pause, pause.untilMs - 1)).toBe(pause);
});

it("lasts no longer than was meant when the clock is put back", () => {
  const pause = nextPause(null, 1_000_000);
  expect(pauseLeftMs(pause, 1_000_000 + 1)).toBe(FIRST_PAUSE_MS - 1);
  expect(pauseLeftMs(pause, 0)).toBe(FIRST_PAUSE_MS);
  expect(pauseLeftMs(pause, pause.untilMs)).toBe(0);
  expect(pauseLeftMs(null, 0)).toBe(0);
});
