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
