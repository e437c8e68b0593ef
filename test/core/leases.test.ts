import { describe, expect, it } from "vitest";
import type { Acks } from "../../src/core/acks.ts";
import { activeLeases, type Lease, withLeases } from "../../src/core/leases.ts";

const NOW = 1000;
const acks = (upTo: number, ...beyond: [number, number][]): Acks => ({ upTo, beyond });

describe("leases", () => {
  it.each<{ name: string; lease: Lease; known: Acks; holds: boolean }>([
    { name: "hold until their time is over", lease: [1, 3, 1001], known: acks(0), holds: true },
    { name: "end at their time", lease: [1, 3, 1000], known: acks(0), holds: false },
    { name: "end when all is acknowledged", lease: [1, 3, 2000], known: acks(3), holds: false },
    { name: "hold while something is not", lease: [1, 3, 2000], known: acks(2), holds: true },
    {
      name: "end when the rest lies in a stretch",
      lease: [1, 5, 2000],
      known: acks(2, [3, 6]),
      holds: false,
    },
    { name: "hold over a gap", lease: [1, 5, 2000], known: acks(2, [4, 6]), holds: true },
  ])("$name", ({ lease, known, holds }) => {
    expect(activeLeases([lease], known, NOW)).toEqual(holds ? [lease] : []);
  });

  it("cover exactly the positions that were handed out, neighbours in one", () => {
    const leases = withLeases([[9, 9, 5]], [1, 2, 3, 7], 50);
    expect(leases).toEqual([
      [9, 9, 5],
      [1, 3, 50],
      [7, 7, 50],
    ]);
  });
});
