/**
 * The operational log's own SQL. Its events lie in `events` under a hidden application, so that endpoints and followers
 * read it as they read any log; nothing is written while nobody listens.
 */
import {
  type EndpointEventType,
  OPERATIONAL_APP_ID,
  OPERATIONAL_APP_KEY,
  type OperationalEvent,
} from "../core/operational.ts";
import type { NewEvent } from "./event-append.ts";
import { EventLog } from "./event-log.ts";

/** Whether an operational endpoint, or a follower, wants to know anything. */
export const SOMEBODY_LISTENS_SQL = `(EXISTS (SELECT 1 FROM operational_followers)
  OR EXISTS (SELECT 1 FROM endpoints WHERE app_key = ${OPERATIONAL_APP_KEY} AND deleted_at IS NULL AND disabled = 0))`;

/** Makes the hidden application unless it is there. Its webhooks look like Svix's, whatever the deployment's default. */
export async function ensureOperationalApplication(db: D1Database, nowMs: number): Promise<void> {
  await db
    .prepare(
      `INSERT INTO applications (key, id, name, metadata, policy, created_at, updated_at)
       VALUES (?1, ?2, 'Operational webhooks', '{}', '{"dialect":"svix"}', ?3, ?3) ON CONFLICT DO NOTHING`,
    )
    .bind(OPERATIONAL_APP_KEY, OPERATIONAL_APP_ID, nowMs)
    .run();
}

export async function doesSomebodyListen(db: D1Database): Promise<boolean> {
  const row = await db.prepare(`SELECT ${SOMEBODY_LISTENS_SQL} AS listens`).first<{ listens: number }>();
  return row?.listens === 1;
}

/** A change of an endpoint to tell of, as the statement before in the same batch made it, or did not. */
export type EndpointChange = {
  type: EndpointEventType;
  appKey: number;
  endpointKey: number;
  /** The one it has after the change. */
  version: number;
  /** What deleting freed. */
  formerUid: string | null;
  atMs: number;
};

const IN_RFC_3339 = (ms: string) => `strftime('%Y-%m-%dT%H:%M:%fZ', ${ms} / 1000.0, 'unixepoch')`;

/**
 * Of two writers that read the same endpoint in the same millisecond the one that came too late sees the other's change
 * as its own; it finds it told here. More events than this do not come in a millisecond.
 */
const SAME_MOMENT_EVENTS = 100;

/**
 * For the batch that makes the change: both are written, or neither. Writes nothing unless the endpoint's row shows that
 * the change was made at this very moment, and somebody listens.
 */
