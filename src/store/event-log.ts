/** The one way to the event log (design §3): everything else is given this class and does not know which D1 it uses. */
import type { DeliveryFilter } from "../core/attempt-log.ts";
import type { EventHeader, LoggedEvent } from "../core/event.ts";
import { jsonOrNull } from "../core/json-column.ts";
import { LOG_FETCH_BYTES } from "../core/limits/database.ts";
import { type AppendCall, type AppendResult, appendAll } from "./event-append.ts";
import { type EventPage, type PageQuery, readEventPage } from "./event-pages.ts";
import { type EventRow, eventOf, headerOf } from "./event-rows.ts";

export type ListEvents = {
  appKey: number;
  /** Of these the conditions on events, and the times of their acceptance. */
  filter: Omit<DeliveryFilter, "position" | "statuses">;
  /** Beyond this position in scan order; null: from the beginning. */
  from: number | null;
  ascending: boolean;
  count: number;
};

const HEADER_COLUMNS = "position, created_at, event_type, event_id, channels, tags, deliver_at";
const EVENT_COLUMNS = `${HEADER_COLUMNS}, payload_expires_at, payload`;

export class EventLog {
  readonly #db: D1Database;

  constructor(db: D1Database) {
    this.#db = db;
  }

  /**
   * Appends the events of any number of calls in one round trip; nothing else has to succeed for them to be accepted
   * (invariants 1 and 2). One result a call, in order.
   */
  append(calls: readonly AppendCall[], nowMs: number): Promise<AppendResult[]> {
    return appendAll(this.#db, calls, nowMs);
  }

  /** Statement for the headers after a position; read its rows with {@link toHeader}. */
  headersAfter(appKey: number, position: number, limit: number): D1PreparedStatement {
    return this.#db
      .prepare(
        `SELECT ${HEADER_COLUMNS} FROM events WHERE app_key = ? AND position > ? ORDER BY position LIMIT ?`,
      )
      .bind(appKey, position, limit);
  }

  toHeader(row: unknown): EventHeader {
    return headerOf(row as EventRow);
  }

  /**
   * The events at these positions, ascending, with their payloads: as many as fit {@link LOG_FETCH_BYTES}, at least one.
   * A position that is missing below the last one returned has been purged.
   */
  async read(appKey: number, positions: readonly number[], nowMs: number): Promise<LoggedEvent[]> {
    const { results } = await this.#db
      .prepare(
        `WITH sized AS (
           SELECT position, ROW_NUMBER() OVER (ORDER BY position) AS nth,
             SUM(COALESCE(octet_length(payload), 0)) OVER (ORDER BY position) AS bytes
           FROM events WHERE app_key = ?1 AND position IN (SELECT value FROM json_each(?2)))
         SELECT ${EVENT_COLUMNS} FROM events
         WHERE app_key = ?1 AND position IN (SELECT position FROM sized WHERE bytes <= ?3 OR nth = 1)
         ORDER BY position`,
      )
      .bind(appKey, JSON.stringify(positions), LOG_FETCH_BYTES)
      .all<EventRow>();
    return results.map((row) => eventOf(row, nowMs));
  }

  async get(appKey: number, position: number, nowMs: number): Promise<LoggedEvent | null> {
    const row = await this.#db
      .prepare(`SELECT ${EVENT_COLUMNS} FROM events WHERE app_key = ? AND position = ?`)
      .bind(appKey, position)
      .first<EventRow>();
    return row === null ? null : eventOf(row, nowMs);
  }

  /** Where the publisher's own id of an event points; null when there is none such. */
  async positionOfEventId(appKey: number, eventId: string): Promise<number | null> {
    const row = await this.#db
      .prepare("SELECT position FROM event_keys WHERE app_key = ? AND key = ?")
      .bind(appKey, `e:${eventId}`)
      .first<{ position: number }>();
    return row?.position ?? null;
  }

  /** Where the publisher's own ids point, as far as they point anywhere. */
  async positionsOfEventIds(appKey: number, eventIds: readonly string[]): Promise<Map<string, number>> {
    if (eventIds.length === 0) return new Map();
    const { results } = await this.#db
      .prepare(
        `SELECT substr(key, 3) AS id, position FROM event_keys
         WHERE app_key = ?1 AND key IN (SELECT 'e:' || value FROM json_each(?2))`,
      )
      .bind(appKey, JSON.stringify(eventIds))
      .all<{ id: string; position: number }>();
    return new Map(results.map(({ id, position }) => [id, position]));
  }

  /** When the events at these positions were accepted; of those that are not there nothing. */
  async createdAt(appKey: number, positions: readonly number[]): Promise<Map<number, number>> {
    if (positions.length === 0) return new Map();
    const { results } = await this.#db
      .prepare(
        `SELECT position, created_at FROM events
         WHERE app_key = ?1 AND position IN (SELECT value FROM json_each(?2))`,
      )
      .bind(appKey, JSON.stringify(positions))
      .all<{ position: number; created_at: number }>();
    return new Map(results.map((row) => [row.position, row.created_at]));
  }

  /** When the first event beyond each of these positions was accepted; of those beyond which there is none, nothing. */
  async firstBeyond(appKey: number, positions: readonly number[]): Promise<Map<number, number>> {
    if (positions.length === 0) return new Map();
    const { results } = await this.#db
      .prepare(
        `SELECT value AS position, (SELECT created_at FROM events
           WHERE app_key = ?1 AND position > value ORDER BY position LIMIT 1) AS created_at
         FROM json_each(?2)`,
      )
      .bind(appKey, JSON.stringify(positions))
      .all<{ position: number; created_at: number | null }>();
    return new Map(
      results.flatMap((row) => (row.created_at === null ? [] : [[row.position, row.created_at] as const])),
    );
  }

  /** Forgets the payloads at these positions. */
  async expunge(appKey: number, positions: readonly number[]): Promise<void> {
    await this.#db
      .prepare(
        `UPDATE events SET payload = NULL
         WHERE app_key = ?1 AND payload IS NOT NULL AND position IN (SELECT value FROM json_each(?2))`,
      )
      .bind(appKey, JSON.stringify(positions))
      .run();
  }

  /** At how many of these positions there is still a payload. */
  async countWithPayload(appKey: number, positions: readonly number[], nowMs: number): Promise<number> {
    if (positions.length === 0) return 0;
    const row = await this.#db
      .prepare(
        `SELECT COUNT(*) AS n FROM events
         WHERE app_key = ?1 AND position IN (SELECT value FROM json_each(?2)) AND payload IS NOT NULL
           AND (payload_expires_at IS NULL OR payload_expires_at > ?3)`,
      )
      .bind(appKey, JSON.stringify(positions), nowMs)
      .first<{ n: number }>();
    return row?.n ?? 0;
  }

  /** How large the payloads at these positions are. */
  async payloadBytes(appKey: number, positions: readonly number[]): Promise<Map<number, number>> {
    if (positions.length === 0) return new Map();
    const { results } = await this.#db
      .prepare(
        `SELECT position, COALESCE(octet_length(payload), 0) AS bytes FROM events
         WHERE app_key = ?1 AND position IN (SELECT value FROM json_each(?2))`,
      )
      .bind(appKey, JSON.stringify(positions))
      .all<{ position: number; bytes: number }>();
    return new Map(results.map(({ position, bytes }) => [position, bytes]));
  }

  /**
   * Position of the last event accepted before a moment; 0 when there is none. Time does not run backwards within an
   * application's log, so halving finds it, in one statement.
   */
  async lastBefore(appKey: number, atMs: number): Promise<number> {
    const isEarly = `COALESCE((SELECT created_at < ?2 FROM events
      WHERE app_key = ?1 AND position >= (low + high) / 2 ORDER BY position LIMIT 1), 0)`;
    const row = await this.#db
      .prepare(
        `WITH RECURSIVE halving (low, high) AS (
           SELECT 1, COALESCE((SELECT MAX(position) FROM events WHERE app_key = ?1), 0) + 1
           UNION ALL
           SELECT CASE WHEN ${isEarly} THEN (low + high) / 2 + 1 ELSE low END,
             CASE WHEN ${isEarly} THEN high ELSE (low + high) / 2 END
           FROM halving WHERE low < high)
         SELECT low - 1 AS position FROM halving WHERE low >= high`,
      )
      .bind(appKey, atMs)
      .first<{ position: number }>();
    return row?.position ?? 0;
  }

  /** Events for who pulls: {@link readEventPage}. */
  page(query: PageQuery, nowMs: number): Promise<EventPage> {
    return readEventPage(this.#db, query, nowMs);
  }

  /** Events without their payloads: a page of those may be far too much for one answer. */
  async list(query: ListEvents): Promise<EventHeader[]> {
    const { filter } = query;
    const direction = query.ascending ? "ASC" : "DESC";
    const { results } = await this.#db
      .prepare(
        `SELECT ${HEADER_COLUMNS} FROM events
         WHERE app_key = ?1 AND (?2 IS NULL OR position ${query.ascending ? ">" : "<"} ?2)
           AND (?3 IS NULL OR event_type IN (SELECT value FROM json_each(?3)))
           AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(channels) WHERE value = ?4))
           AND (?5 IS NULL OR EXISTS (SELECT 1 FROM json_each(tags) WHERE value = ?5))
           AND (?6 IS NULL OR created_at >= ?6) AND (?7 IS NULL OR created_at < ?7)
         ORDER BY position ${direction} LIMIT ?8`,
      )
      .bind(
        query.appKey,
        query.from,
        jsonOrNull(filter.eventTypes),
        filter.channel,
        filter.tag,
        filter.afterMs,
        filter.beforeMs,
        query.count,
      )
      .all<EventRow>();
    return results.map(headerOf);
  }

  /** Position of the application's newest event; 0 when it has none. */
  async head(appKey: number): Promise<number> {
    const row = await this.#db
      .prepare("SELECT MAX(position) AS head FROM events WHERE app_key = ?")
      .bind(appKey)
      .first<{ head: number | null }>();
    return row?.head ?? 0;
  }
}
