/** The log as those who pull read it; used through {@link EventLog}. */
import type { LoggedEvent } from "../core/event.ts";
import { jsonOrNull } from "../core/json-column.ts";
import { LOG_FETCH_BYTES } from "../core/limits/database.ts";
import { BY_HAND_CHANNEL } from "../core/matching.ts";
import { type EventRow, eventOf } from "./event-rows.ts";

export type PageQuery = {
  appKey: number;
  /** Beyond this position. */
  after: number;
  limit: number;
  /** How far one call looks for events of these types. */
  scan: number;
  eventTypes: string[] | null;
  /** Of each of these lists the event has at least one channel; none: whatever its channels are. */
  channels?: readonly (readonly string[])[];
  /** Positions to leave out: JSON `[from, to][]`. */
  except: readonly (readonly [from: number, to: number])[];
};

export type EventPage = {
  /** Ascending, with their payloads, as many as fit {@link LOG_FETCH_BYTES}, at least one. */
  events: LoggedEvent[];
  /** From where to read on: nothing that was asked for lies between `after` and here but what was returned. */
  next: number;
  /** The log's newest position; 0 when it is empty. */
  head: number;
};

const WANTED = `(?3 IS NULL OR event_type IN (SELECT value FROM json_each(?3)))
  AND (channels IS NULL OR NOT EXISTS (SELECT 1 FROM json_each(channels) WHERE value = '${BY_HAND_CHANNEL}'))
  AND NOT EXISTS (SELECT 1 FROM json_each(?4) AS stretch
    WHERE position BETWEEN stretch.value ->> 0 AND stretch.value ->> 1)
  AND NOT EXISTS (SELECT 1 FROM json_each(?8) AS needed WHERE NOT EXISTS
    (SELECT 1 FROM json_each(channels) AS has JOIN json_each(needed.value) AS one ON has.value = one.value))`;

/** One round trip, and one row read when there is nothing new. */
export async function readEventPage(db: D1Database, query: PageQuery, nowMs: number): Promise<EventPage> {
  const { appKey, after, limit, scan } = query;
  const types = jsonOrNull(query.eventTypes);
  const except = JSON.stringify(query.except);
  const [found, ends] = await db.batch<PageRow & Ends>([
    db
      .prepare(
        `WITH wanted AS (
           SELECT position, COALESCE(octet_length(payload), 0) AS bytes FROM
             (SELECT position, event_type, channels, payload FROM events
              WHERE app_key = ?1 AND position > ?2 ORDER BY position LIMIT ?5)
           WHERE ${WANTED} ORDER BY position LIMIT ?6),
         sized AS (
           SELECT position, ROW_NUMBER() OVER (ORDER BY position) AS nth,
             SUM(bytes) OVER (ORDER BY position) AS bytes FROM wanted)
         SELECT position, created_at, event_type, event_id, channels, tags, deliver_at, payload_expires_at, payload,
           (SELECT COUNT(*) FROM wanted) AS wanted
         FROM events WHERE app_key = ?1 AND position IN (SELECT position FROM sized WHERE bytes <= ?7 OR nth = 1)
         ORDER BY position`,
      )
      .bind(
        appKey,
        after,
        types,
        except,
        scan,
        limit + 1,
        LOG_FETCH_BYTES,
        JSON.stringify(query.channels ?? []),
      ),
    db
      .prepare(
        `SELECT (SELECT MAX(position) FROM
             (SELECT position FROM events WHERE app_key = ?1 AND position > ?2 ORDER BY position LIMIT ?3)) AS scanned_to,
           (SELECT MAX(position) FROM events WHERE app_key = ?1) AS head`,
      )
      .bind(appKey, after, scan),
  ]);
  return pageOf({ rows: found?.results ?? [], end: ends?.results[0], query, nowMs });
}

/** `wanted`: how many there are to return, one more than asked for at most. */
type PageRow = EventRow & { wanted: number };
type Ends = { scanned_to: number | null; head: number | null };
type Read = { rows: PageRow[]; end: Ends | undefined; query: PageQuery; nowMs: number };

function pageOf({ rows, end, query, nowMs }: Read): EventPage {
  const events = rows.slice(0, query.limit).map((row) => eventOf(row, nowMs));
  const isCut = (rows[0]?.wanted ?? 0) > events.length;
  const last = events.at(-1)?.position ?? query.after;
  const scannedTo = Math.max(query.after, end?.scanned_to ?? 0);
  return { events, next: isCut ? last : scannedTo, head: end?.head ?? 0 };
}
