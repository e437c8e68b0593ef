/** Examples of values by their schema, so that every body in the reference has one. */
import { isObject } from "../core/json-schema.ts";

export type Schemas = Record<string, unknown>;

const MAX_EXAMPLE_DEPTH = 8;

/** By the name of the field they belong to: what a generated text could be there. */
const BY_NAME: Record<string, unknown> = {
  id: "app_2yZwUhtgs5Ai8T9yRQJXA1aBcDe",
  uid: "customer-42",
  name: "Acme",
  description: "What it is for",
  url: "https://example.com/webhooks",
  eventType: "invoice.paid",
  eventTypes: ["invoice.paid"],
  filterTypes: ["invoice.paid"],
  channels: ["eu"],
  tags: ["billing"],
  eventId: "invoice-1",
  payload: { invoiceId: "inv_1", amount: 12.5 },
  metadata: { plan: "gold" },
  headers: { "x-tenant": "acme" },
  groupName: "invoice",
  featureFlags: ["beta"],
  featureFlag: "beta",
  iterator: null,
  prevIterator: null,
  done: true,
  rateLimit: 50,
  throttleRate: 50,
  retrySchedule: [5, 300, 1800],
};

/** An example that fits the schema as far as the schema says what fits. */
export function exampleOf(schema: unknown, schemas: Schemas): unknown {
  return sample(schema, { schemas, depth: 0, name: "" });
}

type At = { schemas: Schemas; depth: number; name: string };

function sample(schema: unknown, at: At): unknown {
  if (!isObject(schema) || at.depth > MAX_EXAMPLE_DEPTH) return null;
  const { examples, $ref: ref, allOf } = schema;
  if (schema["example"] !== undefined) return schema["example"];
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (typeof ref === "string") {
    return sample(at.schemas[ref.split("/").at(-1) ?? ""], { ...at, depth: at.depth + 1 });
  }
  if ("const" in schema) return schema["const"];
  if (schema["default"] !== undefined) return schema["default"];
  if (Array.isArray(schema["enum"])) return schema["enum"][0];
  if (Array.isArray(allOf)) {
    const parts = allOf.map((part) => sample(part, at));
    return parts.every(isObject) ? Object.assign({}, ...parts) : parts[0];
  }
  const choices = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(choices)) return sample(choices.find((one) => !isNull(one)) ?? choices[0], at);
  return byName(schema, at) ?? byType(schema, at);
}

function isNull(schema: unknown): boolean {
  return isObject(schema) && schema["type"] === "null";
}

const typesOf = (schema: Record<string, unknown>) => [schema["type"] ?? "object"].flat();

/** Only where its type allows it. */
function byName(schema: Record<string, unknown>, { name }: At): unknown {
  if (!Object.hasOwn(BY_NAME, name)) return undefined;
  const value = BY_NAME[name];
  const { items } = schema;
  const type = Array.isArray(value) ? "array" : value === null ? "null" : typeof value;
  const isTold =
    isObject(schema["properties"]) ||
    (isObject(items) && items["type"] !== "string") ||
    schema["format"] !== undefined ||
    "pattern" in schema;
  const isFit = typesOf(schema).some((one) => one === type || (one === "integer" && type === "number"));
  return isFit && !(isTold && type !== "string") ? value : undefined;
}

function byType(schema: Record<string, unknown>, at: At): unknown {
  const type = typesOf(schema).find((one) => one !== "null") ?? "null";
  if (type === "object") return objectOf(schema, at);
  if (type === "array") {
    const items = Array.isArray(schema["prefixItems"]) ? schema["prefixItems"] : [schema["items"]];
    return items.map((item) => sample(item, { ...at, depth: at.depth + 1, name: "" }));
  }
  if (type === "boolean") return true;
  if (type === "integer" || type === "number") return Math.max(Number(schema["minimum"] ?? 1), 1);
  if (type === "string") return textOf(schema);
  return null;
}

function objectOf(schema: Record<string, unknown>, at: At): Record<string, unknown> {
  const properties = isObject(schema["properties"]) ? schema["properties"] : {};
  return Object.fromEntries(
    Object.entries(properties).map(([name, field]) => [
      name,
      sample(field, { ...at, depth: at.depth + 1, name }),
    ]),
  );
}

function textOf({ format, minLength, pattern }: Record<string, unknown>): string {
  if (format === "date-time") return "2026-01-30T14:30:00.000Z";
  if (format === "uri") return "https://example.com/webhooks";
  const text = typeof pattern === "string" && !new RegExp(pattern).test("example") ? "0" : "example";
  return text.padEnd(Number(minLength ?? 0), "x");
}
