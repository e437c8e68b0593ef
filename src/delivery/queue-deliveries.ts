/** How events stand with the endpoint, as the object's tables say together; queue.ts writes them. */
import { MESSAGE_STATUS } from "../core/attempt.ts";
import {
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryRow,
  type DeliveryStats,
  EVERY_DELIVERY,
} from "../core/attempt-log.ts";
import { firstAttemptKeyAt } from "../core/ids.ts";
import { LOG_SCAN_CHUNK, MAX_LOG_SCAN_ROWS } from "../core/limits/endpoint-object.ts";
import { MAX_CLOCK_SKEW_MS } from "../core/limits/publishing.ts";
import { eventOf } from "./queue.ts";
import { bindingsOf, EVENT_MATCHES } from "./queue-conditions.ts";
import { firstTryFrom } from "./queue-first-tries.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

const { success, pending, fail, sending, canceled } = MESSAGE_STATUS;

/** When a position's scheduled retry is due. Waiting rows are clustered by time, so its attempts lead there. */
const RETRY_AT = `(SELECT w.next_at FROM attempts a JOIN waiting w ON w.next_at = a.next_at AND w.position = a.position
  WHERE a.position = known.position AND w.attempts > 0)`;
/** When a position not attempted yet, because its event is delayed, is due. */
const DELAYED_TO = "(SELECT w.next_at FROM waiting w WHERE w.attempts = 0 AND w.position = known.position)";
const IS_CANCELED = "EXISTS (SELECT 1 FROM canceled c WHERE c.position = known.position)";
const WAS_FIRST_TRY = "EXISTS (SELECT 1 FROM first_tries f WHERE f.position = known.position)";
const HAS_SUCCEEDED = `(${WAS_FIRST_TRY}
  OR EXISTS (SELECT 1 FROM attempts a WHERE a.position = known.position AND a.status = ${success}))`;

/** Of the positions in the JSON list ?5: event, status, when it is due. */
const DELIVERIES = `
  SELECT position, event,
    CASE WHEN succeeded THEN ${success} WHEN retry_at IS NOT NULL THEN ${sending}
      WHEN delayed_to IS NOT NULL THEN ${pending} WHEN canceled THEN ${canceled} ELSE ${fail} END AS status,
    CASE WHEN NOT succeeded THEN COALESCE(retry_at, delayed_to) END AS next_at
  FROM (
    SELECT position, ${HAS_SUCCEEDED} AS succeeded, ${IS_CANCELED} AS canceled,
      ${RETRY_AT} AS retry_at, ${DELAYED_TO} AS delayed_to,
      COALESCE(
        (SELECT event FROM first_tries f WHERE f.position = known.position),
        (SELECT event FROM attempts a WHERE a.position = known.position LIMIT 1),
        (SELECT event FROM canceled c WHERE c.position = known.position),
        (SELECT event FROM waiting w WHERE w.attempts = 0 AND w.position = known.position)) AS event
    FROM (SELECT value AS position FROM json_each(?5)) AS known)`;

export class DeliveryReader {
  readonly #exec: SqlExec;
  readonly #maxScan: number;

  constructor(exec: SqlExec, maxScan = MAX_LOG_SCAN_ROWS) {
    this.#exec = exec;
    this.#maxScan = maxScan;
  }

  list(query: DeliveryQuery): DeliveryPage {
    const rows: DeliveryRow[] = [];
    let range = this.#rangeOf(query);
    for (let scanned = 0, size = query.count; scanned < this.#maxScan; size = LOG_SCAN_CHUNK) {
      size = Math.min(size, this.#maxScan - scanned);
      scanned += size;
      const positions = this.#known(range, query, size);
      rows.push(...this.#matching(positions, query).slice(0, query.count - rows.length));
      const last = positions.at(-1);
      if (last === undefined || positions.length < size || rows.length === query.count) {
        return { rows, stoppedAt: null };
      }
      range = query.ascending ? [last, range[1]] : [range[0], last];
    }
    const [stopped] = this.#matching([query.ascending ? range[0] : range[1]], {
      ...query,
      ...EVERY_DELIVERY,
    });
    return { rows, stoppedAt: stopped?.event ?? null };
  }

