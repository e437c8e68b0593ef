import { and, asc, desc, eq, gt, lt, sql } from "drizzle-orm";
import { MAX_INTEGRATIONS_PER_APP } from "../core/limits/resources.ts";
import type { PageScan } from "../core/page.ts";
import type { ApiKey } from "./api-keys.ts";
import type { Database } from "./database.ts";
import { apiKeys, integrations } from "./schema.ts";

export type Integration = typeof integrations.$inferSelect;

export async function getIntegration(db: Database, appKey: number, id: string): Promise<Integration | null> {
  const [row] = await db.select().from(integrations).where(named(appKey, id)).limit(1);
  return row ?? null;
}

/** An application's integrations by id, which is in order of their creation. */
export async function listIntegrations(db: Database, appKey: number, scan: PageScan): Promise<Integration[]> {
  const beyond = scan.ascending ? gt : lt;
  return db
    .select()
    .from(integrations)
    .where(
      and(
        eq(integrations.appKey, appKey),
        scan.from === null ? undefined : beyond(integrations.id, scan.from),
      ),
    )
    .orderBy(scan.ascending ? asc(integrations.id) : desc(integrations.id))
    .limit(scan.count);
}

/** Adds an integration with its key; false when the application has too many. */
export async function insertIntegration(
  db: D1Database,
  integration: Integration,
  key: ApiKey,
): Promise<boolean> {
  const [inserted] = await db.batch([
    db
      .prepare(
        `INSERT INTO integrations (app_key, id, name, feature_flags, key_hash, sealed_key, created_at, updated_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7
         WHERE (SELECT count(*) FROM integrations WHERE app_key = ?1) < ?8 RETURNING id`,
      )
      .bind(
        integration.appKey,
        integration.id,
        integration.name,
        JSON.stringify(integration.featureFlags),
        integration.keyHash,
        integration.sealedKey,
        integration.createdAt,
        MAX_INTEGRATIONS_PER_APP,
      ),
    keyStatement(db, key, integration),
  ]);
  return inserted?.results.length === 1;
}

/** The row of `api_keys` for a key that an integration has in this very batch. */
function keyStatement(
  db: D1Database,
  key: ApiKey,
  { appKey, id }: Pick<Integration, "appKey" | "id">,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO api_keys (hash, id, kind, name, app_key, capabilities, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE EXISTS (SELECT 1 FROM integrations WHERE app_key = ?5 AND id = ?8 AND key_hash = ?1)`,
    )
    .bind(key.hash, key.id, key.kind, key.name, appKey, JSON.stringify(key.capabilities), key.createdAt, id);
}

export type IntegrationChanges = {
  name: string;
  featureFlags: string[];
  /** What its key may do from now on. */
  capabilities: string[];
  atMs: number;
};

/** Replaces name and flags, also of its key; null when there is none such. */
export async function updateIntegration(
  db: Database,
  { appKey, id }: { appKey: number; id: string },
  { name, featureFlags, capabilities, atMs }: IntegrationChanges,
): Promise<Integration | null> {
  const [updated] = await db.batch([
    db.update(integrations).set({ name, featureFlags, updatedAt: atMs }).where(named(appKey, id)).returning(),
    db.update(apiKeys).set({ capabilities }).where(isKeyOf(appKey, id)),
  ]);
  return updated[0] ?? null;
}

/** Gives an integration another key and ends the one it had; false when there is none such. */
export async function replaceIntegrationKey(
  db: D1Database,
  change: { appKey: number; id: string; key: ApiKey; sealedKey: string; atMs: number },
): Promise<boolean> {
  const { appKey, id, key, sealedKey, atMs } = change;
  const [, replaced] = await db.batch([
    db
      .prepare(
        `UPDATE api_keys SET revoked_at = ?3 WHERE revoked_at IS NULL AND hash =
           (SELECT key_hash FROM integrations WHERE app_key = ?1 AND id = ?2)`,
      )
      .bind(appKey, id, atMs),
    db
      .prepare(
        `UPDATE integrations SET key_hash = ?3, sealed_key = ?4, updated_at = ?5
         WHERE app_key = ?1 AND id = ?2 RETURNING id`,
      )
      .bind(appKey, id, key.hash, sealedKey, atMs),
    keyStatement(db, key, { appKey, id }),
  ]);
  return replaced?.results.length === 1;
}

/** Removes an integration and ends its key; false when there is none such. */
export async function deleteIntegration(
  db: Database,
  { appKey, id, atMs }: { appKey: number; id: string; atMs: number },
): Promise<boolean> {
  const [, removed] = await db.batch([
    db.update(apiKeys).set({ revokedAt: atMs }).where(isKeyOf(appKey, id)),
    db.delete(integrations).where(named(appKey, id)).returning({ id: integrations.id }),
  ]);
  return removed.length === 1;
}

function named(appKey: number, id: string) {
  return and(eq(integrations.appKey, appKey), eq(integrations.id, id));
}

function isKeyOf(appKey: number, id: string) {
  return sql`${apiKeys.revokedAt} IS NULL AND ${apiKeys.hash} =
    (SELECT i.key_hash FROM integrations AS i WHERE i.app_key = ${appKey} AND i.id = ${id})`;
}
