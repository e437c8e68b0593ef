/** Whether the event catalogue is public, and its title. */

import { eq } from "drizzle-orm";
import type { Database } from "./database.ts";
import { settings } from "./schema.ts";

const NAME = "catalogue";

export type CataloguePage = { published: boolean; title: string | null };

const UNPUBLISHED: CataloguePage = { published: false, title: null };

export async function getCataloguePage(db: Database): Promise<CataloguePage> {
  const [row] = await db.select().from(settings).where(eq(settings.name, NAME)).limit(1);
  return row === undefined ? UNPUBLISHED : { ...UNPUBLISHED, ...row.value };
}

export async function saveCataloguePage(db: Database, page: CataloguePage, atMs: number): Promise<void> {
  await db
    .insert(settings)
    .values({ name: NAME, value: page, updatedAt: atMs })
    .onConflictDoUpdate({ target: settings.name, set: { value: page, updatedAt: atMs } });
}