  /** How each of these positions stands; those it knows nothing of are missing. */
  statusesAmong(positions: readonly number[]): { position: number; status: number }[] {
    return this.#exec(
      `SELECT position, status FROM (${DELIVERIES}) WHERE event IS NOT NULL`,
      ...bindingsOf(EVERY_DELIVERY),
      JSON.stringify(positions),
    ).map((row) => ({ position: Number(row["position"]), status: Number(row["status"]) }));
  }

  /** Which of these positions the receiver has accepted. */
  succeededAmong(positions: readonly number[]): number[] {
    return this.#exec(
      `SELECT position FROM (SELECT value AS position FROM json_each(?)) AS known WHERE ${HAS_SUCCEEDED}`,
      JSON.stringify(positions),
    ).map((row) => Number(row["position"]));
  }

  /**
   * Deliveries by how they stand: those attempted in [since, until), those canceled then, and all that wait. One walk
   * along an index, whatever the length of the log.
   */
  stats(sinceMs: number, untilMs: number): DeliveryStats {
    const since = firstAttemptKeyAt(sinceMs);
    const until = firstAttemptKeyAt(untilMs);
    const ended = this.#exec(
      `SELECT SUM(succeeded_then AND NOT EXISTS (SELECT 1 FROM first_tries f
           WHERE f.position = known.position AND f.key >= ?1 AND f.key < ?2)) AS success,
         SUM(CASE WHEN succeeded OR ${WAS_FIRST_TRY} THEN 0
           ELSE NOT (${IS_CANCELED} OR ${RETRY_AT} IS NOT NULL OR ${DELAYED_TO} IS NOT NULL) END) AS fail
       FROM (
         SELECT position, MAX(status = ${success}) AS succeeded, MAX(key >= ?1 AND key < ?2) AS attempted_then,
           MAX(status = ${success} AND key >= ?1 AND key < ?2) AS succeeded_then
         FROM attempts GROUP BY position) AS known
       WHERE attempted_then`,
      since,
      until,
    )[0];
    const count = (query: string, ...bindings: number[]) =>
      Number(this.#exec(query, ...bindings)[0]?.["n"] ?? 0);
    return {
      success:
        Number(ended?.["success"] ?? 0) +
        count(
          "SELECT COUNT(*) AS n FROM first_tries WHERE position >= ? AND position < ?",
          firstTryFrom(this.#exec, since),
          firstTryFrom(this.#exec, until),
        ),
      pending: count(
        `SELECT COUNT(*) AS n FROM waiting AS known WHERE attempts = 0 AND NOT ${HAS_SUCCEEDED}`,
      ),
      sending: count(
        `SELECT COUNT(*) AS n FROM waiting AS known WHERE attempts > 0 AND NOT ${HAS_SUCCEEDED}`,
      ),
      fail: Number(ended?.["fail"] ?? 0),
      canceled: this.canceled(sinceMs, untilMs),
    };
  }

  /** How many were canceled in [since, until) and have not been accepted all the same. */
  canceled(sinceMs: number, untilMs: number): number {
    const [row] = this.#exec(
      `SELECT COUNT(*) AS n FROM canceled AS known
       WHERE canceled_at >= ? AND canceled_at < ? AND NOT ${HAS_SUCCEEDED}`,
      sinceMs,
      untilMs,
    );
    return Number(row?.["n"] ?? 0);
  }

  /** The next positions that any table knows, in scan order; with only other ends asked for, no first tries. */
  #known([from, to]: PositionRange, { ascending, statuses }: DeliveryQuery, size: number): number[] {
    const mayBeFirstTry = statuses?.includes(success) ?? true;
    const tail = `position > ?1 AND position < ?2 ORDER BY position ${ascending ? "ASC" : "DESC"} LIMIT ?3`;
    return this.#exec(
      `SELECT position FROM (
         SELECT * FROM (SELECT DISTINCT position FROM attempts WHERE ${tail})
         UNION SELECT * FROM (SELECT position FROM first_tries WHERE ?4 AND ${tail})
         UNION SELECT * FROM (SELECT position FROM canceled WHERE ${tail})
         UNION SELECT * FROM (SELECT position FROM waiting WHERE attempts = 0 AND ${tail}))
       ORDER BY position ${ascending ? "ASC" : "DESC"} LIMIT ?3`,
      from,
      to,
      size,
      mayBeFirstTry ? 1 : 0,
    ).map((row) => Number(row["position"]));
  }

  #matching(positions: readonly number[], query: DeliveryQuery): DeliveryRow[] {
    return this.#exec(
      `SELECT * FROM (${DELIVERIES})
       WHERE ${EVENT_MATCHES}
         AND (?6 IS NULL OR event ->> '$.createdAtMs' >= ?6) AND (?7 IS NULL OR event ->> '$.createdAtMs' < ?7)
       ORDER BY position ${query.ascending ? "ASC" : "DESC"} LIMIT ?8`,
      ...bindingsOf(query),
      JSON.stringify(positions),
      query.afterMs,
      query.beforeMs,
      query.count,
    ).map(deliveryOf);
  }

  #rangeOf(query: DeliveryQuery): PositionRange {
    const { position, from, ascending, afterMs, beforeMs } = query;
    if (position !== null) return [position - 1, position + 1];
    const low = afterMs === null ? 0 : this.#lastAcceptedBefore(afterMs - MAX_CLOCK_SKEW_MS);
    const high =
      beforeMs === null ? null : this.#placeOf(this.#lastAcceptedBefore(beforeMs + MAX_CLOCK_SKEW_MS) + 1);
    return [
      Math.max(low, ascending && from !== null ? from : 0),
      Math.min(high?.position ?? END, !ascending && from !== null ? from : END),
    ];
  }

  /**
   * The highest attempted position whose event was accepted before a moment; 0 when there is none. Events are accepted in
   * the order of their positions, but for clocks that disagree a little.
   */
  #lastAcceptedBefore(atMs: number): number {
    let low = 1;
    const last = (table: string) =>
      Number(this.#exec(`SELECT MAX(position) AS last FROM ${table}`)[0]?.["last"] ?? 0);
    let high = Math.max(last("attempts"), last("first_tries")) + 1;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const place = this.#placeOf(middle);
      if (place === null || place.createdAtMs >= atMs) high = middle;
      else low = place.position + 1;
    }
    return low - 1;
  }

  /** The event at the position, or the next one that was attempted. */
  #placeOf(position: number): { position: number; createdAtMs: number } | null {
    const next = (table: string) =>
      `SELECT * FROM (SELECT position, event ->> '$.createdAtMs' AS at FROM ${table}
         WHERE position >= ?1 ORDER BY position LIMIT 1)`;
    const row = this.#exec(
      `${next("attempts")} UNION ALL ${next("first_tries")} ORDER BY position LIMIT 1`,
      position,
    )[0];
    return row === undefined ? null : { position: Number(row["position"]), createdAtMs: Number(row["at"]) };
  }
}

/** Both ends excluded. */
type PositionRange = [from: number, to: number];
const END = Number.MAX_SAFE_INTEGER;

function deliveryOf(row: SqlRow): DeliveryRow {
  return {
    event: eventOf(Number(row["position"]), row["event"]),
    status: Number(row["status"]),
    nextAtMs: row["next_at"] === null ? null : Number(row["next_at"]),
  };
}
