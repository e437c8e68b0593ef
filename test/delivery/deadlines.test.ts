import { describe, expect, it } from "vitest";
import { Deadlines } from "../../src/delivery/deadlines.ts";

/** Timers fire when the test lets time pass; `jumpMs` is what the clock is off by. */
function aClock() {
  const timers = new Map<number, { atMs: number; fire: () => void }>();
  let elapsedMs = 0;
  let id = 0;
  const clock = {
    jumpMs: 0,
    set: 0,
    timers,
    nowMs: () => elapsedMs + clock.jumpMs,
    setTimer: (delayMs: number, fire: () => void) => {
      const mine = ++id;
      clock.set++;
      timers.set(mine, { atMs: elapsedMs + delayMs, fire });
      return () => void timers.delete(mine);
    },
    async pass(ms: number) {
      for (const untilMs = elapsedMs + ms; elapsedMs < untilMs; ) {
        elapsedMs++;
        for (const [key, { atMs, fire }] of timers) {
          if (atMs > elapsedMs) continue;
          timers.delete(key);
          fire();
        }
      }
      await Promise.resolve();
    },
  };
  return clock;
}

function aStage() {
  const clock = aClock();
  const deadlines = new Deadlines(clock);
  const expired: string[] = [];
  const start = (name: string, delayMs: number) => {
    const deadline = deadlines.start(delayMs);
    void deadline.expired.then(() => expired.push(name));
    return deadline;
  };
  return { clock, expired, start };
}

describe("deadlines", () => {
  it("expire each at its own time, whatever the order in which they were set", async () => {
    const { clock, expired, start } = aStage();
    start("c", 30);
    start("a", 10);
    start("b", 20);
    await clock.pass(9);
    expect(expired).toEqual([]);
    await clock.pass(1);
    expect(expired).toEqual(["a"]);
    await clock.pass(10);
    expect(expired).toEqual(["a", "b"]);
    await clock.pass(10);
    expect(expired).toEqual(["a", "b", "c"]);
    expect(clock.timers.size).toBe(0);
  });

  it("do not expire once cleared, and leave no timer when none is left", async () => {
    const { clock, expired, start } = aStage();
    const [first, second] = [start("a", 10), start("b", 20)];
    first.clear();
    second.clear();
    expect(clock.timers.size).toBe(0);
    await clock.pass(100);
    expect(expired).toEqual([]);
  });

  it("set one timer for a hundred attempts that end in time", () => {
    const { clock, start } = aStage();
    let before = start("first", 15_000);
    for (let n = 0; n < 100; n++) {
      const next = start("next", 15_000);
      before.clear();
      before = next;
    }
    expect(clock.set).toBe(1);
    before.clear();
    expect(clock.timers.size).toBe(0);
  });

  it("wait no longer than their delay when the clock is set back", async () => {
    const { clock, expired, start } = aStage();
    start("a", 10);
    start("b", 20);
    await clock.pass(5);
    clock.jumpMs = -3_600_000;
    await clock.pass(5);
    expect(expired).toEqual(["a"]);
    await clock.pass(20);
    expect(expired).toEqual(["a", "b"]);
  });
});
