import { describe, expect, it } from "vitest";
import { exampleOf } from "../../src/core/schema-example.ts";

describe("an example of a schema", () => {
  it("is the author's own, the first unless another is asked for", () => {
    const schema = { type: "object", examples: [{ a: 1 }, { a: 2 }] };
    expect(exampleOf(schema)).toEqual({ a: 1 });
    expect(exampleOf(schema, 1)).toEqual({ a: 2 });
    expect(exampleOf(schema, 2)).toBeUndefined();
  });

  it("has an item for each place of a tuple", () => {
    const range = { type: "array", prefixItems: [{ minimum: 400, type: "integer" }, { const: 499 }] };
    expect(exampleOf({ type: "array", items: range })).toEqual([[400, 499]]);
  });

  it("is made of what the parts say, whatever index is asked for", () => {
    const schema = {
      type: "object",
      properties: {
        id: { type: "string", format: "uuid" },
        kind: { enum: ["created", "deleted"] },
        version: { const: 3 },
        at: { type: "string", format: "date-time" },
        amount: { type: ["number", "null"], minimum: 10 },
        count: { type: "integer", exclusiveMinimum: 4, multipleOf: 10 },
        live: { type: "boolean" },
        lines: {
          type: "array",
          minItems: 2,
          items: { type: "object", properties: { sku: { default: "S1" } } },
        },
        nothing: { type: "null" },
        never: false,
      },
    };
    expect(exampleOf(schema, 7)).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      kind: "created",
      version: 3,
      at: "2026-01-30T14:30:00Z",
      amount: 10,
      count: 10,
      live: true,
      lines: [{ sku: "S1" }, { sku: "S1" }],
      nothing: null,
    });
  });

  it("follows references, and takes all of allOf and the first of a choice", () => {
    const schema = {
      $defs: { id: { type: "string", minLength: 6 }, named: { properties: { name: { example: "Ada" } } } },
      allOf: [{ $ref: "#/$defs/named" }, { properties: { id: { $ref: "#/$defs/id" } } }],
      properties: { size: { oneOf: [{ const: "s" }, { const: "m" }] } },
    };
    expect(exampleOf(schema)).toEqual({ name: "Ada", id: "textxx", size: "s" });
  });

  it.each([
    ["a schema that holds itself", { properties: { child: { $ref: "#" } } }],
    ["references in a circle", { $defs: { a: { $ref: "#/$defs/a" } }, $ref: "#/$defs/a" }],
    ["a reference to elsewhere", { $ref: "https://example.com/schema.json" }],
    [
      "a schema that branches at every level",
      {
        $defs: {
          n: { properties: Object.fromEntries([..."abcdefgh"].map((key) => [key, { $ref: "#/$defs/n" }])) },
        },
        $ref: "#/$defs/n",
      },
    ],
    ["a list that must be endless", { properties: { all: { type: "array", minItems: 1e12 } } }],
    ["a text that must be endless", { properties: { all: { type: "string", minLength: 1e12 } } }],
  ])("ends, and stays small, for %s", (_, schema) => {
    const example = exampleOf(schema);
    expect(example).toEqual(expect.any(Object));
    expect(JSON.stringify(example).length).toBeLessThan(100_000);
  });
});
