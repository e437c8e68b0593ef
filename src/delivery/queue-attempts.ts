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
import { MAX_LOG_SCAN_ROWS } from "../core/limits.ts";
import { eventOf } from "./queue.ts";
import { bindingsOf, EVENT_MATCHES } from "./queue-conditions.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

/** What stands in place of a response that was asked to be forgotten (reference svix.md §2.13). */
const EXPUNGED = "EXPUNGED";

const COLUMNS =
  "key, position, trigger, status, status_code, duration_ms, next_at, url, failure, event, response";
const COLUMNS_WITHOUT_RESPONSE = COLUMNS.replace("response", "'' AS response");

/** Keys within ?6 … ?7, both excluded, in scan order, at most ?8, and what of them the conditions are about. */
function scanned(oneEvent: boolean, direction: string): string {
  return `SELECT key, position, status, status_code, event FROM attempts
    WHERE ${oneEvent ? "position = ?9" : "?9 IS NULL"} AND key > ?6 AND key < ?7 ORDER BY key ${direction} LIMIT ?8`;
}

const MATCHES = `${EVENT_MATCHES} AND (?5 IS NULL OR status_code BETWEEN ?5 AND MIN(?5 * 1000, ?5 + 99))`;

export class AttemptReader {
  readonly #exec: SqlExec;
  readonly #maxScan: number;

  constructor(exec: SqlExec, maxScan = MAX_LOG_SCAN_ROWS) {
    this.#exec = exec;
    this.#maxScan = maxScan;
  }

  list(query: AttemptQuery): AttemptPage {
    const direction = query.ascending ? "ASC" : "DESC";
    const bindings = this.#bindings(query, keysBeyond(query.from, query.ascending));
    // The scan leaves the long columns alone: only of the rows that are returned are they read.
    const rows = this.#exec(
      `SELECT ${query.withResponse ? COLUMNS : COLUMNS_WITHOUT_RESPONSE} FROM attempts WHERE key IN (
         SELECT key FROM (${scanned(query.position !== null, direction)})
         WHERE ${MATCHES} ORDER BY key ${direction} LIMIT ?10)
       ORDER BY key ${direction}`,
      ...bindings,
      query.count,
    ).map(attemptOf);
    return { rows, stoppedAt: rows.length < query.count ? this.#lastScanned(query, direction) : null };
  }

  count(filter: AttemptFilter): AttemptCount {
    const query = { ...filter, from: null, ascending: false };
    const row = this.#exec(
      `SELECT COUNT(*) AS n FROM (${scanned(filter.position !== null, "DESC")}) WHERE ${MATCHES}`,
      ...this.#bindings(query, ALL_KEYS),
    )[0];
    return { count: Number(row?.["n"]), approximated: this.#lastScanned(query, "DESC") !== null };
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

  /** The row where a scan had to stop; null when it reached the end. */
  #lastScanned(
    query: AttemptFilter & { from: number | null; ascending: boolean },
    direction: string,
  ): { key: number; position: number } | null {
    const [from, to] = keyRange(query, keysBeyond(query.from, query.ascending));
    const row = this.#exec(
      `SELECT key, position FROM attempts
       WHERE ${query.position === null ? "?3 IS NULL" : "position = ?3"} AND key > ?1 AND key < ?2
       ORDER BY key ${direction} LIMIT 1 OFFSET ?4`,
      from,
      to,
      query.position,
      this.#maxScan - 1,
    )[0];
    return row === undefined ? null : { key: Number(row["key"]), position: Number(row["position"]) };
  }

  #bindings(filter: AttemptFilter, keys: KeyRange): (string | number | null)[] {
    return [
      ...bindingsOf(filter),
      filter.statusCodeClass,
      ...keyRange(filter, keys),
      this.#maxScan,
      filter.position,
    ];
  }
}

/** Both ends excluded. */
type KeyRange = [from: number, to: number];
const ALL_KEYS: KeyRange = [-1, Number.MAX_SAFE_INTEGER];

function keysBeyond(from: number | null, ascending: boolean): KeyRange {
  if (from === null) return ALL_KEYS;
  return ascending ? [from, ALL_KEYS[1]] : [ALL_KEYS[0], from];
}

function keyRange({ afterMs, beforeMs }: AttemptFilter, [from, to]: KeyRange): KeyRange {
  return [
    afterMs === null ? from : Math.max(from, firstAttemptKeyAt(afterMs) - 1),
    beforeMs === null ? to : Math.min(to, firstAttemptKeyAt(beforeMs)),
  ];
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
