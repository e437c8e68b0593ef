/** Values that fit a JSON schema of the API's own description, more or less: what a schema cannot say they may miss. */
import fc from "fast-check";

export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  const?: unknown;
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: boolean | JsonSchema;
  items?: JsonSchema | JsonSchema[];
  prefixItems?: JsonSchema[];
  pattern?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  maxItems?: number;
};

export type ApiDocument = {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
};

export type Operation = {
  parameters?: { name: string; in: string; schema?: JsonSchema }[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
};

const MAX_TEXT_CHARS = 20;

/** Targets are loopback, so that nothing that is accepted leaves the machine. */
const urls = fc.nat(9).map((n) => `http://127.0.0.1:9/${n}`);

export function valuesOf(schema: JsonSchema, document: ApiDocument): fc.Arbitrary<unknown> {
  const of = (inner: JsonSchema) => valuesOf(inner, document);
  if (schema.$ref !== undefined)
    return of(document.components.schemas[schema.$ref.split("/").at(-1) ?? ""] ?? {});
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(of));
  if (schema.allOf !== undefined) {
    return fc.tuple(...schema.allOf.map(of)).map((parts) => Object.assign({}, ...parts));
  }
  const types = [schema.type ?? "any"].flat();
  return fc.oneof(...types.map((type) => valuesOfType(type, schema, of)));
}

function valuesOfType(
  type: string,
  schema: JsonSchema,
  of: (inner: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  switch (type) {
    case "null":
      return fc.constant(null);
    case "boolean":
      return fc.boolean();
    case "integer":
    case "number": {
      const min = schema.minimum ?? 0;
      return fc.oneof(
        fc.constantFrom(min, schema.maximum ?? 1000),
        fc.integer({ min, max: schema.maximum ?? 1000 }),
      );
    }
    case "string":
      return texts(schema);
    case "array": {
      const { items, prefixItems } = schema;
      if (prefixItems !== undefined) return fc.tuple(...prefixItems.map(of));
      if (Array.isArray(items)) return fc.tuple(...items.map(of));
      return fc.array(of(items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: (schema.minItems ?? 0) + 2,
      });
    }
    case "object":
      return objects(schema, of);
    default:
      return fc.jsonValue({ maxDepth: 2 });
  }
}

function texts({
  format,
  pattern,
  minLength = 0,
  maxLength = MAX_TEXT_CHARS,
}: JsonSchema): fc.Arbitrary<string> {
  if (format === "uri") return urls;
  if (format === "date-time") return fc.constantFrom("2026-01-30T14:30:00Z", "2026-01-30T14:30:00.5+02:00");
  const longest = Math.max(minLength, Math.min(maxLength, MAX_TEXT_CHARS));
  if (pattern !== undefined) {
    const lookahead = /\(\?[=!]/.test(pattern);
    return lookahead ? fc.stringMatching(/^[a-z][a-z0-9]{0,9}$/) : fc.stringMatching(new RegExp(pattern));
  }
  return fc.oneof(
    fc.stringMatching(new RegExp(`^[a-z]{${minLength},${longest}}$`)),
    fc.string({ minLength, maxLength: longest }),
  );
}

function objects(
  { properties = {}, required = [], additionalProperties }: JsonSchema,
  of: (inner: JsonSchema) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const known = fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, inner]) => [name, of(inner)])),
    { requiredKeys: required.filter((name) => name in properties) },
  );
  if (typeof additionalProperties !== "object") return known;
  const more = fc.dictionary(fc.stringMatching(/^[A-Za-z][A-Za-z-]{0,8}$/), of(additionalProperties), {
    maxKeys: 3,
  });
  return fc.tuple(known, more).map(([a, b]) => ({ ...b, ...a }));
}
