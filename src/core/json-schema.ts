/** Reads what a publisher stores as the JSON Schema of an event type: whether it is one, and what of it judges payloads. */
import { isObject } from "./json-object.ts";
import { pathsBackToThemselves, type SchemaPlaces } from "./schema-loops.ts";

/** Where in the schema, and what is wrong there. */
export type SchemaFlaw = { path: (string | number)[]; message: string };

/** `7` and older: what stands beside a `$ref` does not count; `4`: `exclusiveMinimum` is a flag. */
export type SchemaDraft = "4" | "7" | "2020-12";

export type ReadSchema = {
  /** The schema without annotations (titles, examples, extensions), every `$ref` in it as `#…`. */
  schema: unknown;
  draft: SchemaDraft;
  flaws: SchemaFlaw[];
};

type Path = (string | number)[];
type Walk = {
  flaws: SchemaFlaw[];
  /** By its JSON pointer, every place that is a schema. */
  places: SchemaPlaces;
  /** By `$id` and by `#anchor`. */
  named: Map<string, string>;
  refs: { holder: Record<string, unknown>; key: string; path: Path }[];
  hasFlagBounds: boolean;
};
type Reader = (value: unknown, path: Path, walk: Walk) => unknown;

const TYPES = new Set(["null", "boolean", "object", "array", "number", "string", "integer"]);

/** Of every keyword that judges: how its value is read. Others are annotations, and left out. */
const KEYWORDS = new Map<string, Reader>([
  ...keywords(readType, "type"),
  ...keywords(schemaAt, "additionalItems", "unevaluatedItems", "contains", "additionalProperties"),
  ...keywords(schemaAt, "unevaluatedProperties", "propertyNames", "not", "if", "then", "else"),
  ...keywords(schemaList, "allOf", "anyOf", "oneOf", "prefixItems"),
  ...keywords(
    (value, path, walk) => (Array.isArray(value) ? schemaList : schemaAt)(value, path, walk),
    "items",
  ),
  ...keywords(schemaMap, "properties", "$defs", "definitions", "dependentSchemas"),
  ...keywords(patternMap, "patternProperties"),
  ...keywords(dependencies, "dependencies"),
  ...keywords(check(isNames, "must be a list of different names"), "required"),
  ...keywords(check(isNameLists, "must map names to lists of different names"), "dependentRequired"),
  ...keywords(check(isCount, "must be a whole number, 0 or more"), "minLength", "maxLength", "minItems"),
  ...keywords(
    check(isCount, "must be a whole number, 0 or more"),
    "maxItems",
    "minProperties",
    "maxProperties",
  ),
  ...keywords(check(isCount, "must be a whole number, 0 or more"), "minContains", "maxContains"),
  ...keywords(check(isNumber, "must be a number"), "minimum", "maximum"),
  ...keywords(
    check((value) => isNumber(value) && value > 0, "must be a number above 0"),
    "multipleOf",
  ),
  ...keywords(
    check((value) => typeof value === "boolean", "must be true or false"),
    "uniqueItems",
  ),
  ...keywords(check(isPattern, "must be a regular expression"), "pattern"),
  ...keywords(
    check((value) => typeof value === "string", "must be a text"),
    "format",
  ),
  ...keywords(
    check((value) => Array.isArray(value), "must be a list of values"),
    "enum",
  ),
  ...keywords((value) => value, "const"),
  ...keywords(flagOrNumber, "exclusiveMinimum", "exclusiveMaximum"),
]);

function keywords(read: Reader, ...names: string[]): [string, Reader][] {
  return names.map((name) => [name, read]);
}

/** Reads a schema; its depth must have been bounded before. */
export function readSchema(value: unknown): ReadSchema {
  const walk: Walk = { flaws: [], places: new Map(), named: new Map(), refs: [], hasFlagBounds: false };
  const schema = schemaAt(value, [], walk);
  for (const ref of walk.refs) resolve(ref, walk);
  for (const path of pathsBackToThemselves(walk.places)) {
    walk.flaws.push({ path, message: "leads on without an end, so that no payload can be judged by it" });
  }
  return { schema, draft: draftOf(value, walk), flaws: walk.flaws };
}

function draftOf(value: unknown, { hasFlagBounds }: Walk): SchemaDraft {
  const named = isObject(value) ? String(value["$schema"] ?? "") : "";
  if (hasFlagBounds || named.includes("draft-04")) return "4";
  return /draft-0[67]/.test(named) ? "7" : "2020-12";
}

function schemaAt(value: unknown, path: Path, walk: Walk): unknown {
  walk.places.set(pointer(path), { path, schema: {} });
  if (typeof value === "boolean") return value;
  if (!isObject(value)) {
    walk.flaws.push({ path, message: "must be a JSON Schema: an object, true or false" });
    return true;
  }
  nameOf(value, path, walk);
  const read: Record<string, unknown> = {};
  walk.places.set(pointer(path), { path, schema: read });
  for (const [key, part] of Object.entries(value)) {
    const reader = KEYWORDS.get(key);
    if (reader !== undefined) read[key] = reader(part, [...path, key], walk);
    else if (key === "$ref" || key === "$dynamicRef" || key === "$recursiveRef") {
      read["$ref"] = part;
      walk.refs.push({ holder: read, key: "$ref", path: [...path, key] });
    }
  }
  return read;
}

