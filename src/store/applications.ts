import { and, asc, desc, eq, gt, isNull, lt, ne, type SQL, sql } from "drizzle-orm";
import type { EndpointAddress } from "../core/endpoint.ts";
import { APP_ID_PREFIX, keyOfId } from "../core/ids.ts";
import { OPERATIONAL_APP_KEY } from "../core/operational.ts";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import { applications, endpoints, integrations } from "./schema.ts";

export type Application = typeof applications.$inferSelect;

const ADDRESS_COLUMNS = {
  appKey: endpoints.appKey,
  endpointKey: endpoints.key,
  endpointId: endpoints.id,
};

/** The live application behind a path segment, which may be its id or its uid; never the operational one. */
export async function getApplication(db: Database, idOrUid: string): Promise<Application | null> {
  const key = keyOfId(APP_ID_PREFIX, idOrUid);
  if (key === OPERATIONAL_APP_KEY) return null;
  const named =
    key === null
      ? eq(applications.uid, idOrUid)
      : and(eq(applications.key, key), eq(applications.id, idOrUid));
  const [row] = await db
    .select()
    .from(applications)
    .where(and(named, isNull(applications.deletedAt)))
    .limit(1);
  return row ?? null;
}

/** The live application with this key. */
export async function getApplicationByKey(db: Database, key: number): Promise<Application | null> {
  const [row] = await db
    .select()
    .from(applications)
    .where(and(eq(applications.key, key), isNull(applications.deletedAt)))
    .limit(1);
  return row ?? null;
}

export type ApplicationFilter = {
  /** Only those that have any. */
  withEndpoints: boolean;
  /** None whose endpoints are all disabled. */
  withoutDisabled: boolean;
};

const LIVE_ENDPOINT = sql`SELECT 1 FROM endpoints AS e WHERE e.app_key = ${applications.key} AND e.deleted_at IS NULL`;

/** Live applications by id, deleted ones and the operational one skipped. */
export async function listApplications(
  db: Database,
  scan: PageScan,
  filter: ApplicationFilter,
): Promise<Application[]> {
  const beyond = scan.ascending ? gt : lt;
  return db
    .select()
    .from(applications)
    .where(
      and(
        isNull(applications.deletedAt),
        ne(applications.key, OPERATIONAL_APP_KEY),
        scan.from === null ? undefined : beyond(applications.id, scan.from),
        filter.withEndpoints ? sql`EXISTS (${LIVE_ENDPOINT})` : undefined,
        filter.withoutDisabled
          ? sql`(NOT EXISTS (${LIVE_ENDPOINT}) OR EXISTS (${LIVE_ENDPOINT} AND e.disabled = 0))`
          : undefined,
      ),
    )
    .orderBy(scan.ascending ? asc(applications.id) : desc(applications.id))
    .limit(scan.count);
}

/** The application that holds this uid. */
export async function getApplicationByUid(db: Database, uid: string): Promise<Application | null> {
  const [row] = await db.select().from(applications).where(eq(applications.uid, uid)).limit(1);
  return row ?? null;
}

/** Adds an application; null when its uid is taken. */
export async function insertApplication(
  db: Database,
  application: typeof applications.$inferInsert,
): Promise<Application | null> {
  const [row] = await db.insert(applications).values(application).onConflictDoNothing().returning();
  return row ?? null;
}

export type ApplicationChanges = Partial<Pick<Application, "name" | "uid" | "ratePerSecond" | "metadata">>;

export type ApplicationUpdate =
  | { kind: "updated"; application: Application; endpoints: EndpointAddress[] }
  | { kind: "uid_taken" }
  | { kind: "gone" };

type UpdateInput = { key: number; changes: ApplicationChanges; atMs: number };

/**
 * Changes an application. Its rate holds for every endpoint without one of its own, so those get a new version and are
 * returned. Conditions are inside the statements: what was read before may have changed since.
 */
export async function updateApplication(
  db: Database,
  { key, changes, atMs }: UpdateInput,
): Promise<ApplicationUpdate> {
  const [bumped, updated, live] = await db.batch([
    db
      .update(endpoints)
      .set({ version: sql`${endpoints.version} + 1` })
      .where(and(eq(endpoints.appKey, key), isNull(endpoints.deletedAt), inheritsNewRate(key, changes)))
      .returning(ADDRESS_COLUMNS),
    db
      .update(applications)
      .set({ ...changes, updatedAt: atMs })
      .where(and(eq(applications.key, key), isNull(applications.deletedAt), uidIsFree(key, changes.uid)))
      .returning(),
    db
      .select({ key: applications.key })
      .from(applications)
      .where(and(eq(applications.key, key), isNull(applications.deletedAt))),
  ]);
  const [application] = updated;
  if (application !== undefined) return { kind: "updated", application, endpoints: bumped };
  return { kind: live.length === 1 ? "uid_taken" : "gone" };
}

function inheritsNewRate(key: number, { ratePerSecond }: ApplicationChanges): SQL | undefined {
  if (ratePerSecond === undefined) return sql`0`;
  return and(
    isNull(endpoints.ratePerSecond),
    sql`EXISTS (SELECT 1 FROM applications AS a WHERE a.key = ${key} AND a.rate_per_second IS NOT ${ratePerSecond})`,
  );
}

function uidIsFree(key: number, uid: string | null | undefined): SQL | undefined {
  if (uid === undefined || uid === null) return undefined;
  return sql`NOT EXISTS (SELECT 1 FROM applications AS other WHERE other.uid = ${uid} AND other.key <> ${key})`;
}

/** Marks an application and its live endpoints deleted, frees their uids, wipes secrets; null when it was not live. */
export async function markApplicationDeleted(
  db: Database,
  key: number,
  atMs: number,
): Promise<EndpointAddress[] | null> {
  const [marked, addresses] = await db.batch([
    db
      .update(applications)
      .set({ deletedAt: atMs, updatedAt: atMs, uid: null })
      .where(and(eq(applications.key, key), isNull(applications.deletedAt)))
      .returning({ key: applications.key }),
    db
      .update(endpoints)
      .set({
        deletedAt: atMs,
        updatedAt: atMs,
        uid: null,
        disabled: true,
        sealedSecrets: null,
        sealedHeaders: null,
        version: sql`${endpoints.version} + 1`,
      })
      .where(and(eq(endpoints.appKey, key), isNull(endpoints.deletedAt)))
      .returning(ADDRESS_COLUMNS),
    db.delete(integrations).where(eq(integrations.appKey, key)),
  ]);
  return marked.length === 1 ? addresses : null;
}
