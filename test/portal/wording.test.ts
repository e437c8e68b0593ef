import { describe, expect, it } from "vitest";
import { rateIn, rateText, rateUnit } from "../../src/portal/pages/publisher/overview/rates.ts";
import { aheadText } from "../../src/portal/parts/relative-time.ts";

describe("a rate of events", () => {
  it.each([
    [null, "– a second"],
    [0, "0 a second"],
    [1234.5, "1,230 a second"],
    [1, "1 a second"],
    [0.5, "30 a minute"],
    [0.00683, "24.6 an hour"],
    [0.0001, "0.36 an hour"],
  ])("of %j a second reads %j", (perSecond, text) => {
    const unit = rateUnit(perSecond);
    expect(`${rateText(rateIn(unit, perSecond))} ${unit.name}`).toBe(text);
  });
});

describe("what is still to happen", () => {
  it.each([
    [90_000, "in 1 min."],
    [2000, "in a moment"],
    [0, "is due"],
    [-2000, "is due"],
    [-90_000, "is due"],
  ])("in %d ms: %s", (aheadMs, text) => {
    expect(aheadText(1_000_000 + aheadMs, 1_000_000)).toBe(text);
  });
});
