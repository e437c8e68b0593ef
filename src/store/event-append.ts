import type { LoggedEvent } from "../core/event.ts";
import { eventKeys } from "../core/event-keys.ts";
import { IDEMPOTENCY_TTL_MS } from "../core/limits.ts";
import { listSubscribersOf, type SubscriberRow } from "./endpoints.ts";
import { headerOf } from "./event-rows.ts";

/** An event about to be appended. */
export type NewEvent = {
  eventType: string;
  eventId: string | null;
  channels: string[] | null;
  tags: string[] | null;
  deliverAtMs: number | null;
  payloadExpiresAtMs: number | null;
  /** JSON text, kept byte for byte. */
  payload: string;
  /** Hash of caller and idempotency key; null without one. */
  idempotencyHash: string | null;
};

/** An application to create in the same transaction if its uid is not there yet. */
export type ImplicitApplication = {
  key: number;
  id: string;
  uid: string;
  name: string;
  ratePerSecond: number | null;
  metadata: Record<string, string>;
};

export type AppendInput = {
  /** Id or uid, as in the path. */
  application: string;
  implicit: ImplicitApplication | null;
  events: NewEvent[];
  nowMs: number;
};

export type Appended =
  | { kind: "appended"; event: LoggedEvent }
  /** The same request was answered before: here is what it made. */
  | { kind: "repeated"; event: LoggedEvent }
  /** Another event has this event id. */
  | { kind: "conflict"; eventId: string };

export type AppendResult =
  | { kind: "no-application" }
  | {
      kind: "done";
      appKey: number;
      applicationId: string;
      results: Appended[];
      subscribers: SubscriberRow[];
    };

type KeyRow = {
  key: string;
  idempotency_hash: string | null;
  position: number;
  created_at: number;
  event_type: string;
  event_id: string | null;
  channels: string | null;
  tags: string | null;
  deliver_at: number | null;
  payload: string | null;
};

const SELECT_KEYS = `
  SELECT k.key, k.idempotency_hash, e.position, e.created_at, e.event_type, e.event_id, e.channels, e.tags,
    e.deliver_at, e.payload
  FROM event_keys k JOIN events e ON e.app_key = k.app_key AND e.position = k.position`;

/**
 * One D1 batch, that is one transaction and one round trip: finds (or creates) the application, appends each event
 * unless its event id or idempotency key was there before, and reads whom to tell. At most two rows written an event.
 */
export async function appendBatch(db: D1Database, input: AppendInput): Promise<AppendResult> {
  const { column, appKeySql } = selectorOf(input.application);
  const statements: D1PreparedStatement[] = [];
  if (input.implicit !== null) statements.push(insertImplicit(db, input.implicit, input.nowMs));
  const first = statements.length;
  statements.push(
    db
      .prepare(`SELECT key, id FROM applications WHERE ${column} = ? AND deleted_at IS NULL`)
      .bind(input.application),
    listSubscribersOf(db, appKeySql, input.application),
  );
  const plans = input.events.map((event) => {
    const plan = planAppend(db, { event, input, appKeySql });
    const at = statements.length;
    statements.push(...plan);
    return { event, at, hasKey: plan.length > 1 };
  });
  const results = await db.batch<Record<string, unknown>>(statements);
  const application = results[first]?.results[0] as { key: number; id: string } | undefined;
  if (application === undefined) return { kind: "no-application" };
  return {
    kind: "done",
    appKey: application.key,
    applicationId: application.id,
    subscribers: (results[first + 1]?.results ?? []) as SubscriberRow[],
    results: plans.map(({ event, at, hasKey }) => {
      const before = hasKey ? ((results[at]?.results ?? []) as KeyRow[]) : [];
      const inserted = results[hasKey ? at + 1 : at]?.results[0] as
        | { position: number; created_at: number }
        | undefined;
      return resultOf(event, before, inserted);
    }),
  };
}

