import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** What `wrangler.toml` says that the local runtime needs, so that both run the same Worker. */
export type WorkerConfig = {
  name: string;
  main: string;
  compatibilityDate: string;
  compatibilityFlags: string[];
  d1: { binding: string; migrationsDir: string }[];
  objects: { binding: string; className: string }[];
  crons: string[];
  assetsPath: string;
};

type TomlValue = string | number | boolean | string[];
type TomlTable = { name: string; values: Map<string, TomlValue> };

export async function readWorkerConfig(root: string): Promise<WorkerConfig> {
  const tables = parseTables(await readFile(join(root, "wrangler.toml"), "utf8"));
  const named = (name: string) => tables.filter((table) => table.name === name);
  const top = tables[0] ?? { name: "", values: new Map() };
  return {
    name: text(top, "name"),
    main: join(root, text(top, "main")),
    compatibilityDate: text(top, "compatibility_date"),
    compatibilityFlags: list(top, "compatibility_flags"),
    d1: named("d1_databases").map((table) => ({
      binding: text(table, "binding"),
      migrationsDir: join(root, text(table, "migrations_dir")),
    })),
    objects: named("durable_objects.bindings").map((table) => ({
      binding: text(table, "name"),
      className: text(table, "class_name"),
    })),
    crons: named("triggers").flatMap((table) => list(table, "crons")),
    assetsPath: join(root, text(named("assets")[0] ?? top, "directory")),
  };
}

/** The part of TOML our file uses: tables, and one-line values that JSON can read too. */
function parseTables(source: string): TomlTable[] {
  let table: TomlTable = { name: "", values: new Map() };
  const tables = [table];
  for (const line of source.split("\n").map((raw) => raw.trim())) {
    if (line === "" || line.startsWith("#")) continue;
    const header = /^\[{1,2}([\w.-]+)\]{1,2}$/.exec(line);
    if (header !== null) {
      table = { name: header[1] ?? "", values: new Map() };
      tables.push(table);
      continue;
    }
    const pair = /^([\w-]+)\s*=\s*(.+)$/.exec(line);
    if (pair === null)
      throw new Error(`wrangler.toml: cannot read the line "${line}"; write one value per line`);
    table.values.set(pair[1] ?? "", JSON.parse(pair[2] ?? "") as TomlValue);
  }
  return tables;
}

function text(table: TomlTable, key: string): string {
  const value = table.values.get(key);
  if (typeof value !== "string") throw new Error(`wrangler.toml: [${table.name}] needs ${key} = "…"`);
  return value;
}

function list(table: TomlTable, key: string): string[] {
  const value = table.values.get(key) ?? [];
  if (!Array.isArray(value)) throw new Error(`wrangler.toml: [${table.name}] ${key} must be a list`);
  return value;
}
