import { describe, expect, it } from "vitest";
import { newestSchema, readSchema } from "../../src/core/json-schema.ts";

/** Each is the next; the last ends it. */
function chainOf(count: number) {
  const entries = Array.from({ length: count }, (_, n) => [n, { $ref: `#/$defs/${n + 1}` }]);
  return { ...Object.fromEntries(entries), [count]: {} };
}

type Case = [what: string, schema: unknown, path: (string | number)[]];

const BROKEN: Case[] = [
  ["a text", "object", []],
  ["a list", [], []],
  ["null", null, []],
  ["a type that is none", { type: "strnig" }, ["type"]],
  ["an empty list of types", { type: [] }, ["type"]],
  ["a type repeated", { type: ["null", "null"] }, ["type"]],
  ["a flag for required", { properties: { a: { required: true } } }, ["properties", "a", "required"]],
  ["a name required twice", { required: ["a", "a"] }, ["required"]],
  ["a length below 0", { minLength: -1 }, ["minLength"]],
  ["a count that is not whole", { maxItems: 1.5 }, ["maxItems"]],
  ["a bound that is a text", { minimum: "1" }, ["minimum"]],
  ["multiples of 0", { multipleOf: 0 }, ["multipleOf"]],
  ["a pattern that does not compile", { pattern: "(" }, ["pattern"]],
  ["a key pattern that does not compile", { patternProperties: { "[": {} } }, ["patternProperties", "["]],
  ["properties that are a list", { properties: [] }, ["properties"]],
  ["a property that is a text", { properties: { a: "string" } }, ["properties", "a"]],
  ["no choice", { anyOf: [] }, ["anyOf"]],
  ["a choice that is a number", { anyOf: [{}, 1] }, ["anyOf", 1]],
  ["values that are no list", { enum: "a" }, ["enum"]],
  ["a reference to nowhere", { $ref: "#/$defs/a" }, ["$ref"]],
  ["a reference to the outside", { items: { $ref: "https://example.com/a.json" } }, ["items", "$ref"]],
  ["a reference to what is no schema", { $ref: "#/title", title: "a" }, ["$ref"]],
  ["a reference that is an object", { $ref: {} }, ["$ref"]],
  ["items that are a text", { items: "a" }, ["items"]],
  ["a reference to itself and nothing else", { $ref: "#" }, []],
  [
    "a choice of itself",
    { properties: { a: { anyOf: [{}, { $ref: "#/properties/a" }] } } },
    ["properties", "a"],
  ],
  [
    "two that are each other",
    { $defs: { a: { $ref: "#/$defs/b" }, b: { not: { $ref: "#/$defs/a" } } } },
    ["$defs", "a"],
  ],
  ["a way of 700 references", { $defs: chainOf(700) }, ["$defs", "0"]],
];

const FINE: [what: string, schema: unknown, draft: string][] = [
  ["true", true, "2020-12"],
  ["an empty one", {}, "2020-12"],
  ["a short way of references", { $defs: chainOf(100) }, "2020-12"],
  ["the same twice", { allOf: [{ $ref: "#/$defs/a" }, { $ref: "#/$defs/a" }], $defs: { a: {} } }, "2020-12"],
  ["a reference to itself", { properties: { a: { $ref: "#" } } }, "2020-12"],
  [
    "a reference by its id",
    { $id: "https://example.com/a", items: { $ref: "https://example.com/a#" } },
    "2020-12",
  ],
  ["a reference by anchor", { $defs: { a: { $anchor: "x" } }, $ref: "#x" }, "2020-12"],
  ["items one by one", { items: [{}, { type: "null" }] }, "2020-12"],
  ["draft 7", { $schema: "http://json-schema.org/draft-07/schema#", dependencies: { a: ["b"], c: {} } }, "7"],
  ["draft 4", { $schema: "http://json-schema.org/draft-04/schema#" }, "4"],
  ["draft 4 by its bounds", { minimum: 1, exclusiveMinimum: true }, "4"],
  ["keywords of others", { "x-order": 1, title: "a", format: "int64", examples: [1] }, "2020-12"],
];

describe("reading a schema", () => {
  it.each(BROKEN)("finds %s", (_, schema, path) => {
    expect(readSchema(schema).flaws).toEqual([{ path, message: expect.any(String) }]);
  });

  it.each(FINE)("takes %s", (_, schema, draft) => {
    expect(readSchema(schema)).toMatchObject({ flaws: [], draft });
  });

  it("keeps what judges and drops what only tells", () => {
    const schema = { title: "a", type: "object", properties: { title: { type: "string", default: "x" } } };
    expect(readSchema(schema).schema).toEqual({ type: "object", properties: { title: { type: "string" } } });
  });
});

describe("the newest schema", () => {
  it.each([
    [null, undefined],
    [{}, undefined],
    [{ "1": "a" }, "a"],
    [{ "10": "a", "9": "b" }, "a"],
    [{ v1: "a", "1": "b" }, "b"],
    [{ v2: "a", v1: "b" }, "a"],
    [{ "1.5": "a", "1": "b" }, "a"],
  ])("of %j is %j", (schemas, newest) => {
    expect(newestSchema(schemas)).toBe(newest);
  });
});
