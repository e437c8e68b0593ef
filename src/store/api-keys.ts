import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { apiKeys } from "./schema.ts";

export type ApiKey = typeof apiKeys.$inferSelect;

/** The key with this token hash, revoked and expired ones included. */
export async function getApiKey(db: Database, hash: string): Promise<ApiKey | null> {
  const [row] = await db.select().from(apiKeys).where(eq(apiKeys.hash, hash)).limit(1);
  return row ?? null;
}
