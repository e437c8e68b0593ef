/** Judges payloads by the JSON Schema of their event type. Interprets the schema: a Worker may not compile code. */
import { dereference, format, type OutputUnit, validate } from "@cfworker/json-schema";
import { isObject } from "../core/json-object.ts";
import { readSchema } from "../core/json-schema.ts";
import { MAX_PAYLOAD_FLAWS } from "../core/limits/publishing.ts";
import { LinearPatterns, UnusablePattern } from "./linear-patterns.ts";
import { asksForUniqueItems, incomparableList } from "./unique-items.ts";

/** Where in the payload, list indices as numbers, and what does not fit there. */
export type PayloadFlaw = { path: (string | number)[]; message: string };

/** What a payload breaks of a schema, at most a few; none when it fits. */
export type PayloadCheck = (payload: unknown) => PayloadFlaw[];

const TOO_DEEP: PayloadFlaw = { path: [], message: "is nested too deep for its schema" };
const TOO_LONG = "has too many items to be compared with one another, as its schema wants";

// Of all the validator's own expressions this one backtracks without bound. It is no format of JSON Schema's.
format["url"] = (text) => URL.canParse(text) && /^(?:https?|ftp):$/.test(new URL(text).protocol);

/** A check by this schema; null when it is no schema, and nothing can be said of any payload. */
export function payloadCheck(schema: unknown): PayloadCheck | null {
  const read = readSchema(schema);
  if (read.flaws.length > 0) return null;
  // Whatever this is not, `readSchema` has taken out or refused.
  const root = read.schema as Parameters<typeof dereference>[0];
  const lookup = dereference(root);
  const patterns = new LinearPatterns();
  const wantsUniqueItems = asksForUniqueItems(root);
  return (payload) => {
    try {
      const tooLong = wantsUniqueItems ? incomparableList(payload) : null;
      if (tooLong !== null) return [{ path: tooLong, message: TOO_LONG }];
      const { valid, errors } = patterns.during(() => validate(payload, root, read.draft, lookup, false));
      return valid ? [] : flawsOf(errors, payload);
    } catch (error) {
      if (error instanceof RangeError) return [TOO_DEEP];
      if (error instanceof UnusablePattern) {
        return [{ path: [], message: `cannot be checked by ${error.message} of its schema` }];
      }
      throw error;
    }
  };
}

/** Keywords that only pass on what is wrong further in. */
const PASSES_ON = new Set([
  ...["$ref", "properties", "patternProperties", "additionalProperties", "unevaluatedProperties", "allOf"],
  ...[
    "items",
    "prefixItems",
    "additionalItems",
    "unevaluatedItems",
    "if",
    "dependentSchemas",
    "dependencies",
  ],
]);
/** Keywords whose branches each fail for their own reason: of these only the keyword itself is told. */
const CHOICES = new Set(["anyOf", "oneOf", "not", "contains", "propertyNames"]);

function flawsOf(errors: readonly OutputUnit[], payload: unknown): PayloadFlaw[] {
  const choices = errors
    .filter(({ keyword }) => CHOICES.has(keyword))
    .map((unit) => `${unit.keywordLocation}/`);
  const own = errors.filter(
    ({ keyword, keywordLocation }) =>
      !PASSES_ON.has(keyword) && !choices.some((choice) => keywordLocation.startsWith(choice)),
  );
  const told = own.length > 0 ? own : errors;
  const flaws = told.map((unit) => flawOf(unit, payload));
  const different = new Map(flaws.map((flaw) => [JSON.stringify(flaw), flaw]));
  return [...different.values()].slice(0, MAX_PAYLOAD_FLAWS);
}

const MISSING = /required property "(.*)"/s;

function flawOf({ keyword, instanceLocation, error }: OutputUnit, payload: unknown): PayloadFlaw {
  const path = pathOf(instanceLocation, payload);
  if (keyword === "false") return { path, message: "is not allowed here" };
  const missing = keyword === "required" ? MISSING.exec(error)?.[1] : undefined;
  if (missing !== undefined) return { path: [...path, missing], message: "is required" };
  return { path, message: error };
}

/** `#/items/0/price` as `["items", 0, "price"]`. */
function pathOf(location: string, payload: unknown): (string | number)[] {
  let at = payload;
  return location
    .split("/")
    .slice(1)
    .map((step) => {
      const key = decodeURIComponent(step).replaceAll("~1", "/").replaceAll("~0", "~");
      const isIndex = Array.isArray(at);
      at = Array.isArray(at) ? at[Number(key)] : isObject(at) ? at[key] : undefined;
      return isIndex ? Number(key) : key;
    });
}
