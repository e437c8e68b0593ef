/** D1 over SQLite in memory, with the project's own migrations: slow, and failing before or after the fact. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync, type SQLInputValue, type StatementSync } from "node:sqlite";
import type { Random } from "../random.ts";
import type { VirtualTime } from "./virtual-time.ts";

const MIGRATIONS = join(import.meta.dirname, "../../../migrations");
const LOST = "D1_ERROR: Network connection lost.";
const MAX_LATENCY_MS = 20;

type Rows = Record<string, unknown>[];
export type D1Faults = { before: number; after: number };

export class ModelD1 {
  readonly #sqlite = new DatabaseSync(":memory:");
  readonly #prepared = new Map<string, StatementSync>();
  #time: VirtualTime | null = null;
  #random: Random | null = null;
  faults: D1Faults = { before: 0, after: 0 };

  constructor() {
    const files = readdirSync(MIGRATIONS).filter((name) => name.endsWith(".sql"));
    for (const file of files.toSorted()) this.#sqlite.exec(readFileSync(join(MIGRATIONS, file), "utf8"));
  }

  /** Empty, for another run. */
  reset(time: VirtualTime, random: Random): void {
    this.#time = time;
    this.#random = random;
    const tables = this.now("SELECT name FROM sqlite_master WHERE type = 'table'");
    for (const { name } of tables) this.now(`DELETE FROM ${name}`);
  }

  /** At once, for the world itself. */
  now(text: string, ...given: unknown[]): Rows {
    const { sql, values } = withLimits(text, given);
    let statement = this.#prepared.get(sql);
    if (statement === undefined) {
      statement = this.#sqlite.prepare(sql);
      this.#prepared.set(sql, statement);
    }
    return statement.all(...(values as SQLInputValue[])) as Rows;
  }

  prepare(sql: string): ModelStatement {
    return new ModelStatement(this, sql, []);
  }

  batch(statements: ModelStatement[]): Promise<{ results: Rows }[]> {
    return this.call(() => {
      this.#sqlite.exec("BEGIN");
      try {
        const results = statements.map(({ sql, values }) => ({ results: this.now(sql, ...values) }));
        this.#sqlite.exec("COMMIT");
        return results;
      } catch (error) {
        this.#sqlite.exec("ROLLBACK");
        throw error;
      }
    });
  }

  call<T>(work: () => T): Promise<T> {
    const [time, random] = [this.#time, this.#random];
    if (time === null || random === null) throw new Error("the database is nobody's yet");
    return new Promise((resolve, reject) => {
      time.after(random.int(0, MAX_LATENCY_MS), () => {
        if (random.chance(this.faults.before)) return reject(new Error(LOST));
        let result: T;
        try {
          result = work();
        } catch (error) {
          return reject(error);
        }
        const isLost = random.chance(this.faults.after);
        time.after(random.int(0, MAX_LATENCY_MS), () => (isLost ? reject(new Error(LOST)) : resolve(result)));
      });
    });
  }
}

/** SQLite plans a statement anew whenever its limit is bound, so numbered limits become part of the text. */
function withLimits(text: string, values: unknown[]): { sql: string; values: unknown[] } {
  if (!/LIMIT \?\d/.test(text)) return { sql: text, values };
  const sql = text.replaceAll(/LIMIT \?(\d+)/g, (_, number) => `LIMIT ${Number(values[Number(number) - 1])}`);
  const last = Math.max(0, ...[...sql.matchAll(/\?(\d+)/g)].map(([, number]) => Number(number)));
  return { sql, values: values.slice(0, last) };
}

class ModelStatement {
  readonly #d1: ModelD1;
  readonly sql: string;
  readonly values: unknown[];

  constructor(d1: ModelD1, sql: string, values: unknown[]) {
    this.#d1 = d1;
    this.sql = sql;
    this.values = values;
  }

  bind(...values: unknown[]): ModelStatement {
    return new ModelStatement(this.#d1, this.sql, values);
  }

  async first(column?: string): Promise<unknown> {
    const [row] = (await this.all()).results;
    if (row === undefined) return null;
    return column === undefined ? row : row[column];
  }

  all(): Promise<{ results: Rows }> {
    return this.#d1.call(() => ({ results: this.#d1.now(this.sql, ...this.values) }));
  }

  run(): Promise<{ results: Rows }> {
    return this.all();
  }

  async raw(): Promise<unknown[][]> {
    return (await this.all()).results.map((row) => Object.values(row));
  }
}
