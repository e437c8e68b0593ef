import { describe, expect, it } from "vitest";
import { payloadCheck } from "../../src/catalogue/payload-check.ts";

type Case = [
  what: string,
  schema: unknown,
  payload: unknown,
  flaws: [path: (string | number)[], message: RegExp][],
];

const line = { type: "object", properties: { price: { type: "number", minimum: 0 } }, required: ["price"] };
const tree = { $defs: { node: { type: "object", properties: { child: { $ref: "#/$defs/node" } } } } };

const CASES: Case[] = [
  ["fits", { type: "object", properties: { a: { type: "string" } } }, { a: "x" }, []],
  ["fits the schema that is true", true, { a: 1 }, []],
  ["breaks the schema that is false", false, {}, [[[], /not allowed/]]],
  ["lacks a field, told at the field", { required: ["id", "name"] }, { id: 1 }, [[["name"], /required/]]],
  [
    "breaks an item of a list, told at its index",
    { properties: { lines: { type: "array", items: line } } },
    { lines: [{ price: 1 }, { price: "2" }, {}] },
    [
      [["lines", 1, "price"], /number/],
      [["lines", 2, "price"], /required/],
    ],
  ],
  [
    "has a field too many",
    { properties: {}, additionalProperties: false },
    { x: 1 },
    [[["x"], /not allowed/]],
  ],
  ["fits no choice, told once", { anyOf: [{ type: "string" }, { required: ["a"] }] }, {}, [[[], /any/i]]],
  [
    "follows references within",
    { properties: { a: { $ref: "#/$defs/n" } }, $defs: { n: { type: "null" } } },
    { a: 1 },
    [[["a"], /null/]],
  ],
  [
    "follows a name with odd characters",
    { $ref: "#/$defs/a%20~1b", $defs: { "a /b": { type: "null" } } },
    {},
    [[[], /null/]],
  ],
  ["follows anchors", { $ref: "#n", $defs: { x: { $anchor: "n", type: "null" } } }, {}, [[[], /null/]]],
  [
    "follows itself",
    { ...tree, $ref: "#/$defs/node" },
    { child: { child: 5 } },
    [[["child", "child"], /object/]],
  ],
  [
    "keeps draft 4",
    { properties: { a: { minimum: 1, exclusiveMinimum: true } } },
    { a: 1 },
    [[["a"], /less than or equal/]],
  ],
  [
    "ignores what is no keyword",
    { "x-y": { id: "http://[" }, example: { id: 5, $ref: "#/no" }, type: "object" },
    {},
    [],
  ],
  [
    "judges a property named like a keyword",
    { properties: { $ref: { type: "string" }, id: { type: "string" } } },
    { $ref: 5 },
    [[["$ref"], /string/]],
  ],
  [
    "judges keys with slashes",
    { properties: { "a/b~c": { type: "string" } } },
    { "a/b~c": 5 },
    [[["a/b~c"], /string/]],
  ],
];

describe("a payload that", () => {
  it.each(CASES)("%s", (_, schema, payload, flaws) => {
    const found = payloadCheck(schema)?.(payload) ?? null;
    expect(found).toEqual(
      flaws.map(([path, message]) => ({ path, message: expect.stringMatching(message) })),
    );
  });

  it("breaks a hundred things is told of ten", () => {
    const payload = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`f${i}`, 1]));
    expect(payloadCheck({ additionalProperties: { type: "string" } })?.(payload)).toHaveLength(10);
  });

  it("is nested without end is refused, not a fault", () => {
    let payload: unknown = {};
    for (let depth = 0; depth < 100_000; depth++) payload = { child: payload };
    expect(payloadCheck({ ...tree, $ref: "#/$defs/node" })?.(payload)).toEqual([
      { path: [], message: expect.stringContaining("deep") },
    ]);
  });

  it("has a type with a broken schema is not judged", () => {
    expect(payloadCheck({ type: "strnig" })).toBeNull();
    expect(payloadCheck({ $ref: "https://example.com/schema" })).toBeNull();
  });
});

