import { and, asc, desc, eq, gt, isNull, lt, sql } from "drizzle-orm";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import { apiKeys } from "./schema.ts";

export type ApiKey = typeof apiKeys.$inferSelect;

/** The key with this token hash, revoked and expired ones included. */
export async function getApiKey(db: Database, hash: string): Promise<ApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  return row ?? null;
}

export async function insertApiKey(db: Database, key: typeof apiKeys.$inferInsert): Promise<void> {
  await db.insert(apiKeys).values(key);
}

/** Publisher keys that are not revoked, by id. */
export async function listPublisherKeys(db: Database, scan: PageScan): Promise<ApiKey[]> {
  const beyond = scan.ascending ? gt : lt;
  return db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.kind, "publisher"),
        isNull(apiKeys.revokedAt),
        scan.from === null ? undefined : beyond(apiKeys.id, scan.from),
      ),
    )
    .orderBy(scan.ascending ? asc(apiKeys.id) : desc(apiKeys.id))
    .limit(scan.count);
}

/** Ends a key at once; false when there is no such key or it has been ended before. */
export async function revokeApiKey(
  db: Database,
  { id, kind, atMs }: { id: string; kind: ApiKey["kind"]; atMs: number },
): Promise<boolean> {
  const rows = await db
    .update(apiKeys)
    .set({ revokedAt: atMs })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.kind, kind), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return rows.length > 0;
}

/** Makes an application's consumer tokens end at `atMs` unless they end sooner; with sessions, only theirs. */
export async function expireAppTokens(
  db: Database,
  { appKey, sessionIds, atMs }: { appKey: number; sessionIds: readonly string[]; atMs: number },
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ expiresAt: sql`min(coalesce(${apiKeys.expiresAt}, ${atMs}), ${atMs})` })
    .where(
      and(
        eq(apiKeys.appKey, appKey),
        eq(apiKeys.kind, "consumer"),
        isNull(apiKeys.revokedAt),
        sessionIds.length === 0
          ? undefined
          : sql`${apiKeys.sessionId} IN (SELECT value FROM json_each(${JSON.stringify(sessionIds)}))`,
      ),
    );
}
