/** Schemas as they are edited: texts, by version, until they are read. */
import { isTooDeep, TOO_DEEP } from "../../../../core/json-object.ts";
import { readSchema } from "../../../../core/json-schema.ts";
import { exampleOf } from "../../../../core/schema-example.ts";

/** `key` only tells the drafts apart while their versions are edited. */
export type SchemaDraft = { key: string; version: string; text: string };

export type DraftReading = { ok: true; schema: unknown; example: unknown } | { ok: false; problem: string };

const MAX_SHOWN_FLAWS = 3;

export function draftsOf(schemas: Record<string, unknown> | null): SchemaDraft[] {
  return Object.entries(schemas ?? {}).map(([version, schema]) => ({
    key: version,
    version,
    text: JSON.stringify(schema, null, 2),
  }));
}

/** What a draft says, with an example of it, or why it says nothing. */
export function readDraft(text: string): DraftReading {
  const parsed = parseJson(text);
  if (!parsed.ok) return parsed;
  if (isTooDeep(parsed.value)) return { ok: false, problem: TOO_DEEP };
  const { flaws } = readSchema(parsed.value);
  if (flaws.length === 0) return { ok: true, schema: parsed.value, example: exampleOf(parsed.value) };
  const shown = flaws
    .slice(0, MAX_SHOWN_FLAWS)
    .map(({ path, message }) => `${["", ...path].join("/")} ${message}`);
  const more = flaws.length - shown.length;
  return { ok: false, problem: `${shown.join("; ").trim()}${more === 0 ? "" : `; and ${more} more`}` };
}

export type JsonReading = { ok: true; value: unknown } | { ok: false; problem: string };

export function parseJson(text: string): JsonReading {
  if (text.trim() === "") return { ok: false, problem: "is empty" };
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: `is not valid JSON: ${error instanceof Error ? error.message : ""}` };
  }
}

/** Why a version cannot stand where it does. */
export function versionProblem(draft: SchemaDraft, all: readonly SchemaDraft[]): string | undefined {
  const version = draft.version.trim();
  if (version === "") return "Give it a version, like 1.";
  const isTwice = all.some((other) => other.key !== draft.key && other.version.trim() === version);
  return isTwice ? "Another schema has this version." : undefined;
}

/** All of them by version; null when one cannot be read, or a version cannot stand. */
export function schemasOf(drafts: readonly SchemaDraft[]): Record<string, unknown> | null {
  const schemas: [string, unknown][] = [];
  for (const draft of drafts) {
    const reading = readDraft(draft.text);
    if (!reading.ok || versionProblem(draft, drafts) !== undefined) return null;
    schemas.push([draft.version.trim(), reading.schema]);
  }
  return Object.fromEntries(schemas);
}

/** The next version, beginning with what the newest says. */
export function nextDraft(drafts: readonly SchemaDraft[], key: string): SchemaDraft {
  const numbers = drafts.map(({ version }) => Number(version)).filter(Number.isInteger);
  const newest = drafts.toSorted((a, b) => Number(a.version) - Number(b.version)).at(-1);
  const text = newest?.text ?? JSON.stringify({ type: "object", properties: {}, required: [] }, null, 2);
  return { key, version: String(Math.max(0, ...numbers) + 1), text };
}
