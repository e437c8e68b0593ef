import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The part of D1 that applying migrations needs. */
export type MigratedDatabase = Pick<D1Database, "prepare" | "batch">;

/** Wrangler's own bookkeeping table, so that `wrangler d1 migrations list --local` reads it too. */
const CREATE_BOOKKEEPING = `CREATE TABLE IF NOT EXISTS d1_migrations(
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  applied_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP NOT NULL
)`;

/** Applies what is not yet applied, each file and its bookkeeping row in one transaction; returns the names. */
export async function applyMigrations(db: MigratedDatabase, directory: string): Promise<string[]> {
  await db.prepare(CREATE_BOOKKEEPING).run();
  const { results } = await db.prepare("SELECT name FROM d1_migrations").all<{ name: string }>();
  const known = new Set(results.map(({ name }) => name));
  const files = await migrationFiles(directory);
  const missing = files.filter((file) => !known.has(file));
  for (const file of missing) {
    const statements = splitStatements(await readFile(join(directory, file), "utf8"));
    const record = db.prepare("INSERT INTO d1_migrations (name) VALUES (?)").bind(file);
    await db.batch([...statements.map((sql) => db.prepare(sql)), record]);
  }
  return missing;
}

async function migrationFiles(directory: string): Promise<string[]> {
  return (await readdir(directory)).filter((file) => file.endsWith(".sql")).sort();
}

/** Lies with the data it speaks of, so that the two cannot part. */
const NOTE = "migrated";

/** Whether some migration may not have been applied to the data kept there; asks no database. */
export async function missesMigrations(statePath: string, directory: string): Promise<boolean> {
  const noted = await readFile(join(statePath, NOTE), "utf8").catch(() => "");
  return noted !== (await migrationFiles(directory)).join("\n");
}

export async function rememberMigrations(statePath: string, directory: string): Promise<void> {
  await writeFile(join(statePath, NOTE), (await migrationFiles(directory)).join("\n"));
}

/** Statements end at drizzle's marker, so a trigger's inner semicolons are safe. */
function splitStatements(sql: string): string[] {
  return sql
    .split("--> statement-breakpoint")
    .map((statement) => statement.trim())
    .filter((statement) => statement !== "");
}
