import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type Acks,
  acknowledge,
  acknowledgeUpTo,
  isAcknowledged,
  lagOf,
  NO_ACKS,
} from "../../src/core/acks.ts";
import { MAX_ACK_STRETCHES } from "../../src/core/limits/pull.ts";

function acked(...positions: number[]): Acks {
  const result = acknowledge(NO_ACKS, positions);
  if (result.kind !== "acked") throw new Error(result.kind);
  return result.acks;
}

describe("acknowledgements", () => {
  it.each([
    { name: "nothing", acks: NO_ACKS, expected: { upTo: 0, beyond: [] } },
    { name: "the first ones", acks: acked(1, 2), expected: { upTo: 2, beyond: [] } },
    { name: "out of order", acks: acked(3, 1, 2), expected: { upTo: 3, beyond: [] } },
    {
      name: "with gaps",
      acks: acked(5, 2, 6),
      expected: {
        upTo: 0,
        beyond: [
          [2, 2],
          [5, 6],
        ],
      },
    },
    { name: "twice", acks: acked(2, 2), expected: { upTo: 0, beyond: [[2, 2]] } },
  ])("are kept as a position and stretches beyond it: $name", ({ acks, expected }) => {
    expect(acks).toEqual(expected);
  });

  it("up to a position cover what lies before, and never take anything back", () => {
    const acks = acked(2, 7, 8);
    expect(acknowledgeUpTo(acks, 6)).toEqual({ kind: "acked", acks: { upTo: 8, beyond: [] } });
    expect(acknowledgeUpTo({ upTo: 9, beyond: [] }, 3)).toEqual({
      kind: "acked",
      acks: { upTo: 9, beyond: [] },
    });
  });

  it("are refused when they would leave too many stretches behind", () => {
    const every2nd = Array.from({ length: MAX_ACK_STRETCHES + 1 }, (_, n) => 2 * n + 2);
    expect(acknowledge(NO_ACKS, every2nd)).toEqual({ kind: "too_scattered", limit: MAX_ACK_STRETCHES });
    expect(acknowledge(NO_ACKS, every2nd.slice(1)).kind).toBe("acked");
  });

  it("of any events in any order mean exactly those events", () => {
    const positions = fc.array(fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 8 }), { maxLength: 8 });
    fc.assert(
      fc.property(positions, (calls) => {
        let acks = NO_ACKS;
        for (const call of calls) {
          const result = acknowledge(acks, call);
          if (result.kind === "acked") acks = result.acks;
        }
        const known = new Set(calls.flat());
        for (let position = 1; position <= 40; position++)
          expect(isAcknowledged(acks, position)).toBe(known.has(position));
        expect(lagOf(acks, 40)).toBe(40 - known.size);
      }),
    );
  });
});
