/** The object's table of replays, and what its other tables know of the deliveries in a stretch of the log. */
import type { TaskStatus } from "../core/background-task.ts";
import type { KnownDelivery, ReplayFilter, ReplayKind } from "../core/replay.ts";
import { DAY_MS } from "../core/units.ts";
import { type Waiting, waitingOf } from "./queue-rows.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

export type ReplayRow = {
  taskId: string;
  kind: ReplayKind;
  filter: ReplayFilter;
  /** The position before its stretch. */
  first: number;
  /** Up to here all is taken and counted below: nothing of it is only in memory. */
  cursor: number;
  upTo: number;
  /** The key of the first attempt that may be this replay's. */
  sinceKey: number;
  sparedBefore: number;
  sent: number;
  skipped: number;
  status: TaskStatus;
  error: string | null;
  endedAtMs: number | null;
  /** D1 knows that it has ended. */
  told: boolean;
};

export type KnownStretch = {
  deliveries: Map<number, KnownDelivery>;
  /** The rows of those that wait for a retry. */
  retries: Map<number, Waiting>;
};

export class ReplayQueue {
  readonly #exec: SqlExec;

  constructor(exec: SqlExec) {
    this.#exec = exec;
  }

  /** Replays that run, or whose end D1 has not been told, oldest first. */
  load(): ReplayRow[] {
    return this.#exec("SELECT * FROM replays WHERE NOT told ORDER BY task_id").map(replayOf);
  }

  has(taskId: string): boolean {
    return this.#exec("SELECT 1 FROM replays WHERE task_id = ?", taskId).length > 0;
  }

  /** Also forgets what ended long ago: until then it must not begin again because of a call that comes late. */
  add(row: ReplayRow, nowMs: number): void {
    this.#exec("DELETE FROM replays WHERE told AND ended_at < ?", nowMs - DAY_MS);
    this.save(row);
  }

  save(row: ReplayRow): void {
    this.#exec(
      `INSERT OR REPLACE INTO replays (task_id, kind, filter, first, cursor, up_to, since_key, spared_before, sent,
         skipped, status, error, ended_at, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      row.taskId,
      row.kind,
      JSON.stringify(row.filter),
      row.first,
      row.cursor,
      row.upTo,
      row.sinceKey,
      row.sparedBefore,
      row.sent,
      row.skipped,
      row.status,
      row.error,
      row.endedAtMs,
      row.told ? 1 : 0,
    );
  }

  /** How the deliveries of the events in [from, to] stand, as far as anything is known of them. */
  known(from: number, to: number, sinceKey: number): KnownStretch {
    const deliveries = new Map<number, KnownDelivery>();
    const retries = new Map<number, Waiting>();
    for (const row of this.#facts(from, to, sinceKey)) {
      const position = Number(row["position"]);
      const since = row["since"] === null ? null : Number(row["since"]);
      deliveries.set(position, {
        statusCode: row["status_code"] === null ? null : Number(row["status_code"]),
        succeeded: row["succeeded"] === 1,
        canceled: row["canceled"] === 1,
        isWaiting: row["delayed"] === 1,
        since: since === null ? null : since === 1 ? "replay" : "schedule",
      });
    }
    for (const row of this.#retries(from, to)) {
      const waiting = waitingOf(row);
      retries.set(waiting.position, waiting);
      const known = deliveries.get(waiting.position);
      if (known !== undefined) known.isWaiting = true;
    }
    return { deliveries, retries };
  }

  /** The last attempt's status code is found by what ends in it and begins with the attempt's key. */
  #facts(from: number, to: number, sinceKey: number): SqlRow[] {
    return this.#exec(
      `SELECT position, MAX(last) % 1000 AS status_code, MAX(succeeded) AS succeeded, MAX(canceled) AS canceled,
         MAX(delayed) AS delayed, MAX(since) AS since
       FROM (
         SELECT position, key * 1000 + status_code AS last, status = 0 AS succeeded, 0 AS canceled, 0 AS delayed,
           CASE WHEN key >= ?3 THEN trigger END AS since
         FROM attempts WHERE position BETWEEN ?1 AND ?2
         UNION ALL SELECT position, key * 1000 + status_code, 1, 0, 0, CASE WHEN key >= ?3 THEN 0 END
           FROM first_tries WHERE position BETWEEN ?1 AND ?2
         UNION ALL SELECT position, NULL, 0, 1, 0, NULL FROM canceled WHERE position BETWEEN ?1 AND ?2
         UNION ALL SELECT position, NULL, 0, 0, 1, NULL
           FROM waiting WHERE attempts = 0 AND position BETWEEN ?1 AND ?2)
       GROUP BY position`,
      from,
      to,
      sinceKey,
    );
  }

  /** Waiting rows are clustered by time: the attempts before lead there. */
  #retries(from: number, to: number): SqlRow[] {
    return this.#exec(
      `SELECT w.* FROM attempts a CROSS JOIN waiting w ON w.next_at = a.next_at AND w.position = a.position
       WHERE a.position BETWEEN ? AND ? AND w.attempts > 0`,
      from,
      to,
    );
  }
}

function replayOf(row: SqlRow): ReplayRow {
  return {
    taskId: String(row["task_id"]),
    kind: row["kind"] as ReplayKind,
    filter: JSON.parse(String(row["filter"])),
    first: Number(row["first"]),
    cursor: Number(row["cursor"]),
    upTo: Number(row["up_to"]),
    sinceKey: Number(row["since_key"]),
    sparedBefore: Number(row["spared_before"]),
    sent: Number(row["sent"]),
    skipped: Number(row["skipped"]),
    status: row["status"] as TaskStatus,
    error: row["error"] === null ? null : String(row["error"]),
    endedAtMs: row["ended_at"] === null ? null : Number(row["ended_at"]),
    told: row["told"] === 1,
  };
}
