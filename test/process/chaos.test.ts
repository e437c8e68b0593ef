import { afterEach, describe, expect, it } from "vitest";
import { runChaos } from "../../scripts/chaos/run.ts";
import {
  type Arrival,
  countDuplicates,
  countOutOfOrder,
  countOverRate,
  countUndelivered,
} from "../../scripts/chaos/verdict.ts";
import { endPosthornProcesses } from "../support/posthorn-process.ts";

const RUN_WITHIN_MS = 150_000;

/** `"1 2! 2"`: requests for the positions 1, 2 and 2, the first of these failing; 10 ms apart. */
function arrivals(text: string): Arrival[] {
  return text.split(" ").map((word, index) => ({
    position: Number.parseInt(word, 10),
    ok: !word.endsWith("!"),
    atMs: index * 10,
  }));
}

describe("the judge of a chaos run", () => {
  it.each([
    { seen: "1 2 3 4", outOfOrder: 0 },
    { seen: "1 2! 2! 2 3", outOfOrder: 0 },
    { seen: "1 2 2 3", outOfOrder: 0 },
    { seen: "1 2! 3 2", outOfOrder: 2 },
    { seen: "2 1", outOfOrder: 2 },
    { seen: "1 2 1 3", outOfOrder: 1 },
    { seen: "1 3", outOfOrder: 1 },
  ])("counts $outOfOrder requests out of order in $seen", ({ seen, outOfOrder }) => {
    expect(countOutOfOrder(arrivals(seen))).toBe(outOfOrder);
  });

  it("counts an event as delivered only if a request for it was answered with 200", () => {
    expect(countUndelivered(arrivals("1 2! 4"), 4)).toBe(2);
  });

  it("counts what was answered with 200 before as a duplicate", () => {
    expect(countDuplicates(arrivals("1 1! 2! 2 2 2"))).toBe(2);
  });

  it("counts requests beyond rate and burst, and not what was on its way", () => {
    const burst = Array.from({ length: 20 }, () => ({ position: 1, ok: true, atMs: 0 }));
    expect(countOverRate(burst, { perSecond: 20, inFlight: 0 })).toBe(0);
    expect(countOverRate(burst, { perSecond: 14, inFlight: 0 })).toBe(6);
    expect(countOverRate(burst, { perSecond: 14, inFlight: 6 })).toBe(0);
    const steady = arrivals(Array.from({ length: 300 }, () => "1").join(" "));
    expect(countOverRate(steady, { perSecond: 100, inFlight: 0 })).toBe(0);
    expect(countOverRate(steady, { perSecond: 50, inFlight: 0 })).toBeGreaterThan(0);
  });
});

describe("the real server", () => {
  afterEach(endPosthornProcesses);

  it("breaks no promise when it is killed three times under publishers and endpoints of every kind", {
    timeout: RUN_WITHIN_MS,
  }, async () => {
    const report = await runChaos({
      kills: 3,
      perSecond: 20,
      connections: 4,
      uptimeMs: [500, 2500],
      retrySeconds: 3,
      settledWithinMs: 60_000,
      random: Math.random,
      say: () => {},
    });
    expect(report.violations).toEqual([]);
    expect(report.restarts).toHaveLength(3);
    expect(report.accepted).toBeGreaterThan(0);
  });
});
