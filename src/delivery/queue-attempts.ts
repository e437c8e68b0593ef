/** Reading the object's own tables for listings; queue.ts writes them. Rows are plain data: they cross RPC. */
import { MESSAGE_STATUS } from "../core/attempt.ts";
import type { EventHeader } from "../core/event.ts";
import { ATTEMPT_KEYS_PER_MS, firstAttemptKeyAt } from "../core/ids.ts";
import { eventOf } from "./queue.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

/** Conditions on the event behind an attempt or delivery; null: any. */
export type EventConditions = { eventTypes: string[] | null; channel: string | null; tag: string | null };

export type AttemptQuery = EventConditions & {
  /** Attempts of one event only. */
  position: number | null;
  /** Exactly this attempt. */
  key: number | null;
  status: number | null;
  /** 0, 100, 200 … 500. */
  statusCodeClass: number | null;
  /** Started at or after. */
  afterMs: number | null;
  /** Started before. */
  beforeMs: number | null;
  /** Beyond this key in scan order. */
  from: number | null;
  ascending: boolean;
  count: number;
};

export type AttemptRow = {
  key: number;
  event: EventHeader;
  startedAtMs: number;
  durationMs: number;
  trigger: number;
  status: number;
  statusCode: number;
  url: string;
  response: string;
  failure: string | null;
  nextAtMs: number | null;
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
};

export type DeliveryQuery = EventConditions & {
  /** One event only. */
  position: number | null;
  status: number | null;
  /** Accepted at or after. */
  afterMs: number | null;
  /** Accepted before. */
  beforeMs: number | null;
  /** Beyond this position in scan order. */
  from: number | null;
  ascending: boolean;
  count: number;
};

/** How an event stands with this endpoint. */
export type DeliveryRow = { event: EventHeader; status: number; nextAtMs: number | null };

export type DeliveryStats = {
  success: number;
  pending: number;
  fail: number;
  sending: number;
  canceled: number;
};

const { success, pending, fail, sending, canceled } = MESSAGE_STATUS;

/** Conditions on the JSON column `event`, with fixed parameter numbers. */
const EVENT_MATCHES = `
  (?1 IS NULL OR event ->> '$.eventType' IN (SELECT value FROM json_each(?1)))
  AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(event, '$.channels') WHERE value = ?2))
  AND (?3 IS NULL OR EXISTS (SELECT 1 FROM json_each(event, '$.tags') WHERE value = ?3))`;

/** Positions this object knows of, each with its event, whether it ever succeeded, when it is due, if it was canceled. */
const DELIVERIES = `
  SELECT position, event,
    CASE WHEN succeeded = 1 THEN ${success}
      WHEN next_at IS NOT NULL AND attempted = 1 THEN ${sending}
      WHEN next_at IS NOT NULL THEN ${pending}
      WHEN canceled = 1 THEN ${canceled} ELSE ${fail} END AS status,
    CASE WHEN succeeded = 1 THEN NULL ELSE next_at END AS next_at
  FROM (
    SELECT known.position,
      COALESCE(
        (SELECT event FROM attempts a WHERE a.position = known.position LIMIT 1),
        (SELECT event FROM canceled c WHERE c.position = known.position),
        known.event) AS event,
      EXISTS (SELECT 1 FROM attempts a WHERE a.position = known.position) AS attempted,
      EXISTS (SELECT 1 FROM attempts a WHERE a.position = known.position AND a.status = ${success}) AS succeeded,
      EXISTS (SELECT 1 FROM canceled c WHERE c.position = known.position) AS canceled,
      COALESCE(known.next_at, (SELECT w.next_at FROM attempts a
        JOIN waiting w ON w.next_at = a.next_at AND w.position = a.position
        WHERE a.position = known.position)) AS next_at
    FROM (
      SELECT position, NULL AS event, NULL AS next_at FROM attempts
      UNION SELECT position, NULL, NULL FROM canceled
      UNION SELECT position, event, next_at FROM waiting WHERE attempts = 0) AS known
    WHERE (?4 IS NULL OR known.position = ?4) AND (?5 IS NULL OR known.position > ?5)
      AND (?6 IS NULL OR known.position < ?6))`;

export class AttemptReader {
  readonly #exec: SqlExec;

  constructor(exec: SqlExec) {
    this.#exec = exec;
  }

