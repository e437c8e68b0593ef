/**
 * Writes of the `endpoints` table. Each bumps `version`, which tells the endpoint's object to read its configuration
 * again, and each that changes what the endpoint listens to begins a new span behind the log's head. The head is read
 * by the very statement that writes: read before, an event published in between would be lost or added.
 */
import type { EndpointAddress } from "../core/endpoint.ts";
import { jsonOrNull } from "../core/json-column.ts";
import { MAX_ENDPOINTS_PER_APP } from "../core/limits/resources.ts";
import { changeSubscription, type SubscriptionFilter, type SubscriptionSpan } from "../core/matching.ts";
import { type EndpointEventType, OPERATIONAL_APP_KEY } from "../core/operational.ts";
import type { DeliveryPolicy } from "../core/policy.ts";
import type { EndpointRecord } from "./endpoints.ts";
import { type EndpointChange, tellChangeStatement } from "./operational-log.ts";

/** SQL for the position of an application's newest event, given SQL for its key. */
function headSql(appKey: string): string {
  return `COALESCE((SELECT MAX(position) FROM events WHERE app_key = ${appKey}), 0)`;
}

/** True unless `name` is a custom dialect that is gone, so that none is deleted while it is being chosen. */
export function dialectExistsSql(name: string): string {
  return `(${name} IS NULL OR EXISTS (SELECT 1 FROM dialects WHERE name = ${name}))`;
}

export type EndpointFields = Pick<
  EndpointRecord,
  | "uid"
  | "url"
  | "description"
  | "ratePerSecond"
  | "disabled"
  | "disabledReason"
  | "eventTypes"
  | "channels"
  | "metadata"
  | "policy"
  | "sealedSecrets"
  | "sealedHeaders"
>;

export type NewEndpoint = EndpointAddress &
  EndpointFields & { applicationPolicy: DeliveryPolicy; createdAtMs: number };

export type InsertOutcome = "inserted" | "uid_taken" | "limit_reached" | "application_changed";

/** Adds an endpoint that listens from the next event on. Nothing is written unless the outcome is `inserted`. */
export async function insertEndpoint(db: D1Database, endpoint: NewEndpoint): Promise<InsertOutcome> {
  const insert = db
    .prepare(
      `INSERT INTO endpoints (app_key, key, id, uid, url, description, rate_per_second, disabled, disabled_reason,
         event_types, channels, metadata, policy, sealed_secrets, sealed_headers, version, created_at, updated_at, spans)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 1, ?16, ?16,
         json_array(json_object('from', ${headSql("?1")} + 1, 'filter', json(?17)))
       WHERE (SELECT count(*) FROM endpoints WHERE app_key = ?1 AND deleted_at IS NULL) < ?18
         AND EXISTS (SELECT 1 FROM applications
           WHERE key = ?1 AND deleted_at IS NULL AND policy ->> '$.dialect' IS ?19)
       ON CONFLICT (app_key, uid) DO NOTHING
       RETURNING key`,
    )
    .bind(
      endpoint.appKey,
      endpoint.endpointKey,
      endpoint.endpointId,
      ...fieldValues(endpoint),
      endpoint.createdAtMs,
      JSON.stringify(filterOf(endpoint)),
      MAX_ENDPOINTS_PER_APP,
      endpoint.applicationPolicy.dialect ?? null,
    );
  const [inserted, refusal] = await db.batch<{ outcome: InsertOutcome }>([
    insert,
    db
      .prepare(
        `SELECT CASE
           WHEN EXISTS (SELECT 1 FROM endpoints WHERE app_key = ?1 AND uid = ?2) THEN 'uid_taken'
           WHEN (SELECT count(*) FROM endpoints WHERE app_key = ?1 AND deleted_at IS NULL) >= ?3 THEN 'limit_reached'
           ELSE 'application_changed' END AS outcome`,
      )
      .bind(endpoint.appKey, endpoint.uid, MAX_ENDPOINTS_PER_APP),
    ...tellStatements(db, ["endpoint.created"], {
      ...endpoint,
      version: 1,
      formerUid: null,
      atMs: endpoint.createdAtMs,
    }),
  ]);
  if (inserted?.results.length === 1) return "inserted";
  return refusal?.results[0]?.outcome ?? "application_changed";
}

export type SaveEndpoint = {
  /** As it was read; nothing is written if it has changed since. */
  before: EndpointRecord;
  after: EndpointFields;
  /** The custom dialect chosen by `after.policy`; null when it is a built-in one, or none. */
  customDialect: string | null;
  /** Makes it invisible for good. */
  deleted?: boolean;
  atMs: number;
};

export type SaveOutcome = "saved" | "uid_taken" | "changed" | "too_many_spans";

