import { describe, expect, it } from "vitest";
import { type ComboOption, matching, movedTo } from "../../src/portal/parts/matching.ts";

const OPTIONS: ComboOption[] = [
  { value: "", text: "Any" },
  { value: "ep_1", text: "https://a.example/hooks", detail: "Orders" },
  { value: "ep_2", text: "https://b.example/hooks", detail: "Billing" },
];

describe("what is found among many", () => {
  it.each([
    ["", ["", "ep_1", "ep_2"]],
    ["HOOKS", ["ep_1", "ep_2"]],
    ["hooks bill", ["ep_2"]],
    ["ep_1", ["ep_1"]],
    ["  ", ["", "ep_1", "ep_2"]],
    ["nothing like it", []],
  ])("has every word of %j in it", (typed, values) => {
    expect(matching(OPTIONS, typed)).toEqual({
      shown: OPTIONS.filter(({ value }) => values.includes(value)),
      more: 0,
    });
  });

  it("is shown up to a hundred, and how many more there are is said", () => {
    const many = Array.from({ length: 130 }, (_, n) => ({ value: String(n), text: `one of ${n}` }));
    const { shown, more } = matching(many, "one");
    expect([shown.length, more]).toEqual([100, 30]);
  });
});

describe("the arrow keys", () => {
  it.each([
    ["ArrowDown", -1, 3, 0],
    ["ArrowDown", 2, 3, 0],
    ["ArrowUp", -1, 3, 2],
    ["ArrowUp", 0, 3, 2],
    ["ArrowDown", 0, 0, -1],
    ["Home", 1, 3, null],
  ])("%s at %i of %i lead to %j", (key, at, count, to) => {
    expect(movedTo(key, at, count)).toBe(to);
  });
});