  list(query: AttemptQuery): AttemptRow[] {
    const { after, before } = beyond(query.from, query.ascending);
    const codes = query.statusCodeClass;
    return this.#exec(
      `SELECT * FROM attempts
       WHERE ${EVENT_MATCHES} AND (?4 IS NULL OR position = ?4) AND (?5 IS NULL OR key = ?5)
         AND (?6 IS NULL OR status = ?6) AND (?7 IS NULL OR status_code BETWEEN ?7 AND ?8)
         AND key > ?9 AND key < ?10
       ORDER BY key ${query.ascending ? "ASC" : "DESC"} LIMIT ?11`,
      ...conditionsOf(query),
      query.position,
      query.key,
      query.status,
      codes,
      codes === null || codes === 0 ? codes : codes + 99,
      Math.max(after ?? -1, query.afterMs === null ? -1 : firstAttemptKeyAt(query.afterMs) - 1),
      Math.min(
        before ?? Number.MAX_SAFE_INTEGER,
        query.beforeMs === null ? Number.MAX_SAFE_INTEGER : firstAttemptKeyAt(query.beforeMs),
      ),
      query.count,
    ).map(attemptOf);
  }

  deliveries(query: DeliveryQuery): DeliveryRow[] {
    const { after, before } = beyond(query.from, query.ascending);
    return this.#exec(
      `SELECT * FROM (${DELIVERIES})
       WHERE ${EVENT_MATCHES} AND (?7 IS NULL OR status = ?7)
         AND (?8 IS NULL OR event ->> '$.createdAtMs' >= ?8) AND (?9 IS NULL OR event ->> '$.createdAtMs' < ?9)
       ORDER BY position ${query.ascending ? "ASC" : "DESC"} LIMIT ?10`,
      ...conditionsOf(query),
      query.position,
      after,
      before,
      query.status,
      query.afterMs,
      query.beforeMs,
      query.count,
    ).map((row) => ({
      event: eventOf(Number(row["position"]), row["event"]),
      status: Number(row["status"]),
      nextAtMs: numberOrNull(row["next_at"]),
    }));
  }

  /** Deliveries by how they stand; those that ended by when, those that wait all. */
  stats(sinceMs: number, untilMs: number): DeliveryStats {
    const from = firstAttemptKeyAt(sinceMs);
    const to = firstAttemptKeyAt(untilMs);
    const one = (query: string, ...bindings: number[]) => Number(this.#exec(query, ...bindings)[0]?.["n"]);
    const attempted = one(
      "SELECT COUNT(DISTINCT position) AS n FROM attempts WHERE key BETWEEN ? AND ?",
      from,
      to,
    );
    const succeeded = one(
      `SELECT COUNT(DISTINCT position) AS n FROM attempts WHERE key BETWEEN ? AND ? AND status = ${success}`,
      from,
      to,
    );
    const open = one(
      `SELECT COUNT(*) AS n FROM (SELECT DISTINCT position FROM attempts t WHERE key BETWEEN ? AND ?
         AND NOT EXISTS (SELECT 1 FROM attempts s WHERE s.position = t.position AND s.status = ${success})
         AND (EXISTS (SELECT 1 FROM canceled c WHERE c.position = t.position)
           OR EXISTS (SELECT 1 FROM attempts a JOIN waiting w ON w.next_at = a.next_at AND w.position = a.position
             WHERE a.position = t.position)))`,
      from,
      to,
    );
    return {
      success: succeeded,
      pending: one("SELECT COUNT(*) AS n FROM waiting WHERE attempts = 0"),
      sending: one("SELECT COUNT(*) AS n FROM waiting WHERE attempts > 0"),
      fail: Math.max(0, attempted - succeeded - open),
      canceled: one("SELECT COUNT(*) AS n FROM canceled WHERE canceled_at BETWEEN ? AND ?", sinceMs, untilMs),
    };
  }
}

function beyond(from: number | null, ascending: boolean): { after: number | null; before: number | null } {
  return ascending ? { after: from, before: null } : { after: null, before: from };
}

function conditionsOf({ eventTypes, channel, tag }: EventConditions): (string | null)[] {
  return [eventTypes === null ? null : JSON.stringify(eventTypes), channel, tag];
}

function attemptOf(row: SqlRow): AttemptRow {
  const exchange: { requestHeaders: Record<string, string>; responseHeaders: Record<string, string> } =
    JSON.parse(String(row["exchange"]));
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
    nextAtMs: numberOrNull(row["next_at"]),
    ...exchange,
  };
}

function numberOrNull(value: SqlRow[string] | undefined): number | null {
  return value === null || value === undefined ? null : Number(value);
}
