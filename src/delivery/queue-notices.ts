/** What the operational log has still to be told, in the object's own storage; the only owner of its SQL. */
import type { Told } from "../store/operational-log.ts";
import type { SqlExec } from "./queue-schema.ts";

export type Notice = { key: number; told: Told };

/** A row from the moment that the attempt is recorded until the operational log has it. */
export class NoticeQueue {
  readonly #exec: SqlExec;
  #count: number;

  constructor(exec: SqlExec) {
    this.#exec = exec;
    this.#count = Number(exec("SELECT COUNT(*) AS n FROM notices")[0]?.["n"]);
  }

  get count(): number {
    return this.#count;
  }

  /** @param key the attempt's own: each is told of once at most. */
  add({ key, told }: Notice): void {
    this.#exec("INSERT INTO notices (key, told) VALUES (?, ?)", key, JSON.stringify(told));
    this.#count++;
  }

  /** The oldest ones. */
  first(limit: number): Notice[] {
    return this.#exec("SELECT key, told FROM notices ORDER BY key LIMIT ?", limit).map((row) => ({
      key: Number(row["key"]),
      told: JSON.parse(String(row["told"])) as Told,
    }));
  }

  remove(notices: readonly Notice[]): void {
    for (const { key } of notices) this.#exec("DELETE FROM notices WHERE key = ?", key);
    this.#count -= notices.length;
  }
}
