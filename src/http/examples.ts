/** Examples of what the API takes and answers, so that every body in the reference has one. */
import { APP_ID_PREFIX, ATTEMPT_ID_PREFIX, ENDPOINT_ID_PREFIX, MESSAGE_ID_PREFIX } from "../core/ids.ts";
import { isObject } from "../core/json-object.ts";
import { exampleOf } from "../core/schema-example.ts";
import { DAY_MS } from "../core/units.ts";

export type Schemas = Record<string, unknown>;

/** What a text, list or map of this name could be; what a schema does not say better itself. */
const BY_NAME: Record<string, unknown> = {
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
  rateLimit: 50,
  throttleRate: 50,
  retrySchedule: [5, 300, 1800],
  transformation: "function handler(webhook) { return webhook }",
};

/** Of what may be left out of a body: what most will send. Fields may exclude each other. */
const BRIEF = new Set(["uid", "description", "eventId", "channels", "schemas", "groupName", "spec"]);

/** What the ids in a component of this name begin with. */
const ID_PREFIXES: [component: RegExp, prefix: string][] = [
  [/^Application/, APP_ID_PREFIX],
  [/^Message(?!Attempt)/, MESSAGE_ID_PREFIX],
  [/Attempt/, ATTEMPT_ID_PREFIX],
  [/Endpoint/, ENDPOINT_ID_PREFIX],
];
const ID_CHARS = "2yZwUhtgs5Ai8T9yRQJXA1aBcDe";

/** Makes examples by the document's schemas: of answers with every field, of bodies with what is usually sent. */
export function exampleMaker(
  schemas: Schemas,
  nowMs: number,
): Record<"answer" | "body", (schema: unknown) => unknown> {
  const values = { ...BY_NAME, ...recentTimes(nowMs) };
  const maker = (isBrief: boolean) => {
    const named = mapped(schemas, (schema, owner) => withExamples(schema, { owner, isBrief, values }));
    return (schema: unknown) => {
      const own = withExamples(schema, { owner: "", isBrief, values });
      return exampleOf(isObject(own) ? { ...own, components: { schemas: named } } : own);
    };
  };
  return { answer: maker(false), body: maker(true) };
}

type At = { owner: string; isBrief: boolean; values: Record<string, unknown> };

/** A stretch of time that routes accept: what they look back to is bounded, so no fixed time would do for long. */
function recentTimes(nowMs: number): Record<"since" | "until", string> {
  const hour = (ms: number) => `${new Date(ms).toISOString().slice(0, 13)}:00:00Z`;
  return { since: hour(nowMs - DAY_MS), until: hour(nowMs) };
}

function mapped(
  parts: Record<string, unknown>,
  each: (part: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(parts).map(([key, part]) => [key, each(part, key)]));
}

/** The schema with an example at each field whose name says one, without what a brief example leaves out. */
function withExamples(schema: unknown, at: At): unknown {
  if (Array.isArray(schema)) return schema.map((part) => withExamples(part, at));
  if (!isObject(schema)) return schema;
  const required = Array.isArray(schema["required"]) ? schema["required"] : [];
  const isShown = (name: string) => !at.isBrief || required.includes(name) || BRIEF.has(name);
  return mapped(schema, (part, key) => {
    if (key !== "properties" || !isObject(part)) return IS_DATA.has(key) ? part : withExamples(part, at);
    const shown = Object.fromEntries(Object.entries(part).filter(([name]) => isShown(name)));
    return mapped(shown, (field, name) => namedField(withExamples(field, at), name, at));
  });
}

const IS_DATA = new Set(["example", "examples", "default", "const", "enum"]);

function namedField(field: unknown, name: string, { owner, values }: At): unknown {
  const value = name === "id" ? idOf(owner) : values[name];
  return isObject(field) && Object.hasOwn({ ...values, id: "" }, name) && isFit(value, field)
    ? { ...field, example: value }
    : field;
}

function idOf(owner: string): string {
  return (ID_PREFIXES.find(([component]) => component.test(owner))?.[1] ?? "") + ID_CHARS;
}

/** Whether a field may have this value; one whose schema says more is left to its schema. */
function isFit(value: unknown, field: Record<string, unknown>): boolean {
  const choices = field["anyOf"] ?? field["oneOf"];
  if (Array.isArray(choices)) return choices.some((choice) => isObject(choice) && isFit(value, choice));
  const { items, properties, additionalProperties } = field;
  if (field["example"] !== undefined || field["enum"] !== undefined || isObject(properties)) return false;
  const first = Array.isArray(value) ? typeof value[0] : "string";
  if (isObject(items) && items["type"] !== first) return false;
  if (isObject(additionalProperties) && Object.keys(additionalProperties).length > 0) {
    const isTexts = isObject(value) && Object.values(value).every((part) => typeof part === "string");
    if (!isTexts || additionalProperties["type"] !== "string") return false;
  }
  const type = Array.isArray(value) ? "array" : typeof value;
  return [field["type"] ?? "anything"]
    .flat()
    .some((one) => one === type || (one === "integer" && type === "number"));
}