/** Writes all fields of an endpoint if it is still as it was read; `changed` says to read it and decide again. */
export async function saveEndpoint(db: D1Database, save: SaveEndpoint): Promise<SaveOutcome> {
  const { before, after } = save;
  const spans = nextSpans(before, filterOf(after));
  if (spans === "too_many_spans") return spans;
  const update = db
    .prepare(
      `UPDATE OR IGNORE endpoints SET uid = ?4, url = ?5, description = ?6, rate_per_second = ?7, disabled = ?8,
         disabled_reason = ?9, event_types = ?10, channels = ?11, metadata = ?12, policy = ?13, sealed_secrets = ?14,
         sealed_headers = ?15, updated_at = ?16, deleted_at = ?17, version = version + 1,
         spans = COALESCE(json_set(?18, '$[#-1].from', ${headSql("?1")} + 1), spans)
       WHERE app_key = ?1 AND key = ?2 AND version = ?3 AND deleted_at IS NULL AND ${dialectExistsSql("?19")}
       RETURNING key`,
    )
    .bind(
      before.appKey,
      before.endpointKey,
      before.version,
      ...fieldValues(after),
      save.atMs,
      save.deleted ? save.atMs : null,
      jsonOrNull(spans),
      save.customDialect,
    );
  const [saved, taken] = await db.batch([
    update,
    db
      .prepare("SELECT 1 FROM endpoints WHERE app_key = ?1 AND uid = ?2 AND key <> ?3")
      .bind(before.appKey, after.uid, before.endpointKey),
    ...tellStatements(db, eventTypesOf(save), {
      ...before,
      version: before.version + 1,
      formerUid: save.deleted ? before.uid : null,
      atMs: save.atMs,
    }),
  ]);
  if (saved?.results.length === 1) return "saved";
  return taken?.results.length === 1 ? "uid_taken" : "changed";
}

/** The operational log's part of a batch; the operational endpoints themselves are not told of. */
function tellStatements(
  db: D1Database,
  types: readonly EndpointEventType[],
  change: Omit<EndpointChange, "type">,
): D1PreparedStatement[] {
  if (change.appKey === OPERATIONAL_APP_KEY) return [];
  return types.map((type) => tellChangeStatement(db, { ...change, type }));
}

function eventTypesOf({ before, after, deleted }: SaveEndpoint): EndpointEventType[] {
  if (deleted) return ["endpoint.deleted"];
  if (before.disabled === after.disabled) return ["endpoint.updated"];
  return ["endpoint.updated", after.disabled ? "endpoint.disabled" : "endpoint.enabled"];
}

/** In the order of the placeholders both statements begin their fields with. */
function fieldValues(fields: EndpointFields): (string | number | null)[] {
  return [
    fields.uid,
    fields.url,
    fields.description,
    fields.ratePerSecond,
    fields.disabled ? 1 : 0,
    fields.disabledReason,
    jsonOrNull(fields.eventTypes),
    jsonOrNull(fields.channels),
    JSON.stringify(fields.metadata),
    JSON.stringify(fields.policy),
    fields.sealedSecrets,
    fields.sealedHeaders,
  ];
}

function filterOf(fields: EndpointFields): SubscriptionFilter | null {
  return fields.disabled ? null : { eventTypes: fields.eventTypes, channels: fields.channels };
}

/** The statement that writes replaces it: only there the head is known. */
const UNKNOWN_HEAD = Number.MAX_SAFE_INTEGER;

/**
 * The history after a change to `filter` at a head not yet known; null when nothing changes. Refuses a change that
 * would push out a span that still decides about unsettled events, except to listen to nothing.
 */
function nextSpans(
  { spans, settled }: Pick<EndpointRecord, "spans" | "settled">,
  filter: SubscriptionFilter | null,
): SubscriptionSpan[] | null | "too_many_spans" {
  const current = spans.at(-1);
  if (current !== undefined && JSON.stringify(current.filter) === JSON.stringify(filter)) return null;
  const distinct = spans.filter(
    (span, index) => span.filter === null || spans[index + 1]?.from !== span.from,
  );
  const next = changeSubscription(distinct, { from: UNKNOWN_HEAD, filter }, settled);
  const oldest = next[0]?.from ?? UNKNOWN_HEAD;
  const pushedOut = oldest > settled + 1 && distinct.some(({ from }) => from < oldest);
  return pushedOut && filter !== null ? "too_many_spans" : next;
}

export type Disable = {
  appKey: number;
  endpointKey: number;
  /** As the caller judged it; a newer configuration is a reason to judge again. */
  version: number;
  reason: "failures" | "gone";
  atMs: number;
};

/** Disables an endpoint on the service's own account and tells of it, unless it changed or is disabled already. */
export async function disableEndpoint(db: D1Database, disable: Disable): Promise<boolean> {
  const change = { ...disable, version: disable.version + 1, formerUid: null };
  const [disabled] = await db.batch([
    disableEndpointStatement(db, disable),
    ...tellStatements(db, ["endpoint.disabled"], change),
  ]);
  return disabled?.results.length === 1;
}

/** One row back: done; none: it changed, or is disabled already. */
export function disableEndpointStatement(db: D1Database, disable: Disable): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE endpoints SET disabled = 1, disabled_reason = ?4, updated_at = ?5, version = version + 1,
         spans = json_insert(spans, '$[#]', json_object('from', ${headSql("?1")} + 1, 'filter', json('null')))
       WHERE app_key = ?1 AND key = ?2 AND version = ?3 AND disabled = 0 AND deleted_at IS NULL
       RETURNING version`,
    )
    .bind(disable.appKey, disable.endpointKey, disable.version, disable.reason, disable.atMs);
}

/**
 * Makes every endpoint of an application read its configuration again: for the batch that changes the application's own
 * (policy, rate, deletion). Gives back `key` and `id` of each.
 */
export function bumpEndpointsStatement(db: D1Database, appKey: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE endpoints SET version = version + 1 WHERE app_key = ?1 AND deleted_at IS NULL RETURNING key, id`,
    )
    .bind(appKey);
}
