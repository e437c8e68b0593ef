/** Event types of an OpenAPI document's `webhooks` (3.1) or `x-webhooks` (3.0) (reference svix.md §1.3). */
import { isObject } from "../core/json-object.ts";
import { MAX_IMPORTED_EVENT_TYPES } from "../core/limits/catalogue.ts";
import { follow, SpecError, standaloneSchema } from "./openapi-schema.ts";

/** An event type as a document describes it; what it may leave out stays as it was. */
export type ImportedEventType = {
  name: string;
  description: string;
  deprecated: boolean;
  schemas: Record<string, unknown> | null;
  groupName?: unknown;
  featureFlags?: unknown;
};

export type ImportReading =
  | { kind: "read"; section: string; eventTypes: ImportedEventType[] }
  | { kind: "refused"; path: string[]; reason: string };

const SECTIONS = ["webhooks", "x-webhooks"];
const METHODS = ["post", "put", "patch", "get", "delete", "options", "head", "trace"];

/** Reads a parsed document; its depth must have been bounded before. */
export function eventTypesOf(spec: unknown): ImportReading {
  if (!isObject(spec)) return { kind: "refused", path: [], reason: "must be an OpenAPI document" };
  const section = SECTIONS.find((name) => isObject(spec[name]));
  const webhooks = section === undefined ? null : spec[section];
  if (section === undefined || !isObject(webhooks)) {
    return { kind: "refused", path: [], reason: "has neither webhooks nor x-webhooks" };
  }
  const names = Object.keys(webhooks);
  if (names.length > MAX_IMPORTED_EVENT_TYPES) {
    const reason = `has more than ${MAX_IMPORTED_EVENT_TYPES} webhooks`;
    return { kind: "refused", path: [section], reason };
  }
  const isOld = String(spec["openapi"] ?? "").startsWith("3.0");
  const eventTypes: ImportedEventType[] = [];
  for (const name of names) {
    try {
      eventTypes.push(eventTypeOf(spec, { name, item: webhooks[name], isOld }));
    } catch (error) {
      if (!(error instanceof SpecError)) throw error;
      return { kind: "refused", path: [section, name, ...error.path], reason: error.message };
    }
  }
  return { kind: "read", section, eventTypes };
}

type Webhook = { name: string; item: unknown; isOld: boolean };

function eventTypeOf(spec: unknown, { name, item, isOld }: Webhook): ImportedEventType {
  const pathItem = follow(spec, item);
  if (!isObject(pathItem)) throw new SpecError([], "must be a path item");
  const method = METHODS.find((one) => isObject(pathItem[one]));
  const operation = method === undefined ? {} : pathItem[method];
  if (!isObject(operation)) throw new SpecError([], "must have an operation");
  const body = follow(spec, operation["requestBody"]);
  const notes = [operation, pathItem, isObject(body) ? body : {}];
  const flags = operation["x-svix-feature-flags"] ?? operation["x-svix-feature-flag"];
  const group = operation["x-svix-group-name"];
  return {
    name,
    description: textOf(notes),
    deprecated: operation["deprecated"] === true,
    schemas: schemasOf(spec, body, isOld),
    ...(group === undefined ? {} : { groupName: group }),
    ...(flags === undefined ? {} : { featureFlags: flagsOf(flags) }),
  };
}

/** The first description or summary, from the inside out. */
function textOf(notes: readonly Record<string, unknown>[]): string {
  const texts = notes.flatMap((note) => [note["description"], note["summary"]]);
  return texts.find((text): text is string => typeof text === "string" && text !== "") ?? "";
}

function flagsOf(flags: unknown): unknown {
  if (typeof flags === "string") return [flags];
  return Array.isArray(flags) && flags.length === 0 ? null : flags;
}

function schemasOf(spec: unknown, body: unknown, isOld: boolean): Record<string, unknown> | null {
  const media = mediaOf(body);
  if (media?.["schema"] === undefined) return null;
  const schema = standaloneSchema(spec, media["schema"], isOld);
  const examples = examplesOf(spec, media);
  const isPlain = isObject(schema) && examples.length > 0;
  return { "1": isPlain ? { ...schema, examples } : schema };
}

function mediaOf(body: unknown): Record<string, unknown> | null {
  const content = isObject(body) ? body["content"] : undefined;
  if (!isObject(content)) return null;
  const types = Object.keys(content);
  const type = types.find((one) => /^application\/json\b/.test(one)) ?? types.find((one) => /json/.test(one));
  const media = content[type ?? types[0] ?? ""];
  return isObject(media) ? media : null;
}

/** Beside the schema OpenAPI has one `example`, or `examples` by name, each with its `value`. */
function examplesOf(spec: unknown, media: Record<string, unknown>): unknown[] {
  if (media["example"] !== undefined) return [media["example"]];
  const examples = media["examples"];
  if (!isObject(examples)) return [];
  return Object.values(examples).flatMap((entry) => {
    const example = follow(spec, entry);
    return isObject(example) && "value" in example ? [example["value"]] : [];
  });
}
