import { sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Database = DrizzleD1Database;

const opened = new WeakMap<D1Database, Database>();

/** The typed handle on the deployment's D1; made once, because every request asks for it. */
export function openDatabase(d1: D1Database): Database {
  const known = opened.get(d1);
  if (known !== undefined) return known;
  const database = drizzle(d1);
  opened.set(d1, database);
  return database;
}

/** Asks the database for a trifle; the error when it does not answer. */
export async function databaseFailure(db: Database): Promise<Error | null> {
  try {
    await db.run(sql`SELECT 1`);
    return null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
