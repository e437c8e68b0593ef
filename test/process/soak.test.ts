import { afterEach, describe, expect, it } from "vitest";
import { Book, type Line } from "../../scripts/soak/book.ts";
import { runSoak } from "../../scripts/soak/run.ts";
import { endPosthornProcesses } from "../support/posthorn-process.ts";

const RUN_WITHIN_MS = 150_000;

describe("the judge of a soak", () => {
  const book = new Book();
  const lineAt = (startedAtMs: number): Line => ({ startedAtMs, highest: 0 });
  const first = lineAt(0);

  it("takes an event for given, and for a repetition when it comes again unacknowledged", () => {
    book.received(first, { position: 1, n: 0 });
    book.received(first, { position: 2, n: 1 });
    book.received(lineAt(5), { position: 2, n: 1 });
    expect(book.report).toEqual({ arrivals: 3, repeats: 1, repeatedAfterAck: 0, outOfOrder: 0, altered: 0 });
  });

  it("counts what comes after its acknowledgement, unless its line had begun before", () => {
    book.acknowledged([1, 2], 10);
    book.received(lineAt(9), { position: 1, n: 0 });
    expect(book.report.repeatedAfterAck).toBe(0);
    book.received(lineAt(11), { position: 1, n: 0 });
    expect(book.report.repeatedAfterAck).toBe(1);
  });

  it("counts what comes out of order or twice on one line, and what is not as it was", () => {
    book.received(first, { position: 2, n: 1 });
    expect(book.report.outOfOrder).toBe(1);
    book.received(lineAt(12), { position: 3, n: 2 });
    book.received(lineAt(12), { position: 3, n: 7 });
    expect(book.report.altered).toBe(1);
  });

  it("counts what never came", () => {
    expect(book.lost(3)).toBe(0);
    expect(book.lost(5)).toBe(2);
  });
});

describe("agents of every kind on the real server", () => {
  afterEach(endPosthornProcesses);

  it("lose nothing, and are given nothing again that they acknowledged, while they are cut off and it is killed", {
    timeout: RUN_WITHIN_MS,
  }, async () => {
    const report = await runSoak({
      agents: 15,
      kills: 1,
      seconds: 14,
      perSecond: 1,
      settledWithinMs: 90_000,
      random: Math.random,
      say: () => {},
    });
    expect(report.violations).toEqual([]);
    expect(report.restartsMs).toHaveLength(1);
    expect(report.accepted).toBeGreaterThan(0);
    for (const { agents, arrivals, cut } of Object.values(report.kinds)) {
      expect(agents).toBe(15);
      expect(arrivals).toBeGreaterThan(0);
      expect(cut).toBeGreaterThan(0);
    }
  });
});
