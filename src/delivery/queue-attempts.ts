/** Reading the object's attempt log; queue.ts writes it. */
import { MESSAGE_STATUS } from "../core/attempt.ts";
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
import { firstTryFrom } from "./queue-first-tries.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

/** What stands in place of a response that was asked to be forgotten (reference svix.md §2.13). */
const EXPUNGED = "EXPUNGED";

const SHARED_COLUMNS = "key, position, status_code, duration_ms, url, event";
const COLUMNS = `${SHARED_COLUMNS}, trigger, status, next_at, failure`;
/** What is not said about a first try is the same of all of them. */
const FIRST_TRY_COLUMNS = `${SHARED_COLUMNS}, 0 AS trigger, ${MESSAGE_STATUS.success} AS status, NULL AS next_at,
  NULL AS failure`;

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
      ...this.#bindings(query, this.#maxScan),
    )[0];
    return { count: Number(row?.["n"]), approximated: this.#lastOf(query, this.#maxScan) !== null };
  }

  get(key: number, position: number): (AttemptRow & AttemptExchange) | null {
    const row = this.#exec(
      `SELECT ${COLUMNS}, response, exchange FROM attempts WHERE key = ?1 AND position = ?2
       UNION ALL
       SELECT ${FIRST_TRY_COLUMNS}, response, exchange FROM first_tries WHERE key = ?1 AND position = ?2`,
      key,
      position,
    )[0];
    if (row === undefined) return null;
    const exchange: AttemptExchange = JSON.parse(String(row["exchange"]));
    return { ...attemptOf(row), ...exchange };
  }

  /** Forgets what the receiver answered; false when there is no such attempt of this event. */
  expunge(key: number, position: number): boolean {
    return ["attempts", "first_tries"].some((table) => {
      const changed = this.#exec(
        `UPDATE ${table} SET response = ? WHERE key = ? AND position = ? RETURNING key`,
        EXPUNGED,
        key,
        position,
      );
      return changed.length > 0;
    });
  }

  /** The scan leaves the long columns alone: only of the rows that are returned are they read. */
  #listWithin(query: AttemptQuery, size: number): AttemptRow[] {
    const direction = directionOf(query);
    const response = query.withResponse ? "response" : "'' AS response";
    return this.#exec(
      `WITH found AS MATERIALIZED (
         SELECT key, position, is_first_try FROM (${scannedRows(query)}) WHERE ${MATCHES}
         ORDER BY key ${direction} LIMIT ?12)
       SELECT ${COLUMNS}, ${response} FROM attempts WHERE key IN (SELECT key FROM found WHERE NOT is_first_try)
       UNION ALL
       SELECT ${FIRST_TRY_COLUMNS}, ${response} FROM first_tries
         WHERE position IN (SELECT position FROM found WHERE is_first_try)
       ORDER BY key ${direction}`,
      ...this.#bindings(query, size),
      query.count,
    ).map(attemptOf);
  }

  /** The last row of a scan of this size; null when it comes to the end before. */
  #lastOf(query: Scan, size: number): { key: number; position: number } | null {
    const row = this.#exec(
      `SELECT key, position FROM (${scannedRows(query)}) LIMIT 1 OFFSET ?12`,
      ...this.#bindings(query, size),
      size - 1,
    )[0];
    return row === undefined ? null : { key: Number(row["key"]), position: Number(row["position"]) };
  }

  /** Parameters ?1 … ?11. */
  #bindings(query: Scan, size: number): (string | number | null)[] {
    return [
      ...bindingsOf(query),
      query.statusCodeClass,
      ...keyRange(query),
      size,
      query.position,
      ...this.#firstTryRange(query),
    ];
  }

  /** Positions of the first tries to look at, both ends included; none when only failures are asked for. */
  #firstTryRange(query: Scan): [from: number, to: number] {
    const { statuses, statusCodeClass, position } = query;
    const areAsked =
      (statuses?.includes(MESSAGE_STATUS.success) ?? true) &&
      (statusCodeClass === null || statusCodeClass === SUCCESS_CLASS);
    if (!areAsked) return [0, -1];
    if (position !== null) return [position, position];
    const [after, before] = keyRange(query);
    return [firstTryFrom(this.#exec, after + 1), firstTryFrom(this.#exec, before) - 1];
  }
}

type Scan = AttemptFilter & { from: number | null; ascending: boolean };

/** Keys between ?6 and ?7 in scan order, at most ?8, and what of them the conditions are about. */
function scannedRows(query: Scan): string {
  const direction = directionOf(query);
  return `
    SELECT * FROM (
      SELECT key, position, status, status_code, event, 0 AS is_first_try FROM attempts
      WHERE ${query.position === null ? "?9 IS NULL" : "position = ?9"} AND key > ?6 AND key < ?7
      ORDER BY key ${direction} LIMIT ?8)
    UNION ALL
    SELECT * FROM (
      SELECT key, position, ${MESSAGE_STATUS.success} AS status, status_code, event, 1 FROM first_tries
      WHERE position BETWEEN ?10 AND ?11 AND key > ?6 AND key < ?7
      ORDER BY position ${direction} LIMIT ?8)
    ORDER BY key ${direction} LIMIT ?8`;
}

/** Of status codes. */
const SUCCESS_CLASS = 200;

const MATCHES = `${EVENT_MATCHES} AND (?5 IS NULL OR status_code BETWEEN ?5 AND MIN(?5 * 1000, ?5 + 99))`;

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
