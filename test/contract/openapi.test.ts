/** `/openapi.json` is an OpenAPI 3.1 document, as far as its specification can be told in a few rules. */
import { describe, expect, it } from "vitest";
import { readSchema } from "../../src/core/json-schema.ts";
import { operationsOf } from "../../src/http/document.ts";
import { ourDocument } from "../support/svix-contract.ts";

const document = ourDocument();
const operations = operationsOf(document).map(({ method, path, operation }) => ({
  name: `${method.toUpperCase()} ${path}`,
  method,
  path,
  operation,
}));

/** Every place of a JSON value that is an object, with the way there. */
function objectsIn(value: unknown, way: string[] = []): { way: string[]; object: Record<string, unknown> }[] {
  if (typeof value !== "object" || value === null) return [];
  const inner = Object.entries(value).flatMap(([key, child]) => objectsIn(child, [...way, key]));
  return Array.isArray(value) ? inner : [{ way, object: value as Record<string, unknown> }, ...inner];
}

const DATA = ["example", "examples", "default", "const", "enum"];
const isData = (way: string[]) => way.some((step, at) => DATA.includes(step) && way[at - 1] !== "properties");

describe("the document", () => {
  it("says which version it is of, what it describes, and how callers prove who they are", () => {
    expect(document.openapi).toBe("3.1.0");
    expect(document.info).toMatchObject({ title: expect.any(String), version: expect.any(String) });
    const { components, security } = document as unknown as {
      components: { securitySchemes: Record<string, { type: string }> };
      security: Record<string, string[]>[];
    };
    const schemes = Object.keys(components.securitySchemes);
    expect(schemes.length).toBeGreaterThan(0);
    expect(security.flatMap((one) => Object.keys(one)).filter((name) => !schemes.includes(name))).toEqual([]);
  });

  it("names every operation once, and by letters that code generators take", () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(operations.filter(({ operation }) => operation.operationId === undefined)).toEqual([]);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    expect(names.filter((name) => !/^[a-zA-Z0-9.-]+$/.test(name ?? ""))).toEqual([]);
  });

  it("has nothing but operations and known methods under its paths", () => {
    const methods = new Set(["get", "put", "post", "delete", "patch", "head", "options"]);
    expect(operations.filter(({ method }) => !methods.has(method))).toEqual([]);
    expect(Object.keys(document.paths).filter((path) => !path.startsWith("/"))).toEqual([]);
    const shapes = Object.keys(document.paths).map((path) => path.replaceAll(/\{[^}]+\}/g, "{}"));
    expect(shapes.filter((shape, index) => shapes.indexOf(shape) !== index)).toEqual([]);
  });

  it("refers only to what is there, by names that may be", () => {
    const places = objectsIn(document).filter(({ way }) => !isData(way));
    const schemas = Object.keys(document.components.schemas);
    expect(schemas.filter((name) => !/^[a-zA-Z0-9._-]+$/.test(name))).toEqual([]);
    const refs = places.flatMap(({ object }) => (typeof object["$ref"] === "string" ? [object["$ref"]] : []));
    const known = new Set(schemas.map((name) => `#/components/schemas/${name}`));
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => !known.has(ref))).toEqual([]);
  });

  it("says nothing in the words of OpenAPI 3.0", () => {
    const places = objectsIn(document).filter(({ way }) => !isData(way) && way.at(-1) !== "properties");
    expect(places.filter(({ object }) => "nullable" in object).map(({ way }) => way.join("/"))).toEqual([]);
  });

  it.each(Object.entries(document.components.schemas))("has in %s a JSON Schema", (_, schema) => {
    // References lead out of the schema, into the document: they are judged above.
    const flaws = readSchema(withoutRefs(schema)).flaws;
    expect(flaws).toEqual([]);
  });
});

function withoutRefs(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value), (key, child) => (key === "$ref" ? undefined : child));
}

describe.each(operations)("$name", ({ path, operation }) => {
  it("has the parameters of its path, required, and none twice", () => {
    const parameters = operation.parameters ?? [];
    const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map(([, name]) => name);
    const given = parameters.filter((parameter) => parameter.in === "path");
    expect(given.map(({ name }) => name).toSorted()).toEqual(inPath.toSorted());
    expect(given.filter(({ required }) => required !== true)).toEqual([]);
    const names = parameters.map((parameter) => `${parameter.in}:${parameter.name}`);
    expect(names.filter((name, index) => names.indexOf(name) !== index)).toEqual([]);
    for (const { in: place, schema } of parameters) {
      expect(["path", "query", "header"]).toContain(place);
      expect(readSchema(withoutRefs(schema)).flaws).toEqual([]);
    }
  });

  it("says what it takes and answers, each with a description and a schema", () => {
    expect(operation.summary).toMatch(/\S/);
    expect(operation.tags?.length).toBe(1);
    const { responses = {}, requestBody } = operation;
    expect(Object.keys(responses).filter((status) => !/^[1-5](\d\d|XX)$|^default$/.test(status))).toEqual([]);
    // A WebSocket is answered with another protocol.
    expect(Object.keys(responses).some((status) => status.startsWith("2") || status === "101")).toBe(true);
    for (const { description, content } of Object.values(responses)) {
      expect(description).toMatch(/\S/);
      // A stream has no schema.
      expect(content?.["application/json"] ?? { schema: {} }).toHaveProperty("schema");
    }
    for (const media of Object.values(requestBody?.content ?? {})) {
      expect(readSchema(withoutRefs(media.schema)).flaws).toEqual([]);
    }
  });
});
