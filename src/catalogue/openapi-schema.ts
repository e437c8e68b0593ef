/** Schemas of an OpenAPI document as JSON Schemas that stand for themselves. */
import { isObject } from "../core/json-object.ts";
import { MAX_INLINED_NODES, MAX_REF_HOPS } from "../core/limits/catalogue.ts";

/** Why a document cannot be imported, and where in it. */
export class SpecError extends Error {
  readonly path: string[];

  constructor(path: string[], reason: string) {
    super(reason);
    this.path = path;
  }
}

/** What a `$ref` of the document stands for, however many steps away. */
export function follow(spec: unknown, node: unknown): unknown {
  let at = node;
  for (let hops = 0; isObject(at) && typeof at["$ref"] === "string"; hops++) {
    if (hops === MAX_REF_HOPS) throw new SpecError(["$ref"], `${at["$ref"]} leads nowhere`);
    at = target(spec, at["$ref"]);
  }
  return at;
}

function target(spec: unknown, ref: string): unknown {
  if (!ref.startsWith("#")) throw new SpecError(["$ref"], `${ref} is outside the document`);
  let at = spec;
  for (const step of ref.slice(1).split("/").slice(1)) {
    const key = decoded(step, ref).replaceAll("~1", "/").replaceAll("~0", "~");
    const isThere = typeof at === "object" && at !== null && Object.hasOwn(at, key);
    at = isThere ? (at as Record<string, unknown>)[key] : undefined;
  }
  if (at === undefined) throw new SpecError(["$ref"], `${ref} is not in the document`);
  return at;
}

function decoded(step: string, ref: string): string {
  try {
    return decodeURIComponent(step);
  } catch {
    throw new SpecError(["$ref"], `${ref} is not valid percent-encoding`);
  }
}

type Work = {
  spec: unknown;
  /** OpenAPI 3.0 has its own way of saying null and exclusive bounds. */
  isOld: boolean;
  /** Names under `$defs` by the reference they replace. */
  defs: Map<string, string>;
  nodes: number;
};

/**
 * The schema with what it refers to written in place; what refers to itself, or would make it too large, goes under its
 * own `$defs`.
 */
export function standaloneSchema(spec: unknown, schema: unknown, isOld: boolean): unknown {
  const work: Work = { spec, isOld, defs: new Map(), nodes: 0 };
  const root = resolved(schema, [], work);
  if (work.defs.size === 0) return root;
  const defs: Record<string, unknown> = {};
  // Resolving one may name more; a Map's iterator sees those too.
  for (const [ref, name] of work.defs) defs[name] = resolved(target(spec, ref), [ref], work);
  return isObject(root) ? { ...root, $defs: { ...asObject(root["$defs"]), ...defs } } : root;
}

/** Values of these are data, and may hold a key `$ref` that is none. */
const DATA = new Set(["const", "default", "enum", "example", "examples"]);
/** Values of these are objects of schemas, whose keys are anybody's. */
const MAPS = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas"]);
const ANNOTATIONS = new Set([
  "title",
  "summary",
  "description",
  "deprecated",
  "readOnly",
  "writeOnly",
  ...DATA,
]);

function resolved(node: unknown, within: readonly string[], work: Work): unknown {
  work.nodes += 1;
  if (Array.isArray(node)) return node.map((item) => resolved(item, within, work));
  if (!isObject(node)) return node;
  const ref = node["$ref"];
  if (typeof ref === "string") return reference(node, { ref, within, work });
  const copy = mapped(node, (part, key) => {
    if (DATA.has(key)) return part;
    if (MAPS.has(key) && isObject(part)) return mapped(part, (inner) => resolved(inner, within, work));
    return resolved(part, within, work);
  });
  return modern(copy, work.isOld);
}

function mapped(
  node: Record<string, unknown>,
  each: (part: unknown, key: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(Object.entries(node).map(([key, part]) => [key, each(part, key)]));
}

function reference(
  node: Record<string, unknown>,
  { ref, within, work }: { ref: string; within: readonly string[]; work: Work },
): unknown {
  const isNamed = work.defs.has(ref) || within.includes(ref) || work.nodes > MAX_INLINED_NODES;
  const meant = isNamed
    ? { $ref: `#/$defs/${defName(ref, work.defs)}` }
    : resolved(target(work.spec, ref), [...within, ref], work);
  const { $ref: _, ...beside } = node;
  // OpenAPI 3.0: whatever stands beside a reference does not count.
  if (work.isOld || Object.keys(beside).length === 0) return meant;
  const isNote = Object.keys(beside).every((key) => ANNOTATIONS.has(key));
  if (isNote && isObject(meant)) return { ...meant, ...beside };
  const others = resolved(beside, within, work);
  return { ...asObject(others), allOf: [...asList(asObject(others)["allOf"]), meant] };
}

function defName(ref: string, defs: Map<string, string>): string {
  const known = defs.get(ref);
  if (known !== undefined) return known;
  const last =
    ref
      .split("/")
      .at(-1)
      ?.replace(/[^A-Za-z0-9._-]/g, "_") || "root";
  const taken = new Set(defs.values());
  let name = last;
  for (let count = 2; taken.has(name); count++) name = `${last}_${count}`;
  defs.set(ref, name);
  return name;
}

/** What JSON Schema says otherwise than OpenAPI 3.0; and of both the `example`, which JSON Schema has as a list. */
function modern(schema: Record<string, unknown>, isOld: boolean): Record<string, unknown> {
  const { example, ...rest } = schema;
  const out: Record<string, unknown> = { ...rest };
  if (example !== undefined && !Array.isArray(out["examples"])) out["examples"] = [example];
  if (!isOld) return out;
  for (const [flag, bound] of [
    ["exclusiveMinimum", "minimum"],
    ["exclusiveMaximum", "maximum"],
  ] as const) {
    if (typeof out[flag] !== "boolean") continue;
    const isExclusive = out[flag] === true && typeof out[bound] === "number";
    delete out[flag];
    if (!isExclusive) continue;
    out[flag] = out[bound];
    delete out[bound];
  }
  return out["nullable"] === true || out["nullable"] === false ? nullable(out) : out;
}

function nullable({ nullable: mayBeNull, ...schema }: Record<string, unknown>): Record<string, unknown> {
  if (mayBeNull !== true) return schema;
  if (schema["type"] === undefined) {
    const isOpen = !["$ref", "allOf", "anyOf", "oneOf", "enum"].some((key) => key in schema);
    return isOpen ? schema : { anyOf: [schema, { type: "null" }] };
  }
  return {
    ...schema,
    type: [...asList(schema["type"]), "null"],
    ...(Array.isArray(schema["enum"]) ? { enum: [...new Set([...schema["enum"], null])] } : {}),
  };
}

function asObject(value: unknown): Record<string, unknown> {
  return isObject(value) ? value : {};
}

function asList(value: unknown): unknown[] {
  return Array.isArray(value) ? value : value === undefined ? [] : [value];
}
