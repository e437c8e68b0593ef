import { describe, expect, it } from "vitest";
import type { DeliveryPage } from "../../src/core/attempt-log.ts";
import { mergedPages } from "../../src/core/delivery-pages.ts";
import { type Overall, overallOf, standingOf } from "../../src/core/standing.ts";

describe("how a message stands over all endpoints", () => {
  it.each<[Overall, (number | null)[]]>([
    ["nowhere", []],
    ["delivered", [0, 0]],
    ["delivered", [0, 4]],
    ["canceled", [4]],
    ["unknown", [0, null]],
    ["pending", [0, 1]],
    ["pending", [null, 3]],
    ["failed", [0, 1, 2, 3, 4, null]],
  ])("is %s for %j", (overall, statuses) => {
    expect(overallOf(standingOf(statuses))).toBe(overall);
  });

  it("is counted", () => {
    expect(standingOf([0, 0, 1, 2, 3, 3, 3, 4, null])).toEqual({
      ...{ delivered: 2, waiting: 1, failed: 1 },
      ...{ sending: 3, canceled: 1, unknown: 1 },
    });
  });
});

function page(positions: number[], stoppedAt: number | null = null, status = 2): DeliveryPage {
  const headOf = (position: number) => ({
    ...{ position, createdAtMs: position, eventType: "a", eventId: null },
    ...{ channels: null, tags: null, deliverAtMs: null },
  });
  return {
    rows: positions.map((position) => ({ event: headOf(position), status, nextAtMs: null })),
    stoppedAt: stoppedAt === null ? null : headOf(stoppedAt),
  };
}

describe("lists of several endpoints", () => {
  const merge = (pages: DeliveryPage[], scan: { ascending: boolean; count: number }) => {
    const { rows, stoppedAt } = mergedPages(pages, scan);
    return [rows.map(({ event }) => event.position), stoppedAt?.position ?? null];
  };

  it.each([
    ["in scan order, each event once", [page([9, 5, 2]), page([7, 5])], false, [[9, 7, 5, 2], null]],
    ["upwards too", [page([2, 5]), page([1, 5, 7])], true, [[1, 2, 5, 7], null]],
    ["no more than asked for", [page([9, 8, 7, 6]), page([5, 4, 3, 2])], false, [[9, 8, 7, 6], null]],
    ["no further than one was broken off", [page([9], 6), page([8, 5])], false, [[9, 8], 6]],
    ["nowhere when there is none", [], false, [[], null]],
  ] as const)("are one list: %s", (_, pages, ascending, expected) => {
    expect(merge([...pages], { ascending, count: 4 })).toEqual(expected);
  });

  it("count the first list's row where several know an event", () => {
    const { rows } = mergedPages([page([1], null, 0), page([1], null, 1)], { ascending: true, count: 2 });
    expect(rows).toMatchObject([{ status: 0 }]);
  });
});
