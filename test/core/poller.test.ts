import { describe, expect, it } from "vitest";
import { iteratorAt, narrowed, positionOfIterator } from "../../src/core/poller.ts";

const all = { eventTypes: null, channels: null };
const some = { eventTypes: ["a", "b"], channels: ["eu"] };

describe("what one call reads of a sink", () => {
  it.each([
    [all, { eventType: null, channel: null }, { eventTypes: null, channels: [] }],
    [all, { eventType: "a", channel: "us" }, { eventTypes: ["a"], channels: [["us"]] }],
    [some, { eventType: null, channel: null }, { eventTypes: ["a", "b"], channels: [["eu"]] }],
    [some, { eventType: "b", channel: "us" }, { eventTypes: ["b"], channels: [["eu"], ["us"]] }],
    [some, { eventType: "c", channel: null }, { eventTypes: [], channels: [["eu"]] }],
  ])("%j asked for %j is %j", (filter, asked, expected) => {
    expect(narrowed(filter, asked)).toEqual(expected);
  });
});

describe("an iterator", () => {
  it("is read back as the position it was made of", () => {
    for (const position of [0, 1, 999_999_999_999]) {
      expect(positionOfIterator(iteratorAt(position))).toBe(position);
    }
  });

  it.each(["", "pos_", "pos_-1", "1", "pos_1 ", "pos_1.5", "pos_1000000000000", "msg_1"])(
    "%j is none",
    (text) => {
      expect(positionOfIterator(text)).toBeNull();
    },
  );
});
