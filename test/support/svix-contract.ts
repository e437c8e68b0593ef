/** Svix's public operations, as its own document says them, and what our document says of the same. */
import { createApp } from "../../src/http/app.ts";
import { type ApiDocument, apiDocument } from "../../src/http/document.ts";
import contract from "../vectors/svix-operations.json" with { type: "json" };

/** Names with a `!` are required. Of a list, what its items hold. */
type Answer = { fields?: string[]; list?: string[]; items?: string[] | null } | null;

export type SvixOperation = {
  operationId: string;
  method: string;
  path: string;
  /** `query:limit`, `path:app_id!`. */
  parameters: string[];
  /** Null: it takes none. */
  body: string[] | null;
  answers: Record<string, Answer>;
};

export const SVIX_OPERATIONS: readonly SvixOperation[] = contract.operations;

export type JsonSchema = {
  $ref?: string;
  type?: string | string[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  allOf?: JsonSchema[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
};

export function ourDocument(): ApiDocument {
  return apiDocument(createApp());
}

/** The name of a field without its mark. */
export function bare(name: string): string {
  return name.replace(/!$/, "");
}

/** What a reference within the document names. */
export function resolve(document: ApiDocument, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema;
  const steps = schema.$ref.split("/").slice(1);
  let at: unknown = document;
  for (const step of steps) at = typeof at === "object" && at !== null ? Reflect.get(at, step) : undefined;
  if (typeof at !== "object" || at === null) throw new Error(`${schema.$ref} names nothing`);
  return resolve(document, at);
}

/** The fields of an object's schema, in the vectors' spelling. */
export function fieldsOf(document: ApiDocument, given: JsonSchema): string[] {
  const schema = resolve(document, given);
  const parts = [...(schema.allOf ?? []), ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const own = Object.keys(schema.properties ?? {}).map(
    (name) => name + (schema.required?.includes(name) === true ? "!" : ""),
  );
  return [...parts.flatMap((part) => fieldsOf(document, part)), ...own];
}

/** The schema of a list's items; null for what is no list. */
export function itemsOf(document: ApiDocument, given: JsonSchema): JsonSchema | null {
  const data = resolve(document, given).properties?.["data"];
  return (data && resolve(document, data).items) ?? null;
}
