import { and, asc, desc, eq, gt, inArray, isNull, lt, lte, or, sql } from "drizzle-orm";
import { parsedOrNull } from "../core/json-column.ts";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import { apiKeys } from "./schema.ts";

export type ApiKey = typeof apiKeys.$inferSelect;

/** The key with this token hash, revoked and expired ones included. */
export async function getApiKey(db: Database, hash: string): Promise<ApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  return row ?? null;
}

export async function getApiKeys(db: Database, hashes: readonly string[]): Promise<ApiKey[]> {
  const list = JSON.stringify(hashes);
  return db.select().from(apiKeys).where(sql`${apiKeys.hash} IN (SELECT value FROM json_each(${list}))`);
}

export async function insertApiKeys(db: Database, keys: (typeof apiKeys.$inferInsert)[]): Promise<void> {
  await db.insert(apiKeys).values(keys);
}

export type SpendOneTimeKey = {
  hash: string;
  /** Takes over the grants, the session and the end of what is spent. */
  session: ApiKey;
  atMs: number;
};

/** Turns a one-time key into a session, in one transaction; null when it is not, or no longer, there to spend. */
export async function spendOneTimeKey(
  db: D1Database,
  { hash, session, atMs }: SpendOneTimeKey,
): Promise<ApiKey | null> {
  const [added] = await db.batch<{ app_key: number; capabilities: string; session_id: string | null }>([
    db
      .prepare(
        `INSERT INTO api_keys (hash, id, kind, app_key, capabilities, session_id, created_at, expires_at)
         SELECT ?1, ?2, ?3, app_key, capabilities, session_id, ?4, expires_at FROM api_keys
         WHERE hash = ?5 AND kind = 'one-time' AND revoked_at IS NULL AND expires_at > ?4
         RETURNING app_key, capabilities, session_id, expires_at`,
      )
      .bind(session.hash, session.id, session.kind, atMs, hash),
    db
      .prepare(
        "UPDATE api_keys SET revoked_at = ?2 WHERE hash = ?1 AND kind = 'one-time' AND revoked_at IS NULL",
      )
      .bind(hash, atMs),
  ]);
  const row = added?.results[0];
  if (row === undefined) return null;
  const { app_key: appKey, session_id: sessionId } = row;
  return { ...session, appKey, sessionId, capabilities: JSON.parse(row.capabilities) };
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

/** The key with this id, of whatever kind, revoked ones included. */
export async function getApiKeyById(db: Database, id: string): Promise<ApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.id, id)).limit(1);
  return row ?? null;
}

/** The publisher key with this id, unless it is revoked. */
export async function getPublisherKey(db: Database, id: string): Promise<ApiKey | null> {
  const named = and(eq(apiKeys.id, id), eq(apiKeys.kind, "publisher"), isNull(apiKeys.revokedAt));
  const [row] = await db.select().from(apiKeys).where(named).limit(1);
  return row ?? null;
}

export type ReplacePublisherKey = {
  id: string;
  /** Takes over the name and the scopes of what it replaces. */
  fresh: ApiKey;
  /** When the old one ends, unless it ends sooner. */
  oldEndsAtMs: number;
  atMs: number;
};

/** Puts a key in another's place, in one transaction; null when there is no such key any more. */
export async function replacePublisherKey(
  db: D1Database,
  { id, fresh, oldEndsAtMs, atMs }: ReplacePublisherKey,
): Promise<ApiKey | null> {
  const lives = "kind = 'publisher' AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > ?2)";
  const [added] = await db.batch<{ name: string | null; scopes: string | null }>([
    db
      .prepare(
        `INSERT INTO api_keys (hash, id, kind, name, scopes, created_at, expires_at)
         SELECT ?3, ?4, kind, name, scopes, ?2, ?5 FROM api_keys WHERE id = ?1 AND ${lives}
         RETURNING name, scopes`,
      )
      .bind(id, atMs, fresh.hash, fresh.id, fresh.expiresAt),
    db
      .prepare(
        `UPDATE api_keys SET expires_at = MIN(COALESCE(expires_at, ?3), ?3) WHERE id = ?1 AND ${lives}`,
      )
      .bind(id, atMs, oldEndsAtMs),
  ]);
  const row = added?.results[0];
  if (row === undefined) return null;
  return { ...fresh, name: row.name, scopes: parsedOrNull(row.scopes) };
}

/** Makes a publisher key end at a time unless it ends sooner; false when there is none that still goes on. */
export async function expirePublisherKey(
  db: Database,
  { id, endsAtMs }: { id: string; endsAtMs: number },
): Promise<boolean> {
  const rows = await db
    .update(apiKeys)
    .set({ expiresAt: sql`min(coalesce(${apiKeys.expiresAt}, ${endsAtMs}), ${endsAtMs})` })
    .where(and(eq(apiKeys.id, id), eq(apiKeys.kind, "publisher"), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return rows.length > 0;
}

/** Notes that a key was used, unless that was noted since `notedBeforeMs`: of many isolates one writes the row. */
export async function noteKeyUse(
  db: Database,
  { hash, atMs, notedBeforeMs }: { hash: string; atMs: number; notedBeforeMs: number },
): Promise<void> {
  const stale = or(isNull(apiKeys.lastUsedAt), lte(apiKeys.lastUsedAt, notedBeforeMs));
  await db
    .update(apiKeys)
    .set({ lastUsedAt: atMs })
    .where(and(eq(apiKeys.hash, hash), stale));
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
        inArray(apiKeys.kind, ["consumer", "one-time"]),
        isNull(apiKeys.revokedAt),
        sessionIds.length === 0
          ? undefined
          : sql`${apiKeys.sessionId} IN (SELECT value FROM json_each(${JSON.stringify(sessionIds)}))`,
      ),
    );
}
