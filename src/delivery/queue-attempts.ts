/** Reading the object's attempt log; queue.ts writes it. */
import type {
  AttemptCount,
  AttemptExchange,
  AttemptFilter,
  AttemptPage,
  AttemptQuery,
  AttemptRow,
} from "../core/attempt-log.ts";
import { ATTEMPT_KEYS_PER_MS, firstAttemptKeyAt } from "../core/ids.ts";
import { LOG_SCAN_CHUNK, MAX_LOG_SCAN_ROWS } from "../core/limits.ts";
import { eventOf } from "./queue.ts";
import { bindingsOf, EVENT_MATCHES } from "./queue-conditions.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

/** What stands in place of a response that was asked to be forgotten (reference svix.md §2.13). */
const EXPUNGED = "EXPUNGED";

const COLUMNS =
  "key, position, trigger, status, status_code, duration_ms, next_at, url, failure, event, response";
const COLUMNS_WITHOUT_RESPONSE = COLUMNS.replace("response", "'' AS response");

export class AttemptReader {
  readonly #exec: SqlExec;
  readonly #maxScan: number;

  constructor(exec: SqlExec, maxScan = MAX_LOG_SCAN_ROWS) {
    this.#exec = exec;
    this.#maxScan = maxScan;
  }

  /** Looks at chunks of the log until enough is found: what is next to the start is found without sorting all of it. */
  list(query: AttemptQuery): AttemptPage {
    const rows: AttemptRow[] = [];
    let { from } = query;
    for (let scanned = 0, size = query.count; ; size = LOG_SCAN_CHUNK) {
      size = Math.min(size, this.#maxScan - scanned);
      scanned += size;
      rows.push(...this.#listWithin({ ...query, from, count: query.count - rows.length }, size));
      if (rows.length >= query.count) return { rows, stoppedAt: null };
      const last = this.#lastOf({ ...query, from }, size);
      if (last === null || scanned >= this.#maxScan) return { rows, stoppedAt: last };
      from = last.key;
    }
  }

  count(filter: AttemptFilter): AttemptCount {
    const query = { ...filter, from: null, ascending: false };
    const row = this.#exec(
      `SELECT COUNT(*) AS n FROM (${scannedRows(query)}) WHERE ${MATCHES}`,
      ...bindings(query, this.#maxScan),
    )[0];
    return { count: Number(row?.["n"]), approximated: this.#lastOf(query, this.#maxScan) !== null };
  }

  get(key: number): (AttemptRow & AttemptExchange) | null {
    const row = this.#exec("SELECT * FROM attempts WHERE key = ?", key)[0];
    if (row === undefined) return null;
    const exchange: AttemptExchange = JSON.parse(String(row["exchange"]));
    return { ...attemptOf(row), ...exchange };
  }

  /** Forgets what the receiver answered; false when there is no such attempt of this event. */
  expunge(key: number, position: number): boolean {
    const changed = this.#exec(
      "UPDATE attempts SET response = ? WHERE key = ? AND position = ? RETURNING key",
      EXPUNGED,
      key,
      position,
    );
    return changed.length > 0;
  }

  /** The scan leaves the long columns alone: only of the rows that are returned are they read. */
  #listWithin(query: AttemptQuery, size: number): AttemptRow[] {
    const direction = directionOf(query);
    return this.#exec(
      `SELECT ${query.withResponse ? COLUMNS : COLUMNS_WITHOUT_RESPONSE} FROM attempts WHERE key IN (
         SELECT key FROM (${scannedRows(query)}) WHERE ${MATCHES} ORDER BY key ${direction} LIMIT ?10)
       ORDER BY key ${direction}`,
      ...bindings(query, size),
      query.count,
    ).map(attemptOf);
  }

  /** The last row of a scan of this size; null when it comes to the end before. */
  #lastOf(query: Scan, size: number): { key: number; position: number } | null {
    const row = this.#exec(
      `SELECT key, position FROM attempts
       WHERE ${query.position === null ? "?3 IS NULL" : "position = ?3"} AND key > ?1 AND key < ?2
       ORDER BY key ${directionOf(query)} LIMIT 1 OFFSET ?4`,
      ...keyRange(query),
      query.position,
      size - 1,
    )[0];
    return row === undefined ? null : { key: Number(row["key"]), position: Number(row["position"]) };
  }
}

type Scan = AttemptFilter & { from: number | null; ascending: boolean };

/** Keys between ?6 and ?7 in scan order, at most ?8, and what of them the conditions are about. */
function scannedRows(query: Scan): string {
  return `SELECT key, position, status, status_code, event FROM attempts
    WHERE ${query.position === null ? "?9 IS NULL" : "position = ?9"} AND key > ?6 AND key < ?7
    ORDER BY key ${directionOf(query)} LIMIT ?8`;
}

const MATCHES = `${EVENT_MATCHES} AND (?5 IS NULL OR status_code BETWEEN ?5 AND MIN(?5 * 1000, ?5 + 99))`;

/** Parameters ?1 … ?9. */
function bindings(query: Scan, size: number): (string | number | null)[] {
  return [...bindingsOf(query), query.statusCodeClass, ...keyRange(query), size, query.position];
}

function directionOf({ ascending }: Scan): "ASC" | "DESC" {
  return ascending ? "ASC" : "DESC";
}

/** Both ends excluded. */
function keyRange({ afterMs, beforeMs, from, ascending }: Scan): [from: number, to: number] {
  const after = afterMs === null ? -1 : firstAttemptKeyAt(afterMs) - 1;
  const before = beforeMs === null ? Number.MAX_SAFE_INTEGER : firstAttemptKeyAt(beforeMs);
  if (from === null) return [after, before];
  return ascending ? [Math.max(after, from), before] : [after, Math.min(before, from)];
}

function attemptOf(row: SqlRow): AttemptRow {
  const key = Number(row["key"]);
  return {
    key,
    event: eventOf(Number(row["position"]), row["event"]),
    startedAtMs: Math.floor(key / ATTEMPT_KEYS_PER_MS),
    durationMs: Number(row["duration_ms"]),
    trigger: Number(row["trigger"]),
    status: Number(row["status"]),
    statusCode: Number(row["status_code"]),
    url: String(row["url"]),
    response: String(row["response"]),
    failure: row["failure"] === null ? null : String(row["failure"]),
    nextAtMs: row["next_at"] === null ? null : Number(row["next_at"]),
  };
}
