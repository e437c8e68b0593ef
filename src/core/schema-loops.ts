/** Schemas that lead back to themselves without going further into the value: whoever follows them never ends. */
import { isObject } from "./json-object.ts";

type Path = (string | number)[];
export type SchemaPlaces = Map<string, { path: Path; schema: Record<string, unknown> }>;

/** Keywords whose schemas judge the same value again. */
const LISTS = ["allOf", "anyOf", "oneOf"];
const SINGLE = ["not", "if", "then", "else"];
const MAPS = ["dependentSchemas"];
/** Whoever follows a longer way runs out of stack, end or no end. */
const MAX_STEPS = 500;

/** Where each such way begins; `$ref` is `#` and a pointer to one of the places. */
export function pathsBackToThemselves(places: SchemaPlaces): Path[] {
  const done = new Set<unknown>();
  const under = new Set<unknown>();
  const found: Path[] = [];
  /** False: it leads to what is being looked at, or on and on. */
  const ends = (schema: unknown): boolean => {
    if (!isObject(schema) || done.has(schema)) return true;
    if (under.has(schema) || under.size >= MAX_STEPS) return false;
    under.add(schema);
    const all = next(schema, places).every(ends);
    under.delete(schema);
    done.add(schema);
    return all;
  };
  for (const { path, schema } of places.values()) if (!ends(schema)) found.push(path);
  return found;
}

function next(schema: Record<string, unknown>, places: SchemaPlaces): unknown[] {
  const { $ref } = schema;
  return [
    ...(typeof $ref === "string" ? [places.get($ref.slice(1))?.schema] : []),
    ...LISTS.flatMap((key) => (Array.isArray(schema[key]) ? schema[key] : [])),
    ...SINGLE.map((key) => schema[key]),
    ...MAPS.flatMap((key) => (isObject(schema[key]) ? Object.values(schema[key]) : [])),
  ];
}
