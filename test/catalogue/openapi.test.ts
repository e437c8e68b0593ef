import { describe, expect, it } from "vitest";
import { openApiOf } from "../../src/catalogue/openapi-export.ts";
import { eventTypesOf } from "../../src/catalogue/openapi-import.ts";
import { payloadCheck } from "../../src/catalogue/payload-check.ts";
import { parseSpec } from "../../src/catalogue/spec-text.ts";
import { CATALOGUES } from "../../src/catalogue/vendors/registry.ts";
import { readSchema } from "../../src/core/json-schema.ts";

const PET = {
  required: ["id", "name"],
  properties: { id: { type: "integer", format: "int64" }, name: { type: "string" }, tag: { type: "string" } },
};

function webhook(schema: unknown, more: Record<string, unknown> = {}) {
  return { post: { requestBody: { content: { "application/json": { schema } } }, ...more } };
}

function read(spec: unknown) {
  const reading = eventTypesOf(spec);
  if (reading.kind !== "read") throw new Error(`${reading.path.join("/")}: ${reading.reason}`);
  return reading.eventTypes;
}

function schemaOf(spec: Record<string, unknown>) {
  return read(spec)[0]?.schemas?.["1"];
}

describe("reading an OpenAPI document", () => {
  it("takes the name from the key, the text from the innermost description, and resolves references", () => {
    const spec = {
      openapi: "3.1.0",
      webhooks: {
        "pet.new": {
          summary: "A pet",
          post: {
            requestBody: {
              description: "Information about a new pet in the system",
              content: { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } },
            },
          },
        },
        "pet.gone": {
          post: {
            operationId: "not-this",
            description: "A pet has left",
            deprecated: true,
            "x-svix-feature-flags": ["beta"],
            "x-svix-group-name": "pets",
          },
        },
      },
      components: { schemas: { Pet: PET } },
    };
    expect(read(spec)).toEqual([
      { name: "pet.new", description: "A pet", deprecated: false, schemas: { "1": PET } },
      {
        name: "pet.gone",
        description: "A pet has left",
        deprecated: true,
        schemas: null,
        featureFlags: ["beta"],
        groupName: "pets",
      },
    ]);
  });

  it("follows references to path items, bodies and examples", () => {
    const spec = {
      openapi: "3.1.0",
      webhooks: { a: { $ref: "#/components/pathItems/a" } },
      components: {
        pathItems: { a: { post: { requestBody: { $ref: "#/components/requestBodies/b" } } } },
        requestBodies: {
          b: {
            content: {
              "application/json": {
                schema: PET,
                examples: {
                  first: { value: { id: 1, name: "x" } },
                  other: { $ref: "#/components/examples/e" },
                },
              },
            },
          },
        },
        examples: { e: { value: { id: 2, name: "y" } } },
      },
    };
    expect(schemaOf(spec)).toEqual({
      ...PET,
      examples: [
        { id: 1, name: "x" },
        { id: 2, name: "y" },
      ],
    });
  });

  it("says in JSON Schema what 3.0 says in its own way, from x-webhooks", () => {
    const schema = {
      type: "object",
      example: { a: null },
      properties: {
        a: { type: "string", nullable: true, enum: ["x"] },
        b: { type: "number", minimum: 0, exclusiveMinimum: true, maximum: 9, exclusiveMaximum: false },
        c: { nullable: true, allOf: [{ type: "string" }] },
        nullable: { type: "boolean" },
        example: { type: "string", example: "e" },
      },
    };
    expect(schemaOf({ openapi: "3.0.3", "x-webhooks": { a: webhook(schema) } })).toEqual({
      type: "object",
      examples: [{ a: null }],
      properties: {
        a: { type: ["string", "null"], enum: ["x", null] },
        b: { type: "number", exclusiveMinimum: 0, maximum: 9 },
        c: { anyOf: [{ allOf: [{ type: "string" }] }, { type: "null" }] },
        nullable: { type: "boolean" },
        example: { type: "string", examples: ["e"] },
      },
    });
  });

  it("keeps a schema that refers to itself as one of its own", () => {
    const spec = {
      openapi: "3.1.0",
      webhooks: { a: webhook({ $ref: "#/components/schemas/Node" }) },
      components: {
        schemas: {
          Node: {
            type: "object",
            properties: {
              child: { $ref: "#/components/schemas/Node" },
              leaf: { $ref: "#/components/schemas/Leaf" },
            },
          },
          Leaf: { type: "null" },
        },
      },
    };
    const schema = schemaOf(spec);
    expect(readSchema(schema).flaws).toEqual([]);
    const check = payloadCheck(schema);
    expect(check?.({ child: { child: { leaf: null } } })).toEqual([]);
    expect(check?.({ child: { child: { leaf: 1 } } })).toMatchObject([{ path: ["child", "child", "leaf"] }]);
  });

  it("keeps what stands beside a reference in 3.1, and drops it in 3.0", () => {
    const components = { schemas: { S: { type: "string", description: "theirs" } } };
    const named = webhook({ $ref: "#/components/schemas/S", description: "ours" });
    const bounded = webhook({ $ref: "#/components/schemas/S", maxLength: 3 });
    expect(schemaOf({ openapi: "3.1.0", webhooks: { a: named }, components })).toEqual({
      type: "string",
      description: "ours",
    });
    expect(schemaOf({ openapi: "3.1.0", webhooks: { a: bounded }, components })).toEqual({
      maxLength: 3,
      allOf: [{ type: "string", description: "theirs" }],
    });
    expect(schemaOf({ openapi: "3.0.0", "x-webhooks": { a: bounded }, components })).toEqual(
      components.schemas.S,
    );
  });

  it("does not write out references that double at every step", () => {
    const schemas: Record<string, unknown> = { S0: { type: "null" } };
    for (let i = 1; i <= 60; i++) {
      const ref = { $ref: `#/components/schemas/S${i - 1}` };
      schemas[`S${i}`] = { properties: { a: ref, b: ref } };
    }
    const spec = {
      openapi: "3.1.0",
      webhooks: { a: webhook({ $ref: "#/components/schemas/S60" }) },
      components: { schemas },
    };
    const schema = schemaOf(spec);
    expect(JSON.stringify(schema).length).toBeLessThan(500_000);
    expect(readSchema(schema).flaws).toEqual([]);
  });

  it.each([
    ["no object", [], /OpenAPI document/],
    ["no webhooks", { openapi: "3.1.0", paths: {} }, /neither/],
    ["a reference to the outside", { webhooks: { a: webhook({ $ref: "other.yaml#/A" }) } }, /outside/],
    ["a reference to nowhere", { webhooks: { a: webhook({ $ref: "#/components/schemas/A" }) } }, /not in/],
    ["a reference in a circle", { webhooks: { a: { $ref: "#/webhooks/a" } } }, /nowhere/],
    ["a reference into a prototype", { webhooks: { a: webhook({ $ref: "#/constructor/name" }) } }, /not in/],
  ])("refuses %s", (_, spec, reason) => {
    expect(eventTypesOf(spec)).toMatchObject({ kind: "refused", reason: expect.stringMatching(reason) });
  });
});