export function tellChangeStatement(db: D1Database, change: EndpointChange): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO events (app_key, position, created_at, event_type, event_id, payload)
       SELECT ?1, COALESCE(last.position, 0) + 1, MAX(?2, COALESCE(last.created_at, 0)), ?3, ?8,
         json_object('type', ?3, 'data', json_patch(
           json_object('appId', a.id, 'appUid', a.uid, 'endpointId', e.id, 'endpointUid', COALESCE(e.uid, ?4),
             'url', e.url, 'description', e.description),
           CASE WHEN ?3 = 'endpoint.disabled' THEN json_object(
             'trigger', CASE WHEN e.disabled_reason IS NULL THEN 'manual' ELSE 'automatic' END,
             'reason', e.disabled_reason, 'failSince', ${IN_RFC_3339("s.failing_since")}) ELSE '{}' END))
       FROM endpoints e JOIN applications a ON a.key = e.app_key
         LEFT JOIN endpoint_status s ON s.app_key = e.app_key AND s.endpoint_key = e.key
         LEFT JOIN events last ON last.app_key = ?1
           AND last.position = (SELECT MAX(position) FROM events WHERE app_key = ?1)
       WHERE e.app_key = ?5 AND e.key = ?6 AND e.version = ?7 AND e.updated_at = ?2
         AND e.app_key <> ?1 AND ${SOMEBODY_LISTENS_SQL}
         AND NOT EXISTS (SELECT 1 FROM events
           WHERE app_key = ?1 AND position > last.position - ${SAME_MOMENT_EVENTS} AND event_id = ?8)`,
    )
    .bind(
      OPERATIONAL_APP_KEY,
      change.atMs,
      change.type,
      change.formerUid,
      change.appKey,
      change.endpointKey,
      change.version,
      `${change.type}.${change.appKey}.${change.endpointKey}.${change.version}`,
    );
}

/** An event with an id of its own: telling it again changes nothing. */
export type Told = { id: string; event: OperationalEvent };

/** Appends events that nothing has told yet. They go nowhere when there is no operational application. */
export async function appendOperational(db: D1Database, told: readonly Told[], nowMs: number): Promise<void> {
  const call = { application: OPERATIONAL_APP_ID, implicit: null, events: told.map(toNewEvent) };
  await new EventLog(db).append([call], nowMs);
}

function toNewEvent({ id, event }: Told): NewEvent {
  return {
    eventType: event.type,
    eventId: id,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payloadExpiresAtMs: null,
    payload: JSON.stringify(event),
    idempotencyHash: null,
  };
}

export type OperationalSubscriber = { appKey: number; endpointId: string; version: number; head: number };

/** The endpoints to wake after an append, with the position of the newest event. */
export async function operationalSubscribers(db: D1Database): Promise<OperationalSubscriber[]> {
  const { results } = await db
    .prepare(
      `SELECT id, version, (SELECT MAX(position) FROM events WHERE app_key = ?1) AS head FROM endpoints
       WHERE app_key = ?1 AND deleted_at IS NULL AND disabled = 0`,
    )
    .bind(OPERATIONAL_APP_KEY)
    .all<{ id: string; version: number; head: number | null }>();
  return results.flatMap(({ id, version, head }) =>
    head === null ? [] : [{ appKey: OPERATIONAL_APP_KEY, endpointId: id, version, head }],
  );
}

// Followers

export type OperationalEntry = {
  position: number;
  createdAtMs: number;
  /** The same however often it was told. */
  id: string;
  event: OperationalEvent;
};

/** The log's events after a position, oldest first; one whose payload is gone is left out. */
export async function readOperational(
  db: D1Database,
  { after, limit }: { after: number; limit: number },
): Promise<OperationalEntry[]> {
  const { results } = await db
    .prepare(
      `SELECT position, created_at, event_id, payload FROM events
       WHERE app_key = ? AND position > ? AND payload IS NOT NULL ORDER BY position LIMIT ?`,
    )
    .bind(OPERATIONAL_APP_KEY, after, limit)
    .all<{ position: number; created_at: number; event_id: string; payload: string }>();
  return results.map(({ position, created_at, event_id, payload }) => ({
    position,
    createdAtMs: created_at,
    id: event_id,
    event: JSON.parse(payload) as OperationalEvent,
  }));
}

/** Where a follower has come to; null when it does not listen. */
export async function followerPosition(db: D1Database, name: string): Promise<number | null> {
  const row = await db
    .prepare("SELECT position FROM operational_followers WHERE name = ?")
    .bind(name)
    .first<{ position: number }>();
  return row?.position ?? null;
}

/** Begins to listen, from the next event on; does nothing when the follower listens already. */
export async function startFollowing(db: D1Database, name: string, nowMs: number): Promise<void> {
  await ensureOperationalApplication(db, nowMs);
  await db
    .prepare(
      `INSERT INTO operational_followers (name, position, updated_at)
       VALUES (?1, COALESCE((SELECT MAX(position) FROM events WHERE app_key = ?2), 0), ?3) ON CONFLICT DO NOTHING`,
    )
    .bind(name, OPERATIONAL_APP_KEY, nowMs)
    .run();
}

/** Endpoints' objects go on telling until they next read their configuration. */
export async function stopFollowing(db: D1Database, name: string): Promise<void> {
  await db.prepare("DELETE FROM operational_followers WHERE name = ?").bind(name).run();
}

/**
 * For the batch that does what the events asked for, so that both are done, or neither. Never backwards: two runs at
 * once may both have read the same events.
 */
export function moveFollowerStatement(
  db: D1Database,
  { name, position, nowMs }: { name: string; position: number; nowMs: number },
): D1PreparedStatement {
  return db
    .prepare(
      "UPDATE operational_followers SET position = ?2, updated_at = ?3 WHERE name = ?1 AND position < ?2",
    )
    .bind(name, position, nowMs);
}
