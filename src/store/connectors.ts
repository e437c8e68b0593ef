import { and, asc, desc, eq, gt, isNull, lt, or, type SQL, sql } from "drizzle-orm";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import type { FlagView } from "./event-types.ts";
import { connectors } from "./schema.ts";

export type Connector = typeof connectors.$inferSelect;
export type ConnectorChanges = Partial<Omit<Connector, "id" | "uid" | "createdAt" | "updatedAt">>;

function visibleTo(flags: FlagView): SQL | undefined {
  if (flags === null) return undefined;
  return or(
    isNull(connectors.featureFlags),
    sql`EXISTS (SELECT 1 FROM json_each(${connectors.featureFlags}) AS own
      WHERE own.value IN (SELECT value FROM json_each(${JSON.stringify(flags)})))`,
  );
}

function named(idOrUid: string) {
  return or(eq(connectors.id, idOrUid), eq(connectors.uid, idOrUid));
}

/** The connector with this id or uid, if who has these flags may see it. */
export async function getConnector(
  db: Database,
  idOrUid: string,
  flags: FlagView,
): Promise<Connector | null> {
  const [row] = await db
    .select()
    .from(connectors)
    .where(and(named(idOrUid), visibleTo(flags)))
    .limit(1);
  return row ?? null;
}

/** Connectors by id, which is in order of their creation. */
export async function listConnectors(
  db: Database,
  scan: PageScan,
  { productType, flags }: { productType: string | null; flags: FlagView },
): Promise<Connector[]> {
  const beyond = scan.ascending ? gt : lt;
  return db
    .select()
    .from(connectors)
    .where(
      and(
        scan.from === null ? undefined : beyond(connectors.id, scan.from),
        productType === null ? undefined : eq(connectors.productType, productType),
        visibleTo(flags),
      ),
    )
    .orderBy(scan.ascending ? asc(connectors.id) : desc(connectors.id))
    .limit(scan.count);
}

export async function countConnectors(db: Database): Promise<number> {
  const [row] = await db.select({ count: sql<number>`count(*)` }).from(connectors);
  return row?.count ?? 0;
}

/** Adds a connector; false when its uid is taken. */
export async function insertConnector(db: Database, connector: Connector): Promise<boolean> {
  const rows = await db
    .insert(connectors)
    .values(connector)
    .onConflictDoNothing()
    .returning({ id: connectors.id });
  return rows.length === 1;
}

/** Changes what is given; null when there is none such. */
export async function updateConnector(
  db: Database,
  idOrUid: string,
  { changes, atMs }: { changes: ConnectorChanges; atMs: number },
): Promise<Connector | null> {
  const { transformation } = changes;
  const transformationUpdatedAt =
    transformation === undefined
      ? {}
      : {
          transformationUpdatedAt: sql<number>`CASE WHEN ${connectors.transformation} = ${transformation}
            THEN ${connectors.transformationUpdatedAt} ELSE ${atMs} END`,
        };
  const [row] = await db
    .update(connectors)
    .set({ ...changes, ...transformationUpdatedAt, updatedAt: atMs })
    .where(named(idOrUid))
    .returning();
  return row ?? null;
}

/** Connectors of this name without a uid, oldest first: what an import without ids may mean. */
export async function connectorsNamed(db: Database, name: string): Promise<string[]> {
  const rows = await db
    .select({ id: connectors.id })
    .from(connectors)
    .where(and(eq(connectors.name, name), isNull(connectors.uid)))
    .orderBy(asc(connectors.id));
  return rows.map(({ id }) => id);
}

/** False when there was none. */
export async function deleteConnector(db: Database, idOrUid: string): Promise<boolean> {
  const rows = await db.delete(connectors).where(named(idOrUid)).returning({ id: connectors.id });
  return rows.length === 1;
}
