/** Schemas shared by several nouns. */
import { z } from "zod";
import { isTooDeep, TOO_DEEP } from "../core/json-object.ts";
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from "../core/limits/requests.ts";
import {
  MAX_DESCRIPTION_CHARS,
  MAX_METADATA_BYTES,
  MAX_NAME_CHARS,
  MAX_RATE_PER_SECOND,
  MAX_UID_CHARS,
} from "../core/limits/resources.ts";
import { ORDERS } from "../core/page.ts";

/**
 * Letters, digits, `-`, `_` and `.`: uids, event ids, event type names (reference svix.md §2.5). Not `.` and `..`: they
 * are put into paths, where every client takes them for steps and asks for something else.
 */
export const NAME_PATTERN = /^(?!\.{1,2}$)[a-zA-Z0-9\-_.]+$/;

const DELETE_CHAR = 0x7f;
const LINE_CHARS = new Set(["\t", "\n", "\r"]);

function isClean(text: string, allowed: ReadonlySet<string>): boolean {
  if (!text.isWellFormed()) return false;
  for (const char of text) {
    const code = char.charCodeAt(0);
    if ((code < 0x20 || code === DELETE_CHAR) && !allowed.has(char)) return false;
  }
  return true;
}

const CLEAN_MESSAGE = "must not contain control characters";

/** A line for people: not empty, no control characters. */
export const NameText = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARS)
  .refine((text) => isClean(text, new Set()), { error: CLEAN_MESSAGE });

/** Text for people; may have lines, no other control characters. */
export const DescriptionText = z
  .string()
  .max(MAX_DESCRIPTION_CHARS)
  .refine((text) => isClean(text, LINE_CHARS), { error: CLEAN_MESSAGE });

/** The caller's own id of a resource; it may not look like one of ours, because paths accept either. */
export function uidText(ownPrefix: string) {
  return z
    .string()
    .min(1)
    .max(MAX_UID_CHARS)
    .regex(NAME_PATTERN)
    .refine((uid) => !uid.startsWith(ownPrefix), { error: `must not start with "${ownPrefix}"` });
}

/** Events per second. */
export const Rate = z.number().int().min(1).max(MAX_RATE_PER_SECOND);

const MetadataMap = z
  .record(z.string(), z.string())
  .refine((map) => new TextEncoder().encode(JSON.stringify(map)).length <= MAX_METADATA_BYTES, {
    error: `must not be larger than ${MAX_METADATA_BYTES} bytes as JSON`,
  });

/** String map in a body; `null` means empty. Absent stays absent, so that a patch can tell the two apart. */
export const MetadataIn = MetadataMap.nullable().transform((map) => map ?? {});
export const MetadataOut = z.record(z.string(), z.string());

/** An RFC 3339 time in a request, as Unix milliseconds. */
export const TimeIn = z.iso
  .datetime({ offset: true })
  .transform((text) => Date.parse(text))
  .meta({ type: "string", format: "date-time" });

export const TimeOut = z.string().meta({ format: "date-time" });

/** Unix milliseconds as they are shown: `2026-01-30T14:30:00.000Z`. */
export function timeText(atMs: number): string {
  return new Date(atMs).toISOString();
}

/** A flag in a query string. */
export const QueryFlag = z.enum(["true", "false"]).transform((text) => text === "true");

const PAGE_SIZE_PATTERN = /^[0-9]{1,4}$/;

/** The query of every list (reference svix.md §2.6). */
export const PageQuery = z.object({
  limit: z
    .string()
    .regex(PAGE_SIZE_PATTERN, { error: "must be a number" })
    .transform(Number)
    .pipe(z.number().int().min(1).max(MAX_PAGE_SIZE))
    .default(DEFAULT_PAGE_SIZE)
    .meta({ type: "integer", minimum: 1, maximum: MAX_PAGE_SIZE, default: DEFAULT_PAGE_SIZE }),
  iterator: z
    .string()
    .max(MAX_UID_CHARS + 2)
    .optional(),
  order: z.enum(ORDERS).optional(),
});
export type PageQuery = z.output<typeof PageQuery>;

/** The body of every list. */
export function listOut<Item extends z.ZodType>(item: Item, name: string) {
  return z
    .object({
      data: z.array(item),
      iterator: z.string().nullable(),
      prevIterator: z.string().nullable(),
      done: z.boolean(),
    })
    .meta({ id: `ListResponse_${name}_` });
}

/** Refuses what a stack would not hold later; what is asked of the value after this is not asked of such a one. */
export function shallow<Schema extends z.ZodType>(schema: Schema): Schema {
  return schema.refine((value) => !isTooDeep(value), { error: TOO_DEEP, abort: true });
}
