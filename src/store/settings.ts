import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { settings } from "./schema.ts";

export type Settings = Record<string, unknown>;

/** What a publisher has imported; null: nothing yet. */
const ENVIRONMENT = "environment";

export async function getEnvironmentSettings(db: Database): Promise<Settings | null> {
  const [row] = await db.select().from(settings).where(eq(settings.name, ENVIRONMENT)).limit(1);
  return row?.value ?? null;
}

export async function saveEnvironmentSettings(db: Database, value: Settings, atMs: number): Promise<void> {
  await db
    .insert(settings)
    .values({ name: ENVIRONMENT, value, updatedAt: atMs })
    .onConflictDoUpdate({ target: settings.name, set: { value, updatedAt: atMs } });
}
