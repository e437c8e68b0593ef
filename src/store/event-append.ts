import type { LoggedEvent } from "../core/event.ts";
import { eventKeys } from "../core/event-keys.ts";
import { jsonOrNull } from "../core/json-column.ts";
import { MAX_APPEND_PARAMETER_CHARS } from "../core/limits/database.ts";
import { IDEMPOTENCY_TTL_MS } from "../core/limits/requests.ts";
import type { SubscriptionSpan } from "../core/matching.ts";
import { type EventRow, eventOf } from "./event-rows.ts";

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

/** One publish call. */
export type AppendCall = {
  /** Id or uid, as in the path. */
  application: string;
  implicit: ImplicitApplication | null;
  events: NewEvent[];
  /** Its payloads fit the schemas of their types; left out, nobody has looked. */
  checked?: boolean;
};

export type Appended =
  | { kind: "appended"; event: LoggedEvent }
  /** The same request was answered before: here is what it made. */
  | { kind: "repeated"; event: LoggedEvent }
  /** Another event has this event id. */
  | { kind: "conflict"; eventId: string };

/** An endpoint to tell of the events, with the span in force for them. */
export type Subscriber = { id: string; version: number; span: SubscriptionSpan };

export type AppendResult =
  | { kind: "no-application" }
  /** The application wants payloads checked and these were not: nothing of the call is appended. */
  | { kind: "unchecked" }
  /** `isLive`: somebody waits for the application's events. */
  | { kind: "done"; appKey: number; results: Appended[]; subscribers: Subscriber[]; isLive: boolean };

/** An event of some call, with its keys. */
type Item = {
  application: string;
  checked: boolean;
  event: NewEvent;
  /** Remembered with it; null: it can be no repeat. */
  storedKey: string | null;
  lookedUp: string[];
  /** An earlier item of these calls with a key in common: this one is not appended. */
  leader: Item | null;
};

type ApplicationRow = {
  selector: string;
  key: number;
  id: string;
  checks: number | null;
  subscribers: string;
  live: number;
};
type KeyRow = EventRow & { item: number; stored_key: string; idempotency_hash: string | null };
type InsertedRow = { app_key: number; position: number; created_at: number };

/**
 * One D1 batch, that is one transaction and one round trip, for any number of calls: finds (or creates) the
 * applications, appends each event unless its event id or idempotency key was there before, and reads whom to tell. At
 * most two rows written an event.
 */
export async function appendAll(
  db: D1Database,
  calls: readonly AppendCall[],
  nowMs: number,
): Promise<AppendResult[]> {
  const items = itemsOf(calls, nowMs);
  const fresh = items.filter(({ leader }) => leader === null);
  const hasKeys = items.some(({ lookedUp }) => lookedUp.length > 0);
  const creations = calls.flatMap(({ implicit }) =>
    implicit === null ? [] : [insertImplicit(db, implicit, nowMs)],
  );
  const appends = chunksOf(fresh).map((chunk) => appendStatement(db, chunk, nowMs));
  const results = await db.batch<unknown>([
    ...creations,
    applicationsStatement(db, calls),
    ...(hasKeys ? [keysStatement(db, items, nowMs)] : []),
    ...appends,
    ...(hasKeys ? [rememberStatement(db, fresh, nowMs)] : []),
  ]);
  const rows = <Row>(index: number) => (results[index]?.results ?? []) as Row[];
  const afterCreations = creations.length;
  const firstAppend = afterCreations + (hasKeys ? 2 : 1);
  return readResults({
    calls,
    items,
    applications: rows<ApplicationRow>(afterCreations),
    keys: hasKeys ? rows<KeyRow>(afterCreations + 1) : [],
    inserted: appends.flatMap((_, index) => rows<InsertedRow>(firstAppend + index)),
    nowMs,
  });
}

/**
 * Whether two calls name different applications (as far as their names tell) but share a key: such calls may mean one
 * application by two names, and must not share a batch, which could not see that one repeats the other. Nor may a
 * checked call depend on an unchecked one, which may be refused.
 */
export function mayClash(a: AppendCall, b: AppendCall, nowMs: number): boolean {
  if (a.application === b.application) return a.checked !== b.checked;
  const keys = new Set(a.events.flatMap((event) => eventKeys(event, nowMs).lookedUp));
  return b.events.some((event) => eventKeys(event, nowMs).lookedUp.some((key) => keys.has(key)));
}

function itemsOf(calls: readonly AppendCall[], nowMs: number): Item[] {
  const leaders = new Map<string, Item>();
  return calls.flatMap(({ application, events, checked = false }) =>
    events.map((event) => {
      const { stored, lookedUp } = eventKeys(event, nowMs);
      const names = lookedUp.map((key) => `${application}\n${key}`);
      const leader = names.map((name) => leaders.get(name)).find((item) => item !== undefined) ?? null;
      const item: Item = { application, checked, event, storedKey: stored, lookedUp, leader };
      for (const name of names) if (!leaders.has(name)) leaders.set(name, item);
      return item;
    }),
  );
}