function selectorOf(idOrUid: string): { column: "id" | "uid"; appKeySql: string } {
  const column = idOrUid.startsWith("app_") ? "id" : "uid";
  return { column, appKeySql: `(SELECT key FROM applications WHERE ${column} = ?1 AND deleted_at IS NULL)` };
}

type Plan = { event: NewEvent; input: AppendInput; appKeySql: string };

/** Look up the keys, append unless one is there, remember the key. Without a key: append alone. */
function planAppend(db: D1Database, { event, input, appKeySql }: Plan): D1PreparedStatement[] {
  const { nowMs } = input;
  const { stored, lookedUp } = eventKeys(event, nowMs);
  const shared = [input.application, JSON.stringify(lookedUp), nowMs - IDEMPOTENCY_TTL_MS];
  const isThere = (key: string) =>
    `${key}.app_key = ${appKeySql} AND ${key}.key IN (SELECT value FROM json_each(?2))
     AND (${key}.created_at > ?3 OR ${key}.key LIKE 'e:%')`;
  const absent = `NOT EXISTS (SELECT 1 FROM event_keys k WHERE ${isThere("k")})`;
  const append = db
    .prepare(
      `WITH app AS (SELECT ${appKeySql} AS key),
         last AS (SELECT position, created_at FROM events WHERE app_key = (SELECT key FROM app)
           ORDER BY position DESC LIMIT 1)
       INSERT INTO events (app_key, position, created_at, event_type, event_id, channels, tags, deliver_at,
         payload_expires_at, payload)
       SELECT app.key, COALESCE((SELECT position FROM last), 0) + 1,
         MAX(?4, COALESCE((SELECT created_at FROM last), 0)), ?5, ?6, ?7, ?8, ?9, ?10, ?11
       FROM app WHERE app.key IS NOT NULL AND ${stored === null ? "?2 IS NOT ?3" : absent}
       RETURNING position, created_at`,
    )
    .bind(
      ...shared,
      nowMs,
      event.eventType,
      event.eventId,
      event.channels === null ? null : JSON.stringify(event.channels),
      event.tags === null ? null : JSON.stringify(event.tags),
      event.deliverAtMs,
      event.payloadExpiresAtMs,
      event.payload,
    );
  if (stored === null) return [append];
  const lookUp = db.prepare(`${SELECT_KEYS} WHERE ${isThere("k")}`).bind(...shared);
  const remember = db
    .prepare(
      `INSERT OR REPLACE INTO event_keys (app_key, key, position, idempotency_hash, created_at)
       SELECT app_key, ?4, position, ?5, ?6 FROM events WHERE app_key = ${appKeySql} AND ${absent}
       ORDER BY position DESC LIMIT 1`,
    )
    .bind(...shared, stored, event.eventId === null ? null : event.idempotencyHash, nowMs);
  return [lookUp, append, remember];
}

function insertImplicit(db: D1Database, app: ImplicitApplication, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO applications (key, id, uid, name, rate_per_second, metadata, policy, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, '{}', ?7, ?7) ON CONFLICT DO NOTHING`,
    )
    .bind(app.key, app.id, app.uid, app.name, app.ratePerSecond, JSON.stringify(app.metadata), nowMs);
}

function resultOf(
  event: NewEvent,
  before: KeyRow[],
  inserted: { position: number; created_at: number } | undefined,
): Appended {
  if (inserted !== undefined) {
    const { eventType, eventId, channels, tags, deliverAtMs, payload } = event;
    return {
      kind: "appended",
      event: {
        position: inserted.position,
        createdAtMs: inserted.created_at,
        eventType,
        eventId,
        channels,
        tags,
        deliverAtMs,
        payload,
      },
    };
  }
  const hash = event.idempotencyHash;
  const repeated = before.find(
    (row) => hash !== null && (row.key.endsWith(`:${hash}`) || row.idempotency_hash === hash),
  );
  if (repeated === undefined) return { kind: "conflict", eventId: event.eventId ?? "" };
  return { kind: "repeated", event: { ...headerOf(repeated), payload: repeated.payload } };
}
