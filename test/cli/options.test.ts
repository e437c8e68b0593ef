import { describe, expect, it } from "vitest";
import { parseJson } from "../../src/cli/json-text.ts";
import { commaList, futureTime, given, pairs, pastTime, wholeNumber } from "../../src/cli/options.ts";
import { EventStreamReader } from "../../src/cli/sse.ts";
import { NOW_MS } from "../support/cli-io.ts";

describe("times", () => {
  it.each([
    ["2h", "2026-03-10T10:00:00.000Z"],
    ["now", "2026-03-10T12:00:00.000Z"],
    ["2026-01-30", "2026-01-30T00:00:00.000Z"],
    ["2026-01-30T14:30:00+02:00", "2026-01-30T12:30:00.000Z"],
  ])("%s ago is %s", (text, iso) => {
    expect(pastTime(text, NOW_MS)).toBe(iso);
  });

  it("look ahead where something is to come", () => {
    expect(futureTime("10m", NOW_MS)).toBe("2026-03-10T12:10:00.000Z");
  });

  it.each(["5", "yesterday", "2h ago", "-2h", "2026-13-01", ""])("%s is none", (text) => {
    expect(() => pastTime(text, NOW_MS)).toThrow("is not a time");
  });
});

describe("values", () => {
  it("of lists come separated by commas, or by repeating the option", () => {
    expect(commaList("c, d,", commaList("a,b"))).toEqual(["a", "b", "c", "d"]);
  });

  it("of pairs may have an equals sign", () => {
    expect(pairs("b=2=3", { a: "1" })).toEqual({ a: "1", b: "2=3" });
    expect(() => pairs("=x")).toThrow();
  });

  it("of numbers are whole and within bounds", () => {
    expect(wholeNumber(1, 5)("5")).toBe(5);
    for (const text of ["0", "6", "1.5", "1e3", "-1", "x", ""])
      expect(() => wholeNumber(1, 5)(text)).toThrow();
  });

  it("that were not given are not sent", () => {
    expect(given({ a: undefined, b: null, c: 0 })).toEqual({ b: null, c: 0 });
  });
});

describe("JSON", () => {
  it("keeps the digits of every number", () => {
    const text = '{"a":12345678901234567890,"b":0.1,"c":[1e400],"d":"12345678901234567890"}';
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });
});

describe("a stream of events", () => {
  it("is read in whatever pieces it comes", () => {
    const text = 'id: 7\nevent: a.b\ndata: {"x":1}\n\n:\n\nid: 8\nevent: c\ndata: 1\ndata: 2\r\n\r\n';
    for (const size of [1, 3, text.length]) {
      const reader = new EventStreamReader();
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
        text.slice(at * size, at * size + size),
      );
      expect(pieces.flatMap((piece) => reader.push(piece))).toEqual([
        { id: "7", event: "a.b", data: '{"x":1}' },
        { id: "8", event: "c", data: "1\n2" },
      ]);
    }
  });
});