/** Consecutive items whose payloads fit one parameter; one that is too large by itself goes alone. */
function chunksOf(items: readonly Item[]): Item[][] {
  const chunks: Item[][] = [];
  let chars = Number.POSITIVE_INFINITY;
  for (const item of items) {
    const size = item.event.payload.length + ITEM_OVERHEAD_CHARS;
    if (chars + size > MAX_APPEND_PARAMETER_CHARS) {
      chunks.push([]);
      chars = 0;
    }
    chunks.at(-1)?.push(item);
    chars += size;
  }
  return chunks;
}

/** Everything of an item but its payload, generously. */
const ITEM_OVERHEAD_CHARS = 6000;

const IS_NAMED = "(a.id = %s OR a.uid = %s) AND a.deleted_at IS NULL";
/** CROSS JOINs fix the order of the loops: left to itself, SQLite walks all of an application's keys for each event. */
const joinApplication = (selector: string) =>
  `CROSS JOIN applications a ON ${IS_NAMED.replaceAll("%s", selector)}`;

/** What of a policy says that payloads must fit their schemas; read in the batch itself, so that it costs no round trip. */
const CHECKS = "a.policy ->> '$.validatePayloads'";
const IS_CHECKED = `(j.value ->> '$.checked' OR ${CHECKS} IS NOT 1)`;

/** A key that still binds: an event id as long as its event is there, other keys for a while (`?2`). */
const BINDS = "(k.created_at > ?2 OR k.key LIKE 'e:%')";
const IS_NEW = `NOT EXISTS (SELECT 1 FROM json_each(j.value, '$.keys') l
  CROSS JOIN event_keys k ON k.app_key = a.key AND k.key = l.value WHERE ${BINDS})`;

function applicationsStatement(db: D1Database, calls: readonly AppendCall[]): D1PreparedStatement {
  const selectors = [...new Set(calls.map(({ application }) => application))];
  return db
    .prepare(
      `SELECT s.value AS selector, a.key, a.id, ${CHECKS} AS checks,
         (SELECT json_group_array(json_object('id', e.id, 'version', e.version,
            'span', json(json_extract(e.spans, '$[#-1]'))))
          FROM endpoints e WHERE e.app_key = a.key AND e.deleted_at IS NULL AND e.disabled = 0) AS subscribers,
         EXISTS (SELECT 1 FROM live_applications l WHERE l.app_key = a.key) AS live
       FROM json_each(?1) s ${joinApplication("s.value")}`,
    )
    .bind(JSON.stringify(selectors));
}

function keysStatement(db: D1Database, items: readonly Item[], nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT j.key AS item, k.key AS stored_key, k.idempotency_hash, e.position, e.created_at, e.event_type,
         e.event_id, e.channels, e.tags, e.deliver_at, e.payload_expires_at, e.payload
       FROM json_each(?1) j ${joinApplication("j.value ->> '$.app'")}
         CROSS JOIN json_each(j.value, '$.keys') l
         CROSS JOIN event_keys k ON k.app_key = a.key AND k.key = l.value
         CROSS JOIN events e ON e.app_key = k.app_key AND e.position = k.position
       WHERE ${BINDS}`,
    )
    .bind(JSON.stringify(items.map(namesOf)), nowMs - IDEMPOTENCY_TTL_MS);
}

/** `?3` is the payload of a chunk of one: inside JSON, escaping could make it larger than a parameter may be. */
function appendStatement(db: D1Database, chunk: readonly Item[], nowMs: number): D1PreparedStatement {
  const alone = chunk.length === 1 ? chunk[0] : undefined;
  const rows = chunk.map((item) => ({
    ...namesOf(item),
    type: item.event.eventType,
    id: item.event.eventId,
    channels: jsonOrNull(item.event.channels),
    tags: jsonOrNull(item.event.tags),
    at: item.event.deliverAtMs,
    until: item.event.payloadExpiresAtMs,
    payload: alone === undefined ? item.event.payload : null,
  }));
  return db
    .prepare(
      `INSERT INTO events (app_key, position, created_at, event_type, event_id, channels, tags, deliver_at,
         payload_expires_at, payload)
       SELECT app_key, last + ROW_NUMBER() OVER (PARTITION BY app_key ORDER BY item),
         MAX(?4, COALESCE((SELECT created_at FROM events WHERE app_key = x.app_key AND position = x.last), 0)),
         v ->> '$.type', v ->> '$.id', v ->> '$.channels', v ->> '$.tags', v ->> '$.at', v ->> '$.until',
         COALESCE(?3, v ->> '$.payload')
       FROM (SELECT j.key AS item, j.value AS v, a.key AS app_key,
           COALESCE((SELECT MAX(position) FROM events WHERE app_key = a.key), 0) AS last
         FROM json_each(?1) j ${joinApplication("j.value ->> '$.app'")} WHERE ${IS_CHECKED} AND ${IS_NEW}) x
       RETURNING app_key, position, created_at`,
    )
    .bind(JSON.stringify(rows), nowMs - IDEMPOTENCY_TTL_MS, alone?.event.payload ?? null, nowMs);
}

/** Runs after the appends: the newest events of each application are these items', in order. */
function rememberStatement(db: D1Database, fresh: readonly Item[], nowMs: number): D1PreparedStatement {
  const rows = fresh.map((item) => ({
    ...namesOf(item),
    key: item.storedKey,
    hash: item.event.eventId === null ? null : item.event.idempotencyHash,
  }));
  return db
    .prepare(
      `INSERT OR REPLACE INTO event_keys (app_key, key, position, idempotency_hash, created_at)
       SELECT app_key, key, position, hash, ?3
       FROM (SELECT a.key AS app_key, j.value ->> '$.key' AS key, j.value ->> '$.hash' AS hash,
           (SELECT MAX(position) FROM events WHERE app_key = a.key) - COUNT(*) OVER (PARTITION BY a.key)
             + ROW_NUMBER() OVER (PARTITION BY a.key ORDER BY j.key) AS position
         FROM json_each(?1) j ${joinApplication("j.value ->> '$.app'")} WHERE ${IS_CHECKED} AND ${IS_NEW})
       WHERE key IS NOT NULL`,
    )
    .bind(JSON.stringify(rows), nowMs - IDEMPOTENCY_TTL_MS, nowMs);
}

function namesOf(item: Item): { app: string; keys: string[]; checked: boolean } {
  return { app: item.application, keys: item.lookedUp, checked: item.checked };
}

function insertImplicit(db: D1Database, app: ImplicitApplication, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO applications (key, id, uid, name, rate_per_second, metadata, policy, created_at, updated_at)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, '{}', ?7, ?7) ON CONFLICT DO NOTHING`,
    )
    .bind(app.key, app.id, app.uid, app.name, app.ratePerSecond, JSON.stringify(app.metadata), nowMs);
}

