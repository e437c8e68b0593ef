import { describe, expect, it } from "vitest";
import { indentedRaw, rawItems, rawMembers } from "../../src/core/raw-json.ts";

function rawOf(text: string, key: string): string | undefined {
  const span = rawMembers(text).get(key);
  return span && text.slice(span.start, span.end);
}

describe("rawMembers", () => {
  it.each([
    [
      "numbers as written",
      '{"payload": {"a":12345678901234567890, "b": 475.50}}',
      '{"a":12345678901234567890, "b": 475.50}',
    ],
    ["inner spaces and line breaks", '\n { "payload" :\t{ "x" : [ 1 , 2 ] } , "z":1}', '{ "x" : [ 1 , 2 ] }'],
    ["brackets and quotes inside strings", '{"payload":{"s":"}]\\"{["},"y":2}', '{"s":"}]\\"{["}'],
    ["strings that end in backslashes", '{"payload":{"s":"a\\\\"},"y":"\\\\"}', '{"s":"a\\\\"}'],
    ["the last of a repeated key", '{"payload":{"a":1},"payload":{"a":2}}', '{"a":2}'],
    ["a key written with escapes", '{"payl\\u006fad":{"a":1}}', '{"a":1}'],
    ["an empty object", '{"payload":{}}', "{}"],
    ["scalars", '{"payload":-1.5e+3}', "-1.5e+3"],
    ["text beyond ASCII", '{"é":"\u2028😀","payload":{"k":"\u2028😀"}}', '{"k":"\u2028😀"}'],
  ])("finds %s", (_, text, want) => {
    expect(() => JSON.parse(text)).not.toThrow();
    expect(rawOf(text, "payload")).toBe(want);
  });

  it("finds nothing in an empty object", () => {
    expect(rawMembers(" { } ").size).toBe(0);
  });

  it("agrees with JSON.parse on every member of random documents", () => {
    let seed = 7;
    const next = (bound: number) => {
      seed = (seed * 1103515245 + 12345) % 2147483648;
      return seed % bound;
    };
    const value = (depth: number): unknown => {
      const kind = next(depth > 3 ? 4 : 6);
      if (kind === 0) return next(1000) / 8;
      if (kind === 1) return 'x"\\{}[],: \n'.slice(next(9));
      if (kind === 2) return [null, true, false][next(3)];
      if (kind === 3) return "";
      if (kind === 4) return Array.from({ length: next(4) }, () => value(depth + 1));
      return Object.fromEntries(Array.from({ length: next(4) }, (_, i) => [`k"${i}\\`, value(depth + 1)]));
    };
    for (let round = 0; round < 500; round++) {
      const document = { a: value(0), b: value(0), c: value(0) };
      const text = JSON.stringify(document, null, next(3));
      for (const [key, span] of rawMembers(text)) {
        expect(JSON.parse(text.slice(span.start, span.end))).toEqual(document[key as "a" | "b" | "c"]);
      }
      expect(rawMembers(text).size).toBe(3);
    }
  });
});

describe("rawItems", () => {
  it.each([
    ["[]", []],
    ["[ ]", []],
    ['[1, "a]" ,{"b":[2]} ]', ["1", '"a]"', '{"b":[2]}']],
  ])("finds the items of %s", (text, want) => {
    expect(rawItems(text, 0).map(({ start, end }) => text.slice(start, end))).toEqual(want);
  });
});

describe("indentedRaw", () => {
  it.each([
    '{"a":[1,2,{"b":null}],"c":{},"d":[],"e":"x"}',
    '[[],{"k":"a, b: {c} \\"d\\" \\\\"},true,-1.5]',
    ' { "spaced" : [ 1 , "\\n" ] } ',
    '"text"',
    "7",
    "[]",
  ])("lays out %s as JSON.stringify does", (text) => {
    expect(indentedRaw(text)).toBe(JSON.stringify(JSON.parse(text), null, 2));
  });

  it("keeps numbers as they are written", () => {
    expect(indentedRaw('{"n":12345678901234567890,"m":1.50}')).toBe(
      '{\n  "n": 12345678901234567890,\n  "m": 1.50\n}',
    );
  });
});
