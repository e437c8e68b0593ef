import { describe, expect, it } from "vitest";
import { Turnstile } from "../../src/http/turnstile.ts";

const BOUNDS = { maxWaiting: 3, maxWaitingChars: 100, maxTurnMs: 1000 };

/** Work that ends when it is told to. */
function aWork() {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const work = { started: false, end: resolve, fail: reject, run: () => promise };
  work.run = () => {
    work.started = true;
    return promise;
  };
  return work;
}

let nowMs = 0;
const turn = { atOnce: 2, chars: 10, nowMs: () => nowMs };
const settle = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the turnstile", () => {
  it("lets only so many work at once, the others in the order in which they came", async () => {
    const turnstile = new Turnstile(BOUNDS);
    const works = [aWork(), aWork(), aWork(), aWork()];
    const passed = works.map((work) => turnstile.pass(turn, work.run));
    await settle();
    expect(works.map(({ started }) => started)).toEqual([true, true, false, false]);
    works[1]?.end("b");
    await settle();
    expect(works.map(({ started }) => started)).toEqual([true, true, true, false]);
    for (const work of works) work.end("x");
    expect(await Promise.all(passed)).toEqual(["x", "b", "x", "x"]);
  });

  it("gives the place of work that failed to the next", async () => {
    const turnstile = new Turnstile(BOUNDS);
    const [failing, next] = [aWork(), aWork()];
    const failed = turnstile.pass({ ...turn, atOnce: 1 }, failing.run);
    const passed = turnstile.pass({ ...turn, atOnce: 1 }, next.run);
    failing.fail(new Error("no"));
    await expect(failed).rejects.toThrow("no");
    next.end("ok");
    expect(await passed).toBe("ok");
  });

  it("turns away what comes when enough waits, by number and by size", async () => {
    const turnstile = new Turnstile(BOUNDS);
    const first = aWork();
    const pass = (chars: number) => turnstile.pass({ ...turn, atOnce: 1, chars }, first.run);
    const passed = [pass(10), pass(60)];
    expect(await pass(41)).toBeNull();
    passed.push(pass(10), pass(10));
    expect(await pass(1)).toBeNull();
    first.end("ok");
    expect(await Promise.all(passed)).toEqual(["ok", "ok", "ok", "ok"]);
    expect(await pass(1000)).toBe("ok");
  });

  it("takes back the place of a call that was dropped midway", async () => {
    const turnstile = new Turnstile(BOUNDS);
    const [dropped, waiting, late] = [aWork(), aWork(), aWork()];
    void turnstile.pass({ ...turn, atOnce: 1 }, dropped.run);
    const passed = turnstile.pass({ ...turn, atOnce: 1 }, waiting.run);
    nowMs += 1001;
    const lastly = turnstile.pass({ ...turn, atOnce: 1 }, late.run);
    await settle();
    expect([waiting.started, late.started]).toEqual([true, false]);
    waiting.end("ok");
    late.end("too");
    expect(await Promise.all([passed, lastly])).toEqual(["ok", "too"]);
  });

  it("holds nobody back where there is no limit", async () => {
    const turnstile = new Turnstile(BOUNDS);
    const works = Array.from({ length: 10 }, aWork);
    const passed = works.map((work) => turnstile.pass({ ...turn, atOnce: 0, chars: 1000 }, work.run));
    await settle();
    expect(works.every(({ started }) => started)).toBe(true);
    for (const work of works) work.end("ok");
    await Promise.all(passed);
  });
});
