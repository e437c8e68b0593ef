/** Many event types written at once. */
import { jsonOrNull, parsedOrNull } from "../core/json-column.ts";
import { MAX_ARCHIVED_NAMES } from "../core/limits/catalogue.ts";
import { MAX_APPEND_PARAMETER_CHARS } from "../core/limits/database.ts";

export type ImportedRow = {
  name: string;
  description: string;
  deprecated: boolean;
  schemas: Record<string, unknown> | null;
  groupName: string | null;
  featureFlags: string[] | null;
};

export type StoredEventType = ImportedRow & { archived: boolean };

type Row = {
  name: string;
  description: string;
  archived: number;
  deprecated: number;
  schemas: string | null;
  group_name: string | null;
  feature_flags: string | null;
};

/** Those of these event types that are there, archived or not. */
export async function findEventTypes(db: D1Database, names: readonly string[]): Promise<StoredEventType[]> {
  const { results } = await db
    .prepare(
      `SELECT name, description, archived, deprecated, schemas, group_name, feature_flags FROM event_types
       WHERE name IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(names))
    .all<Row>();
  return results.map((row) => ({
    name: row.name,
    description: row.description,
    archived: row.archived === 1,
    deprecated: row.deprecated === 1,
    schemas: parsedOrNull(row.schemas),
    groupName: row.group_name,
    featureFlags: parsedOrNull(row.feature_flags),
  }));
}

export type SaveImport = {
  rows: readonly ImportedRow[];
  /** Every other active event type is archived; null: none is. */
  archiveOthersThan: readonly string[] | null;
  atMs: number;
};

/** Event types that are archived by an import: their names, the first of them, and how many. */
export type Archived = { names: string[]; count: number };

const NONE: Archived = { names: [], count: 0 };

type OtherRow = { name: string; total: number };

/** The active event types other than these. */
export async function otherEventTypes(db: D1Database, names: readonly string[]): Promise<Archived> {
  return toArchived((await othersStatement(db, names).all<OtherRow>()).results);
}

/** One transaction: adds these event types, or replaces and unarchives them. Returns which others it archived. */
export async function saveImport(
  db: D1Database,
  { rows, archiveOthersThan, atMs }: SaveImport,
): Promise<Archived> {
  const saves = chunksOf(rows).map((chunk) =>
    db
      .prepare(
        `INSERT INTO event_types (name, description, archived, deprecated, schemas, group_name, feature_flags,
           created_at, updated_at)
         SELECT v ->> '$.name', v ->> '$.description', 0, v ->> '$.deprecated', v ->> '$.schemas', v ->> '$.groupName',
           v ->> '$.featureFlags', ?2, ?2
         FROM (SELECT value AS v FROM json_each(?1)) WHERE true
         ON CONFLICT (name) DO UPDATE SET description = excluded.description, archived = 0,
           deprecated = excluded.deprecated, schemas = excluded.schemas, group_name = excluded.group_name,
           feature_flags = excluded.feature_flags, updated_at = excluded.updated_at`,
      )
      .bind(JSON.stringify(chunk), atMs),
  );
  const archive = archiveOthersThan === null ? [] : archiveStatements(db, archiveOthersThan, atMs);
  if (saves.length + archive.length === 0) return NONE;
  const [others] = await db.batch<OtherRow>([...archive, ...saves]);
  return archiveOthersThan === null ? NONE : toArchived(others?.results ?? []);
}

/** The first one says what the second one archives. */
function archiveStatements(db: D1Database, names: readonly string[], atMs: number): D1PreparedStatement[] {
  const archive = db
    .prepare(
      `UPDATE event_types SET archived = 1, updated_at = ?2
       WHERE archived = 0 AND name NOT IN (SELECT value FROM json_each(?1))`,
    )
    .bind(JSON.stringify(names), atMs);
  return [othersStatement(db, names), archive];
}

function othersStatement(db: D1Database, names: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `SELECT name, COUNT(*) OVER () AS total FROM event_types
       WHERE archived = 0 AND name NOT IN (SELECT value FROM json_each(?1)) ORDER BY name LIMIT ?2`,
    )
    .bind(JSON.stringify(names), MAX_ARCHIVED_NAMES);
}

function toArchived(rows: readonly OtherRow[]): Archived {
  return { names: rows.map(({ name }) => name), count: rows[0]?.total ?? 0 };
}

/** Rows whose text fits one parameter; one that is too large by itself goes alone. */
function chunksOf(rows: readonly ImportedRow[]): object[][] {
  const chunks: object[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const row of rows) {
    // As text within the text, because reading JSON out of JSON would spell its numbers anew.
    const { schemas, featureFlags, ...rest } = row;
    const asText = { ...rest, schemas: jsonOrNull(schemas), featureFlags: jsonOrNull(featureFlags) };
    const size = JSON.stringify(asText).length;
    if (chars + size > MAX_APPEND_PARAMETER_CHARS) {
      chunks.push([]);
      chars = 0;
    }
    chunks.at(-1)?.push(asText);
    chars += size;
  }
  return chunks;
}
