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
import { LOG_SCAN_CHUNK, MAX_LOG_SCAN_ROWS } from "../core/limits/endpoint-object.ts";
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
    let range = this.#rangeOf(query);
    for (let scanned = 0, size = query.count; ; size = LOG_SCAN_CHUNK) {
      size = Math.min(size, this.#maxScan - scanned);
      scanned += size;
      const last = this.#lastOf(query, range, size);
      const { within, rest } =
        last === null ? { within: range, rest: range } : this.#split(query, range, last.key);
      rows.push(...this.#matching(query, within, query.count - rows.length));
      if (rows.length >= query.count) return { rows, stoppedAt: null };
      if (last === null || scanned >= this.#maxScan) return { rows, stoppedAt: last };
      range = rest;
    }
  }

  /** Counts among the newest, as many as a search may look at. */
  count(filter: AttemptFilter): AttemptCount {
    const scan = { ...filter, from: null, ascending: false };
    const range = this.#rangeOf(scan);
    const last = this.#lastOf(scan, range, this.#maxScan);
    const { within } = last === null ? { within: range } : this.#split(scan, range, last.key);
    const row = this.#exec(`SELECT COUNT(*) AS n ${matching(scan)}`, ...bindingsIn(scan, within))[0];
    return { count: Number(row?.["n"]), approximated: last !== null };
  }

  /** All that were begun in [since, until), by how they ended. */
  stats(sinceMs: number, untilMs: number): { success: number; fail: number } {
    const [since, until] = [firstAttemptKeyAt(sinceMs), firstAttemptKeyAt(untilMs)];
    const count = (query: string) => Number(this.#exec(query, since, until)[0]?.["n"] ?? 0);
    const attempts = "SELECT COUNT(*) AS n FROM attempts WHERE key >= ? AND key < ? AND status";
    return {
      success:
        count(`${attempts} = ${MESSAGE_STATUS.success}`) +
        count("SELECT COUNT(*) AS n FROM first_tries WHERE key >= ? AND key < ?"),
      fail: count(`${attempts} <> ${MESSAGE_STATUS.success}`),
    };
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

  /** The search leaves the long columns alone: only of the rows that are returned are they read. */
  #matching(query: AttemptQuery, range: Range, count: number): AttemptRow[] {
    const direction = directionOf(query);
    const response = query.withResponse ? "response" : "'' AS response";
    return this.#exec(
      `WITH found AS MATERIALIZED (
         SELECT key, position, is_first_try ${matching(query)} ORDER BY key ${direction} LIMIT ?11)
       SELECT ${COLUMNS}, ${response} FROM attempts WHERE key IN (SELECT key FROM found WHERE NOT is_first_try)
       UNION ALL
       SELECT ${FIRST_TRY_COLUMNS}, ${response} FROM first_tries
         WHERE position IN (SELECT position FROM found WHERE is_first_try)
       ORDER BY key ${direction}`,
      ...bindingsIn(query, range),
      count,
    ).map(attemptOf);
  }

  /** The last row of so many, whether they match or not; null when there are fewer. */
  #lastOf(query: Scan, range: Range, size: number): { key: number; position: number } | null {
    const direction = directionOf(query);
    const columns = "key, position";
    const row = this.#exec(
      `SELECT * FROM (${attemptsOf(query, columns)} ORDER BY key ${direction} LIMIT ?11)
       UNION ALL
       SELECT * FROM (${firstTriesOf(columns)} ORDER BY position ${direction} LIMIT ?11)
       ORDER BY key ${direction} LIMIT 1 OFFSET ?11 - 1`,
      ...bindingsIn(query, range),
      size,
    )[0];
    return row === undefined ? null : { key: Number(row["key"]), position: Number(row["position"]) };
  }

  #rangeOf(query: Scan): Range {
    const keys = keyRange(query);
    return { keys, firstTries: this.#firstTries(query, keys) };
  }

  #firstTries({ statuses, statusCodeClass, position }: Scan, [after, before]: Ends): Ends {
    const areAsked =
      (statuses?.includes(MESSAGE_STATUS.success) ?? true) &&
      (statusCodeClass === null || statusCodeClass === SUCCESS_CLASS);
    if (!areAsked) return NONE;
    if (position !== null) return [position, position];
    return [
      after < 0 ? 0 : firstTryFrom(this.#exec, after + 1),
      before === BEYOND ? BEYOND : firstTryFrom(this.#exec, before) - 1,
    ];
  }

  /** What a scan has seen once it has come to the key, that one too, and what is left. */
  #split(
    { position, ascending }: Scan,
    { keys, firstTries }: Range,
    key: number,
  ): { within: Range; rest: Range } {
    const edge = ascending ? key + 1 : key;
    const isFixed = position !== null || firstTries === NONE;
    const at = isFixed ? null : firstTryFrom(this.#exec, edge);
    const low: Range = {
      keys: [keys[0], edge],
      firstTries: at === null ? firstTries : [firstTries[0], at - 1],
    };
    const high: Range = {
      keys: [edge - 1, keys[1]],
      firstTries: at === null ? firstTries : [at, firstTries[1]],
    };
    return ascending ? { within: low, rest: high } : { within: high, rest: low };
  }
}

type Scan = AttemptFilter & { from: number | null; ascending: boolean };

type Ends = [from: number, to: number];
/** Keys, both ends excluded, and positions of first tries, both included. */
type Range = { keys: Ends; firstTries: Ends };

const BEYOND = Number.MAX_SAFE_INTEGER;
/** No first tries: only failures are asked for. */
const NONE: Ends = [0, -1];
/** Of status codes. */
const SUCCESS_CLASS = 200;

function attemptsOf({ position }: Scan, columns: string): string {
  return `SELECT ${columns} FROM attempts
    WHERE ${position === null ? "?10 IS NULL" : "position = ?10"} AND key > ?6 AND key < ?7`;
}

/** Keys are compared too: where positions are fixed, they say nothing about them. */
function firstTriesOf(columns: string): string {
  return `SELECT ${columns} FROM first_tries WHERE position BETWEEN ?8 AND ?9 AND key > ?6 AND key < ?7`;
}

/** Source and conditions of a search through both. */
function matching(query: Scan): string {
  const columns = "status_code, event, key, position";
  return `
    FROM (${attemptsOf(query, `${columns}, status, 0 AS is_first_try`)}
      UNION ALL ${firstTriesOf(`${columns}, ${MESSAGE_STATUS.success}, 1`)})
    WHERE ${EVENT_MATCHES} AND (?5 IS NULL OR status_code BETWEEN ?5 AND MIN(?5 * 1000, ?5 + 99))`;
}

/** Parameters ?1 … ?10. */
function bindingsIn(query: Scan, { keys, firstTries }: Range): (string | number | null)[] {
  return [...bindingsOf(query), query.statusCodeClass, ...keys, ...firstTries, query.position];
}

function directionOf({ ascending }: Scan): "ASC" | "DESC" {
  return ascending ? "ASC" : "DESC";
}

function keyRange({ afterMs, beforeMs, from, ascending }: Scan): Ends {
  const after = afterMs === null ? -1 : firstAttemptKeyAt(afterMs) - 1;
  const before = beforeMs === null ? BEYOND : firstAttemptKeyAt(beforeMs);
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