/** The names by which a `$ref` may call this place: its id, its anchors. */
function nameOf(value: Record<string, unknown>, path: Path, walk: Walk): void {
  const id = value["$id"] ?? value["id"];
  if (typeof id === "string") walk.named.set(id.replace(/#$/, ""), pointer(path));
  for (const key of ["$anchor", "$dynamicAnchor"]) {
    if (typeof value[key] === "string") walk.named.set(`#${value[key]}`, pointer(path));
  }
}

/** A reference may only lead to another place of the same schema: nothing is fetched. */
function resolve({ holder, key, path }: Walk["refs"][number], walk: Walk): void {
  const ref = holder[key];
  const place = typeof ref === "string" ? placeOf(ref, walk) : null;
  if (place !== null && walk.places.has(place)) {
    holder[key] = `#${place}`;
    return;
  }
  walk.flaws.push({ path, message: "must refer to a schema within this one, as #/$defs/…" });
  delete holder[key];
}

function placeOf(ref: string, { named }: Walk): string | null {
  const [base = "", fragment = ""] = ref.split("#", 2);
  const root = base === "" ? "" : named.get(base);
  if (root === undefined) return null;
  if (fragment === "") return root;
  if (!fragment.startsWith("/")) return named.get(`#${fragment}`) ?? null;
  try {
    return root + decodeURIComponent(fragment);
  } catch {
    return null;
  }
}

function schemaList(value: unknown, path: Path, walk: Walk): unknown {
  if (Array.isArray(value) && value.length > 0) {
    return value.map((item, index) => schemaAt(item, [...path, index], walk));
  }
  walk.flaws.push({ path, message: "must be a list of schemas, at least one" });
  return [true];
}

function schemaMap(value: unknown, path: Path, walk: Walk): unknown {
  return mapOf(value, { path, walk, read: schemaAt });
}

function patternMap(value: unknown, path: Path, walk: Walk): unknown {
  const read: Reader = (part, at) => {
    if (!isPattern(at.at(-1))) walk.flaws.push({ path: at, message: "must be a regular expression" });
    return schemaAt(part, at, walk);
  };
  return mapOf(value, { path, walk, read });
}

/** Of draft 7: a schema, or names. */
function dependencies(value: unknown, path: Path, walk: Walk): unknown {
  const read: Reader = (part, at) => (isNames(part) ? part : schemaAt(part, at, walk));
  return mapOf(value, { path, walk, read });
}

function mapOf(value: unknown, { path, walk, read }: { path: Path; walk: Walk; read: Reader }): unknown {
  if (!isObject(value)) {
    walk.flaws.push({ path, message: "must be an object of schemas" });
    return {};
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [key, read(part, [...path, key], walk)]),
  );
}

function readType(value: unknown, path: Path, walk: Walk): unknown {
  const isType = (one: unknown) => typeof one === "string" && TYPES.has(one);
  const isFine = isType(value) || (isNames(value) && value.length > 0 && value.every(isType));
  if (!isFine) walk.flaws.push({ path, message: `must be of ${[...TYPES].join(", ")}, or a list of them` });
  return value;
}

function flagOrNumber(value: unknown, path: Path, walk: Walk): unknown {
  if (typeof value === "boolean") walk.hasFlagBounds = true;
  else if (!isNumber(value)) walk.flaws.push({ path, message: "must be a number" });
  return value;
}

function check(isFine: (value: unknown) => boolean, message: string): Reader {
  return (value, path, walk) => {
    if (!isFine(value)) walk.flaws.push({ path, message });
    return value;
  };
}

function isNumber(value: unknown): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function isCount(value: unknown): boolean {
  return isNumber(value) && Number.isInteger(value) && value >= 0;
}

function isNames(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.every((name) => typeof name === "string") &&
    new Set(value).size === value.length
  );
}

function isNameLists(value: unknown): boolean {
  return isObject(value) && Object.values(value).every(isNames);
}

/** As the validator compiles it. */
function isPattern(value: unknown): boolean {
  if (typeof value !== "string") return false;
  try {
    new RegExp(value, "u");
    return true;
  } catch {
    return false;
  }
}

/** RFC 6901; of the root it is empty. */
export function pointer(path: readonly (string | number)[]): string {
  return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

/** The version of a type's schemas that applies: the highest number, or the last name when none is a number. */
export function newestSchema(schemas: Record<string, unknown> | null): unknown {
  if (schemas === null) return undefined;
  const [newest] = Object.keys(schemas).sort(byVersion).slice(-1);
  return newest === undefined ? undefined : schemas[newest];
}

function byVersion(a: string, b: string): number {
  const [first, second] = [Number(a), Number(b)];
  if (Number.isNaN(first) !== Number.isNaN(second)) return Number.isNaN(first) ? -1 : 1;
  if (!Number.isNaN(first) && first !== second) return first - second;
  return a < b ? -1 : 1;
}
