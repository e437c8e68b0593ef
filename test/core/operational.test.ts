import { describe, expect, it } from "vitest";
import { keyOfId, newKey } from "../../src/core/ids.ts";
import { attemptEventType, OPERATIONAL_APP_ID, OPERATIONAL_APP_KEY } from "../../src/core/operational.ts";

describe("the operational application", () => {
  it("has an id like any other, around a key that no other gets", () => {
    expect(OPERATIONAL_APP_ID).toMatch(/^app_[0-9A-Za-z]{27}$/);
    expect(keyOfId("app_", OPERATIONAL_APP_ID)).toBe(OPERATIONAL_APP_KEY);
    for (const byte of [0, 1]) {
      const lowest = newKey((count) => new Uint8Array(count).fill(0).with(count - 1, byte));
      expect(lowest).toBeGreaterThan(OPERATIONAL_APP_KEY);
    }
  });
});

describe("an attempt is told", () => {
  it.each([
    [1, "success", null],
    [1, "retry", null],
    [3, "retry", null],
    [4, "retry", "message.attempt.failing"],
    [5, "retry", null],
    [4, "success", null],
    [5, "success", "message.attempt.recovered"],
    [8, "success", "message.attempt.recovered"],
    [1, "fail", "message.attempt.exhausted"],
    [4, "fail", "message.attempt.exhausted"],
    [8, "fail", "message.attempt.exhausted"],
  ] as const)("number %d that ends in %s: as %s", (attemptNumber, verdict, type) => {
    expect(attemptEventType({ attemptNumber, verdict })).toBe(type);
  });
});
