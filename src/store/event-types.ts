import { and, asc, desc, eq, getTableColumns, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import { eventTypes } from "./schema.ts";

export type EventType = typeof eventTypes.$inferSelect;
export type EventTypeFields = Omit<EventType, "name" | "createdAt" | "updatedAt">;
export type EventTypeChanges = Partial<EventTypeFields>;

/** Whose view of the catalogue: null sees all; otherwise types without flags, and those with one of these. */
export type FlagView = readonly string[] | null;

function visibleTo(flags: FlagView): SQL | undefined {
  if (flags === null) return undefined;
  return or(
    isNull(eventTypes.featureFlags),
    sql`EXISTS (SELECT 1 FROM json_each(${eventTypes.featureFlags}) AS own
      WHERE own.value IN (SELECT value FROM json_each(${JSON.stringify(flags)})))`,
  );
}

/** The event type with this name, archived or not. */
export async function getEventType(db: Database, name: string, flags: FlagView): Promise<EventType | null> {
  const [row] = await db
    .select()
    .from(eventTypes)
    .where(and(eq(eventTypes.name, name), visibleTo(flags)))
    .limit(1);
  return row ?? null;
}

export type EventTypeFilter = { includeArchived: boolean; withContent: boolean; flags: FlagView };

/** Event types by name; without content their schemas are left in the table. */
export async function listEventTypes(
  db: Database,
  scan: PageScan,
  { includeArchived, withContent, flags }: EventTypeFilter,
): Promise<EventType[]> {
  const columns = getTableColumns(eventTypes);
  const noSchemas = sql<null>`NULL`.as("no_schemas");
  const beyond = scan.ascending ? gt : lt;
  return db
    .select(withContent ? columns : { ...columns, schemas: noSchemas })
    .from(eventTypes)
    .where(
      and(
        scan.from === null ? undefined : beyond(eventTypes.name, scan.from),
        includeArchived ? undefined : eq(eventTypes.archived, false),
        visibleTo(flags),
      ),
    )
    .orderBy(scan.ascending ? asc(eventTypes.name) : desc(eventTypes.name))
    .limit(scan.count);
}

type SaveInput = { name: string; fields: EventTypeFields; atMs: number };

/** Adds an event type, or brings an archived one back with these fields; null when an active one has the name. */
export async function insertEventType(
  db: Database,
  { name, fields, atMs }: SaveInput,
): Promise<EventType | null> {
  const [row] = await db
    .insert(eventTypes)
    .values({ ...fields, name, createdAt: atMs, updatedAt: atMs })
    .onConflictDoUpdate({
      target: eventTypes.name,
      set: { ...fields, updatedAt: atMs },
      setWhere: eq(eventTypes.archived, true),
    })
    .returning();
  return row ?? null;
}

/** Replaces an event type or adds it, and tells which. */
export async function upsertEventType(
  db: Database,
  { name, fields, atMs }: SaveInput,
): Promise<{ existed: boolean; eventType: EventType | null }> {
  const [before, after] = await db.batch([
    db.select({ name: eventTypes.name }).from(eventTypes).where(eq(eventTypes.name, name)),
    db
      .insert(eventTypes)
      .values({ ...fields, name, createdAt: atMs, updatedAt: atMs })
      .onConflictDoUpdate({ target: eventTypes.name, set: { ...fields, updatedAt: atMs } })
      .returning(),
  ]);
  return { existed: before.length > 0, eventType: after[0] ?? null };
}

const STATEMENTS_A_BATCH = 100;

/** Adds or replaces many event types, so many in a transaction. */
export async function saveEventTypes(
  db: Database,
  saved: readonly { name: string; fields: EventTypeFields }[],
  atMs: number,
): Promise<void> {
  const statements = saved.map(({ name, fields }) =>
    db
      .insert(eventTypes)
      .values({ ...fields, name, createdAt: atMs, updatedAt: atMs })
      .onConflictDoUpdate({ target: eventTypes.name, set: { ...fields, updatedAt: atMs } }),
  );
  for (let start = 0; start < statements.length; start += STATEMENTS_A_BATCH) {
    const [first, ...others] = statements.slice(start, start + STATEMENTS_A_BATCH);
    if (first !== undefined) await db.batch([first, ...others]);
  }
}

/** Changes what is given; null when there is no such event type. */
export async function updateEventType(
  db: Database,
  { name, changes, atMs }: { name: string; changes: EventTypeChanges; atMs: number },
): Promise<EventType | null> {
  const [row] = await db
    .update(eventTypes)
    .set({ ...changes, updatedAt: atMs })
    .where(eq(eventTypes.name, name))
    .returning();
  return row ?? null;
}

/** Removes an event type for good; false when there was none. */
export async function deleteEventTypeRow(db: Database, name: string): Promise<boolean> {
  const rows = await db
    .delete(eventTypes)
    .where(eq(eventTypes.name, name))
    .returning({ name: eventTypes.name });
  return rows.length > 0;
}
