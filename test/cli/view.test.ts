import { describe, expect, it } from "vitest";
import {
  ago,
  bar,
  clean,
  counted,
  cut,
  fields,
  fittedWidths,
  paintWith,
  table,
  type View,
  wantsColour,
  widthOf,
} from "../../src/cli/view.ts";
import { NOW_MS } from "../support/cli-io.ts";

const VIEW: View = { paint: paintWith(false), columns: null, nowMs: NOW_MS };

describe("a table", () => {
  const columns = [{ title: "id", whole: true }, { title: "n", align: "right" }, { title: "text" }] as const;

  it("is as wide as what is in it when nobody watches", () => {
    const rows = [
      ["a", "5", "x".repeat(200)],
      ["bbb", "1000", "y"],
    ];
    expect(table(VIEW, columns, rows).split("\n")).toEqual([
      "ID      N  TEXT",
      `a       5  ${"x".repeat(200)}`,
      "bbb  1000  y",
    ]);
  });

  it("is no wider than the terminal, and keeps ids whole", () => {
    const text = table({ ...VIEW, columns: 40 }, columns, [["i".repeat(20), "5", "x".repeat(50)]]);
    expect(
      text
        .split("\n")
        .map(widthOf)
        .every((width) => width <= 40),
    ).toBe(true);
    expect(text).toContain("i".repeat(20));
    expect(text).toContain("…");
  });

  it("shows on one line what has several, and no control characters", () => {
    expect(table(VIEW, [{ title: "t" }], [["a\nb\u001b[31mc"]])).toBe("T\na b�[31mc");
  });

  it("has colours only where they were asked for", () => {
    const rows = [[{ text: "ok", style: "green" as const }]];
    expect(table(VIEW, [{ title: "t" }], rows)).toBe("T\nok");
    expect(table({ ...VIEW, paint: paintWith(true) }, [{ title: "t" }], rows)).toContain("\u001b[32mok");
  });
});

describe("widths", () => {
  it.each([
    [[10, 10], 30, [10, 10]],
    [[50, 10], 42, [30, 10]],
    [[30, 50], 42, [20, 20]],
    [[50, 50], 4, [8, 8]],
  ])("of %j in %i columns are %j", (natural, columns, widths) => {
    expect(fittedWidths(natural, columns)).toEqual(widths);
  });

  it("count what a terminal shows", () => {
    expect([widthOf("abc"), widthOf("日本"), widthOf("é"), widthOf("👍")]).toEqual([3, 4, 1, 2]);
  });

  it("cut no symbol in two", () => {
    expect([cut("abcdef", 4), cut("日本語", 4), cut("abc", 3)]).toEqual(["abc…", "日…", "abc"]);
  });
});

describe("words", () => {
  it.each([
    ["2026-03-10T12:00:00.000Z", "now"],
    ["2026-03-10T11:59:30.000Z", "30s ago"],
    ["2026-03-10T12:05:00.000Z", "in 5m"],
    ["2026-03-09T12:00:00.000Z", "24h ago"],
    ["2026-03-05T12:00:00.000Z", "5d ago"],
    ["2025-03-05T12:00:00.000Z", "2025-03-05"],
    [null, "–"],
  ])("%s is %s", (iso, words) => {
    expect(ago(VIEW, iso)).toBe(words);
  });

  it("leave out fields without a value", () => {
    expect(
      fields(VIEW, [
        ["a", "1"],
        ["long", "2"],
        ["none", null],
      ]),
    ).toBe("a     1\nlong  2");
  });

  it("show how far something is", () => {
    expect(bar(VIEW, { done: 0, total: 3 })).toBe(`${"░".repeat(24)}    0%  0/3`);
    expect(bar(VIEW, { done: 3, total: 3 })).toBe(`${"█".repeat(24)}  100%  3/3`);
    expect(bar(VIEW, { done: 0, total: 0 })).toContain("100%");
  });

  it("have nothing that steers a terminal", () => {
    expect(clean("a\tb\r\n\u0007c\u009b2J\u202e")).toBe("a b �c�2J�");
  });
});

describe("colour", () => {
  it.each([
    [{}, true, true, true],
    [{}, false, true, false],
    [{ NO_COLOR: "1" }, true, true, false],
    [{ NO_COLOR: "" }, true, true, true],
    [{ FORCE_COLOR: "1" }, false, true, true],
    [{ FORCE_COLOR: "1" }, true, false, false],
    [{ TERM: "dumb" }, true, true, false],
  ])("with %j, on a terminal: %s, allowed: %s is %s", (env, isTTY, allowed, wanted) => {
    expect(wantsColour(env, { isTTY, allowed })).toBe(wanted);
  });
});

describe("a number of things", () => {
  it.each([
    [0, "0 requests"],
    [1, "1 request"],
    [2, "2 requests"],
  ])("%i is written %s", (count, text) => {
    expect(counted(count, "request")).toBe(text);
  });
});
