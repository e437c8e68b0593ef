import { and, eq, isNull } from "drizzle-orm";
import { keyOfId } from "../core/ids.ts";
import type { Database } from "./database.ts";
import { applications } from "./schema.ts";

export const APP_ID_PREFIX = "app_";

export type Application = typeof applications.$inferSelect;

/** The live application behind a path segment, which may be its id or its uid. */
export async function getApplication(db: Database, idOrUid: string): Promise<Application | null> {
  const key = keyOfId(APP_ID_PREFIX, idOrUid);
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
