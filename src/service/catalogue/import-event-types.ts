/** Brings many event types in: from an OpenAPI document, or a built-in catalogue. */
import { eventTypesOf, type ImportReading } from "../../catalogue/openapi-import.ts";
import { parseSpec } from "../../catalogue/spec-text.ts";
import type { Catalogue } from "../../catalogue/vendors/catalogue.ts";
import {
  type Archived,
  findEventTypes,
  type ImportedRow,
  otherEventTypes,
  type StoredEventType,
  saveImport,
} from "../../store/event-type-import.ts";
import type { ServiceContext } from "../context.ts";
import { forgetPayloadChecks } from "../messages/accept-checked.ts";

export { CATALOGUES, findCatalogue } from "../../catalogue/vendors/registry.ts";
export { parseSpec };

/** The event types a parsed document describes, or why it describes none; its depth must have been bounded. */
export function readSpec(spec: unknown): ImportReading {
  return eventTypesOf(spec);
}

/** A built-in catalogue's event types as a document would describe them. */
export function readCatalogue({ eventTypes }: Catalogue): Omit<ImportItem, "featureFlags">[] {
  return eventTypes.map(({ name, description, groupName, schema }) => ({
    ...{ name, description, groupName },
    deprecated: false,
    schemas: { "1": schema },
  }));
}

/** A checked event type to bring in; `undefined` stays what it was. */
export type ImportItem = Omit<ImportedRow, "groupName" | "featureFlags"> & {
  groupName: string | null | undefined;
  featureFlags: string[] | null | undefined;
};

export type ImportInput = { items: readonly ImportItem[]; dryRun: boolean; replaceAll: boolean };

export type ImportOutcome = { rows: ImportedRow[]; archived: Archived };

/** Writes those that are new, changed or archived, and answers them. With `dryRun` it only answers. */
export async function importEventTypes(
  { env, nowMs }: ServiceContext,
  { items, dryRun, replaceAll }: ImportInput,
): Promise<ImportOutcome> {
  const names = items.map(({ name }) => name);
  const before = new Map((await findEventTypes(env.DB, names)).map((stored) => [stored.name, stored]));
  const rows = items
    .map((item) => mergedRow(item, before.get(item.name)))
    .filter((row) => isChange(row, before.get(row.name)));
  const archiveOthersThan = replaceAll ? names : null;
  if (dryRun) {
    return { rows, archived: replaceAll ? await otherEventTypes(env.DB, names) : { names: [], count: 0 } };
  }
  const archived = await saveImport(env.DB, { rows, archiveOthersThan, atMs: nowMs });
  forgetPayloadChecks();
  return { rows, archived };
}

function mergedRow(item: ImportItem, before: StoredEventType | undefined): ImportedRow {
  const { groupName = before?.groupName ?? null, featureFlags = before?.featureFlags ?? null } = item;
  return { ...item, groupName, featureFlags };
}

function isChange(row: ImportedRow, before: StoredEventType | undefined): boolean {
  if (before === undefined || before.archived) return true;
  const fields = ({ description, deprecated, schemas, groupName, featureFlags }: ImportedRow) =>
    JSON.stringify([description, deprecated, schemas, groupName, featureFlags]);
  return fields(row) !== fields(before);
}
