import { sql } from "drizzle-orm";
import { type DrizzleD1Database, drizzle } from "drizzle-orm/d1";

export type Database = DrizzleD1Database;

/** The typed handle on the deployment's D1. */
export function openDatabase(d1: D1Database): Database {
  return drizzle(d1);
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