describe("text of a document", () => {
  it.each([
    ["JSON", '{"openapi":"3.1.0","webhooks":{}}'],
    ["YAML", "openapi: 3.1.0\n# a comment\nwebhooks: {}\n"],
    ["YAML in flow style", "{openapi: 3.1.0, webhooks: {}}"],
  ])("is read as %s", (_, text) => {
    expect(parseSpec(text)).toEqual({ spec: { openapi: "3.1.0", webhooks: {} } });
  });

  it.each([
    ["neither", "a: [1"],
    ["a key twice", "a: 1\na: 2"],
    [
      "aliases without end",
      `a0: &a0 [1]\n${Array.from({ length: 40 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}]`).join("\n")}`,
    ],
  ])("that is %s is refused with a reason", (_, text) => {
    expect(parseSpec(text)).toMatchObject({ reason: expect.stringMatching(/neither/) });
  });
});

describe("writing an OpenAPI document", () => {
  it.each(CATALOGUES)(
    "of $title gives the same event types when it is read again",
    ({ title, eventTypes }) => {
      const stored = eventTypes.map(({ name, description, groupName, schema }) => ({
        ...{ name, description, groupName, deprecated: false, featureFlags: null },
        schemas: { "1": schema },
      }));
      const again = read(JSON.parse(JSON.stringify(openApiOf(title, stored))));
      expect(again).toEqual(stored.map(({ featureFlags: _, ...rest }) => rest));
    },
  );

  it("keeps references within a schema working", () => {
    const tree = {
      $defs: { n: { properties: { a: { $ref: "#/$defs/n" }, b: { type: "null" } } } },
      $ref: "#/$defs/n",
    };
    const stored = {
      ...{ name: "t", description: "", groupName: null, deprecated: true, featureFlags: ["x"] },
      schemas: { "1": { type: "string" }, "2": tree },
    };
    const document = openApiOf("T", [stored]);
    expect(document.components.schemas["t"]).toMatchObject({ $ref: "#/components/schemas/t/$defs/n" });
    const [again] = read(document);
    expect(again).toMatchObject({ name: "t", deprecated: true, featureFlags: ["x"] });
    const check = payloadCheck(again?.schemas?.["1"]);
    expect(check?.({ a: { b: null } })).toEqual([]);
    expect(check?.({ a: { b: 1 } })).toHaveLength(1);
  });
});