describe("what would take a validator minutes, as", () => {
  const letters = "a".repeat(50_000);

  it.each([
    ["a pattern that repeats what repeats", { pattern: "^(a+)+$" }, `${letters}!`, /pattern/],
    ["one of two ways to the same", { pattern: "^(a|a)*$" }, `${letters}!`, /pattern/],
    ["one that is tried from every letter", { pattern: "a+b" }, letters, /pattern/],
    [
      "one of a property's name",
      { patternProperties: { "^(a+)+$": false } },
      { [`${letters}!`]: 1, b: 1 },
      null,
    ],
    ["a URL of letters", { format: "url" }, `http://${letters}!`, null],
  ])("%s, is soon done", (_, schema, payload, message) => {
    const found = payloadCheck({ type: ["string", "object"], ...schema })?.(payload);
    expect(found).toEqual(message === null ? [] : [{ path: [], message: expect.stringMatching(message) }]);
  });

  it("comparing all items of a long list, is refused", () => {
    const check = payloadCheck({ properties: { ids: { uniqueItems: true } } });
    const ids = (count: number) => ({ ids: Array.from({ length: count }, (_, id) => id) });
    expect(check?.(ids(3000))).toEqual([]);
    expect(check?.(ids(4000))).toEqual([
      { path: ["ids"], message: expect.stringContaining("too many items") },
    ]);
    expect(check?.({ ids: [1, 2, 1] })).toMatchObject([{ path: ["ids"] }]);
    expect(payloadCheck({ properties: { ids: { items: { type: "integer" } } } })?.(ids(4000))).toEqual([]);
  });
});

describe("a pattern", () => {
  it.each([
    ["^\\u00e9\\/[^]$", "é/x", true],
    ["^\\p{L}+$", "Ünïcode", true],
    ["^\\p{L}+$", "1", false],
    ["^(?<year>\\d{4})-\\d\\d$", "2026-11", true],
    ["^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$", "a.b+c@example.com", true],
    ["^(0|[1-9]\\d*)\\.(0|[1-9]\\d*)(-[a-z]+(\\.[a-z]+)*)?$", "1.20-rc.x", true],
    ["a$", "a\n", false],
  ])("%s is read as JSON Schema has it: %j", (pattern, text, fits) => {
    expect(payloadCheck({ pattern })?.(text)?.length).toBe(fits ? 0 : 1);
  });

  it.each([
    ["^(?!\\.{1,2}$)[a-z.]+$", "..", false],
    ["^(?!\\.{1,2}$)[a-z.]+$", "a..", true],
    ["^(?=.*\\d)(?=.*[A-Z]).{8,}$", "Passw0rds", true],
    ["(a)\\1", "aa", true],
    ["^.{1,2000}$", "x".repeat(2001), false],
  ])("%s is beyond RE2, and matched all the same: %j", (pattern, text, fits) => {
    expect(payloadCheck({ pattern })?.(text)).toHaveLength(fits ? 0 : 1);
  });

  it.each([
    ["^(?=.*\\d)(?=.*[A-Z]).{8,}$", "x".repeat(500)],
    ["(?=a)(a+)+$", `${"a".repeat(40)}!`],
    ["(?=a)(a|a){9}$", "b"],
  ])("%s cannot be checked on such a text, which is said", (pattern, text) => {
    const check = payloadCheck({ properties: { a: { pattern } } });
    expect(check?.({ a: text })).toEqual([
      { path: [], message: expect.stringContaining(`the pattern ${JSON.stringify(pattern)}`) },
    ]);
    expect(check?.({})).toEqual([]);
  });

  it("leaves the global expressions as they were", () => {
    const before = globalThis.RegExp;
    payloadCheck({ pattern: "(?=a)(a+)+" })?.("a");
    expect(globalThis.RegExp).toBe(before);
  });
});
