/** A JSON Schema as a list of fields that a person can read. */
import { html } from "hono/html";
import { isObject } from "../../core/json-object.ts";
import { type Html, prose } from "./page.ts";

export type SchemaScope = {
  /** What a `$ref` stands for; undefined when it is not known. */
  lookUp: (ref: string) => unknown;
  /** Where a `$ref` is shown, to link there instead of showing it here; null: here. */
  linkOf: (ref: string) => { href: string; name: string } | null;
};

/** Fields within fields shown; what is deeper is in the schema itself. */
const MAX_SHOWN_DEPTH = 6;
const MAX_SHOWN_FIELDS = 200;

/** Schemas looked into for one view: references can make a small schema unfold without end. */
const MAX_SHOWN_SCHEMAS = 2000;

type View = { scope: SchemaScope; depth: number; refs: readonly string[]; left: { schemas: number } };

/** The fields of an object, or what else the value may be. */
export function schemaView(schema: unknown, scope: SchemaScope): Html {
  return (
    inner(schema, { scope, depth: 0, refs: [], left: { schemas: MAX_SHOWN_SCHEMAS } }) ??
    html`<p class="type">${typeText(schema, scope)}</p>`
  );
}

/** What there is to see within a schema; null: nothing but its type. */
function inner(schema: unknown, view: View): Html | null {
  if (!isObject(schema) || view.depth > MAX_SHOWN_DEPTH || view.left.schemas <= 0) return null;
  view.left.schemas -= 1;
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    if (view.scope.linkOf(ref) !== null || view.refs.includes(ref)) return null;
    return inner(view.scope.lookUp(ref), { ...view, refs: [...view.refs, ref] });
  }
  const parts = [
    isObject(schema["properties"]) ? fieldList(schema, view) : null,
    isObject(schema["items"]) ? inner(schema["items"], view) : null,
    isObject(schema["additionalProperties"]) ? inner(schema["additionalProperties"], view) : null,
    ...["allOf", "anyOf", "oneOf"].flatMap((key) => choices(schema[key], view)),
  ].filter((part) => part !== null);
  return parts.length === 0 ? null : html`${parts}`;
}

function choices(schemas: unknown, view: View): (Html | null)[] {
  return Array.isArray(schemas) ? schemas.map((schema) => inner(schema, view)) : [];
}

function fieldList(schema: Record<string, unknown>, view: View): Html {
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"] : []);
  const fields = Object.entries(isObject(schema["properties"]) ? schema["properties"] : {});
  const shown = fields.slice(0, MAX_SHOWN_FIELDS).map(([name, field]) => {
    const within = inner(field, { ...view, depth: view.depth + 1 });
    const about = isObject(field) ? field : {};
    return html`<li><code>${name}</code> ${typeView(field, view.scope)}${
      required.has(name) ? html`<span class="mark">required</span>` : ""
    }${about["deprecated"] === true ? html`<span class="mark">deprecated</span>` : ""}
<div class="note">${prose(describe(about))}</div>${within}</li>`;
  });
  const hidden = fields.length - shown.length;
  return html`<ul class="fields">${shown}${hidden > 0 ? html`<li class="note">and ${hidden} more</li>` : ""}</ul>`;
}

function typeView(schema: unknown, scope: SchemaScope): Html {
  const link = refOf(schema, scope);
  if (link === null) return html`<span class="type">${typeText(schema, scope)}</span>`;
  const many = isObject(schema) && schema["type"] === "array" ? "list of " : "";
  return html`<span class="type">${many}<a href="${link.href}">${link.name}</a></span>`;
}

function refOf(schema: unknown, scope: SchemaScope) {
  if (!isObject(schema)) return null;
  const ref = schema["$ref"] ?? (isObject(schema["items"]) ? schema["items"]["$ref"] : undefined);
  return typeof ref === "string" ? scope.linkOf(ref) : null;
}

/** `string (date-time)`, `list of integer`, `"a" | "b"`. */
export function typeText(schema: unknown, scope: SchemaScope, depth = 0): string {
  if (schema === false) return "nothing";
  if (!isObject(schema) || depth > MAX_SHOWN_DEPTH) return "anything";
  const ref = schema["$ref"];
  if (typeof ref === "string") {
    return scope.linkOf(ref)?.name ?? typeText(scope.lookUp(ref), scope, depth + 1);
  }
  if ("const" in schema) return JSON.stringify(schema["const"]);
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => JSON.stringify(value)).join(" | ");
  const options = schema["anyOf"] ?? schema["oneOf"];
  if (Array.isArray(options)) {
    return [...new Set(options.map((one) => typeText(one, scope, depth + 1)))].join(" | ");
  }
  const all = schema["allOf"];
  if (schema["type"] === undefined && Array.isArray(all)) return typeText(all[0], scope, depth + 1);
  const types = [schema["type"] ?? "anything"].flat().map(String);
  const format = typeof schema["format"] === "string" ? ` (${schema["format"]})` : "";
  return types.map((type) => nameOf(type, { schema, scope, depth })).join(" | ") + format;
}

function nameOf(
  type: string,
  { schema, scope, depth }: { schema: Record<string, unknown>; scope: SchemaScope; depth: number },
): string {
  if (type === "array") return `list of ${typeText(schema["items"], scope, depth + 1)}`;
  if (type === "object" && isObject(schema["additionalProperties"]) && !isObject(schema["properties"])) {
    return `map of ${typeText(schema["additionalProperties"], scope, depth + 1)}`;
  }
  return type;
}

const BOUNDS: [keyword: string, text: string][] = [
  ["default", "default"],
  ["exclusiveMinimum", "more than"],
  ["exclusiveMaximum", "less than"],
  ["pattern", "matches"],
];
const RANGES: [least: string, most: string, unit: string][] = [
  ["minimum", "maximum", ""],
  ["minLength", "maxLength", " characters"],
  ["minItems", "maxItems", " items"],
];
/** Zod's own bounds of a whole number say nothing. */
const NO_BOUND = new Set([Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER]);

/** Its description, then its bounds. */
export function describe(schema: Record<string, unknown>): string {
  const bounds = BOUNDS.flatMap(([keyword, text]) => {
    const value = schema[keyword];
    return value === undefined
      ? []
      : [`${text} ${typeof value === "string" ? value : JSON.stringify(value)}`];
  });
  const ranges = RANGES.flatMap(([least, most, unit]) => rangeText(schema[least], schema[most], unit));
  const description = typeof schema["description"] === "string" ? schema["description"] : "";
  return [description, [...ranges, ...bounds].join(", ")].filter((part) => part !== "").join(" · ");
}

function rangeText(least: unknown, most: unknown, unit: string): string[] {
  const isBound = (value: unknown): value is number => typeof value === "number" && !NO_BOUND.has(value);
  if (isBound(least) && isBound(most)) return [`${least} to ${most}${unit}`];
  if (isBound(least)) return [`at least ${least}${unit}`];
  return isBound(most) ? [`at most ${most}${unit}`] : [];
}
