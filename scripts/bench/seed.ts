/** Makes logs long without publishing for an hour: copies rows in the files of a server that is stopped. */
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

export type Seed = { dataDir: string; uid: string; endpointId: string | null; count: number };

/** Lengthens an application's log, and its endpoint's attempt log if it has one, to `count` entries; both must have one. */
export async function lengthenLogs(seed: Seed): Promise<void> {
  const state = join(seed.dataDir, "state");
  const files = (await readdir(state, { recursive: true })).filter((name) => name.endsWith(".sqlite"));
  let changed = 0;
  for (const file of files) {
    const database = new DatabaseSync(join(state, file));
    try {
      if (has(database, "event_keys")) changed += lengthenLog(database, seed);
      else if (seed.endpointId !== null && has(database, "first_tries")) {
        changed += lengthenAttempts(database, seed, seed.endpointId);
      }
    } finally {
      database.close();
    }
  }
  const logs = seed.endpointId === null ? 1 : 2;
  if (changed !== logs) throw new Error(`found ${changed} of ${logs} logs to lengthen`);
}

function has(database: DatabaseSync, table: string): boolean {
  return database.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) !== undefined;
}

function lengthenLog(database: DatabaseSync, { uid, count }: Seed): number {
  const app = database.prepare("SELECT key FROM applications WHERE uid = ?").get(uid);
  if (app === undefined) return 0;
  const appKey = Number(app["key"]);
  copyLast(database, { table: "events", count, where: `app_key = ${appKey}`, counters: ["position"] });
  database.prepare("UPDATE endpoint_status SET position = ? WHERE app_key = ?").run(count, appKey);
  return 1;
}

function lengthenAttempts(database: DatabaseSync, { count }: Seed, endpointId: string): number {
  const state = database.prepare("SELECT config FROM state").get();
  if (!String(state?.["config"]).includes(endpointId)) return 0;
  copyLast(database, { table: "first_tries", count, where: "TRUE", counters: ["key", "position"] });
  database.prepare("UPDATE state SET position = ?").run(count);
  return 1;
}

type Copy = { table: string; count: number; where: string; counters: string[] };

/** Copies the row with the highest position until there are `count`, counting on in the given columns. */
function copyLast(database: DatabaseSync, { table, count, where, counters }: Copy): void {
  const columns = database
    .prepare(`PRAGMA table_info(${table})`)
    .all()
    .map((column) => String(column["name"]));
  const values = columns.map((column) => (counters.includes(column) ? `${column} + n` : column));
  database.exec(`
    INSERT INTO ${table} (${columns.join(", ")})
    WITH RECURSIVE last AS (SELECT * FROM ${table} WHERE ${where} ORDER BY position DESC LIMIT 1),
      numbers (n) AS (
        SELECT 1 WHERE (SELECT position FROM last) < ${count}
        UNION ALL SELECT n + 1 FROM numbers WHERE n + (SELECT position FROM last) < ${count})
    SELECT ${values.join(", ")} FROM last, numbers`);
}