type Read = {
  calls: readonly AppendCall[];
  items: readonly Item[];
  applications: readonly ApplicationRow[];
  keys: readonly KeyRow[];
  inserted: readonly InsertedRow[];
  nowMs: number;
};

/** Gives each call what became of its events: appended ones took their application's new positions in order. */
function readResults({ calls, items, applications, keys, inserted, nowMs }: Read): AppendResult[] {
  const bySelector = new Map(applications.map((row) => [row.selector, row]));
  const keysOfItem = Map.groupBy(keys, ({ item }) => item);
  const insertedOf = Map.groupBy(inserted, (row) => row.app_key);
  for (const rows of insertedOf.values()) rows.sort((a, b) => a.position - b.position);
  const done = new Map<Item, Appended>();
  items.forEach((item, index) => {
    const application = bySelector.get(item.application);
    if (application === undefined || isRefused(item, application)) return;
    const appKey = application.key;
    const before = keysOfItem.get(index);
    const row = before === undefined && item.leader === null ? insertedOf.get(appKey)?.shift() : undefined;
    done.set(item, resultOf(item, { before, row, leader: item.leader && done.get(item.leader), nowMs }));
  });
  let next = 0;
  return calls.map(({ application, events }) => {
    const own = items.slice(next, next + events.length);
    next += events.length;
    const row = bySelector.get(application);
    if (row === undefined) return { kind: "no-application" };
    if (own.some((item) => isRefused(item, row))) return { kind: "unchecked" };
    const results = own.flatMap((item) => done.get(item) ?? []);
    const subscribers: Subscriber[] = JSON.parse(row.subscribers);
    return { kind: "done", appKey: row.key, results, subscribers, isLive: row.live === 1 };
  });
}

/** As {@link IS_CHECKED} has it; true of all events of a call or of none. */
function isRefused({ checked }: Item, { checks }: ApplicationRow): boolean {
  return checks === 1 && !checked;
}

type Found = {
  before: readonly KeyRow[] | undefined;
  row: InsertedRow | undefined;
  leader: Appended | null | undefined;
  nowMs: number;
};

function resultOf({ event, leader }: Item, found: Found): Appended {
  const hash = event.idempotencyHash;
  if (found.row !== undefined) return { kind: "appended", event: appendedEvent(event, found.row) };
  const same = found.before?.find(
    (row) => hash !== null && (row.stored_key.endsWith(`:${hash}`) || row.idempotency_hash === hash),
  );
  if (same !== undefined) return { kind: "repeated", event: eventOf(same, found.nowMs) };
  const repeats = hash !== null && leader?.event.idempotencyHash === hash;
  if (repeats && found.leader && found.leader.kind !== "conflict") {
    return { kind: "repeated", event: found.leader.event };
  }
  return { kind: "conflict", eventId: event.eventId ?? "" };
}

function appendedEvent(event: NewEvent, row: InsertedRow): LoggedEvent {
  const { eventType, eventId, channels, tags, deliverAtMs, payload } = event;
  return {
    position: row.position,
    createdAtMs: row.created_at,
    eventType,
    eventId,
    channels,
    tags,
    deliverAtMs,
    payload,
  };
}
