/** Reads of the `endpoints` table; `endpoint-changes.ts` holds the writes. */
import type { Dialect } from "../core/dialect.ts";
import type { EndpointAddress, EndpointConfig, EndpointState } from "../core/endpoint.ts";
import { ENDPOINT_ID_PREFIX, keyOfId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { parsedOrNull } from "../core/json-column.ts";
import type { SubscriptionSpan } from "../core/matching.ts";
import { OPERATIONAL_APP_KEY } from "../core/operational.ts";
import type { PageScan } from "../core/page.ts";
import { type DeliveryPolicy, effectiveDialectName, effectivePolicy } from "../core/policy.ts";

import { SOMEBODY_LISTENS_SQL } from "./operational-log.ts";

/** What resolving a dialect's name needs beside the tables (`store` does not know the built-in ones). */
export type DialectScope = { deploymentDialect: string; builtInDialects: ReadonlyMap<string, Dialect> };

/** One result of {@link loadEndpointConfigStatement}, as D1 gives it. */
export type EndpointConfigRow = {
  app_key: number;
  key: number;
  id: string;
  version: number;
  url: string;
  spans: string;
  disabled: number;
  deleted: number;
  rate_per_second: number | null;
  sealed_secrets: string | null;
  sealed_headers: string | null;
  policy: string;
  application_policy: string;
  dialect_definition: string | null;
  told: string | null;
};

const CONFIG_SQL = `
  SELECT e.app_key, e.key, e.id, e.version, e.url, e.spans, e.disabled,
    e.deleted_at IS NOT NULL OR a.deleted_at IS NOT NULL AS deleted,
    COALESCE(e.rate_per_second, a.rate_per_second) AS rate_per_second,
    e.sealed_secrets, e.sealed_headers, e.policy, a.policy AS application_policy,
    d.definition AS dialect_definition,
    CASE WHEN e.app_key <> ${OPERATIONAL_APP_KEY} AND ${SOMEBODY_LISTENS_SQL} THEN json_object('appId', a.id,
      'appUid', a.uid, 'endpointUid', e.uid, 'description', e.description) END AS told
  FROM endpoints e
  JOIN applications a ON a.key = e.app_key
  LEFT JOIN dialects d ON d.name = COALESCE(e.policy ->> '$.dialect', a.policy ->> '$.dialect', ?3)
  WHERE e.app_key = ?1 AND e.key = ?2`;

/**
 * One row, read whole by {@link toEndpointConfig}: for the endpoint's object to put into its own batch.
 * No row: the endpoint or its application has been purged.
 */
export function loadEndpointConfigStatement(
  db: D1Database,
  address: { appKey: number; endpointKey: number },
  deploymentDialect: string,
): D1PreparedStatement {
  return db.prepare(CONFIG_SQL).bind(address.appKey, address.endpointKey, deploymentDialect);
}

/** The configuration a row of {@link loadEndpointConfigStatement} says, resolved down to one dialect and policy. */
export function toEndpointConfig(row: EndpointConfigRow, scope: DialectScope): EndpointConfig {
  const policy: DeliveryPolicy = JSON.parse(row.policy);
  const applicationPolicy: DeliveryPolicy = JSON.parse(row.application_policy);
  const state: EndpointState = row.deleted ? "deleted" : row.disabled ? "disabled" : "enabled";
  const name = effectiveDialectName(policy, applicationPolicy, scope.deploymentDialect);
  // A custom dialect may be deleted once only deleted endpoints name it; those send nothing any more.
  const fallback = state === "deleted" ? scope.builtInDialects.get("standard") : undefined;
  const dialect = scope.builtInDialects.get(name) ?? parseDialect(row.dialect_definition) ?? fallback;
  invariant(dialect, `store/endpoints.toEndpointConfig: endpoint ${row.id} names unknown dialect ${name}`);
  const spans: SubscriptionSpan[] = JSON.parse(row.spans);
  return {
    appKey: row.app_key,
    endpointKey: row.key,
    endpointId: row.id,
    version: row.version,
    state,
    url: row.url,
    spans,
    ratePerSecond: row.rate_per_second,
    sealedSecrets: row.sealed_secrets,
    sealedHeaders: row.sealed_headers,
    policy: effectivePolicy(policy, applicationPolicy, dialect).policy,
    dialect,
    told: parsedOrNull(row.told),
  };
}

function parseDialect(definition: string | null): Dialect | undefined {
  return definition === null ? undefined : JSON.parse(definition);
}

/** A live endpoint as its rows say, nothing resolved or unsealed. */
export type EndpointRecord = EndpointAddress & {
  uid: string | null;
  url: string;
  description: string;
  ratePerSecond: number | null;
  disabled: boolean;
  disabledReason: string | null;
  eventTypes: string[] | null;
  channels: string[] | null;
  spans: SubscriptionSpan[];
  metadata: Record<string, string>;
  policy: DeliveryPolicy;
  sealedSecrets: string | null;
  sealedHeaders: string | null;
  version: number;
  createdAtMs: number;
  updatedAtMs: number;
  /** Up to here its object has taken every event; 0 before it first said so. */
  settled: number;
  applicationPolicy: DeliveryPolicy;
};

export type EndpointRow = {
  app_key: number;
  key: number;
  id: string;
  uid: string | null;
  url: string;
  description: string;
  rate_per_second: number | null;
  disabled: number;
  disabled_reason: string | null;
  event_types: string | null;
  channels: string | null;
  spans: string;
  metadata: string;
  policy: string;
  sealed_secrets: string | null;
  sealed_headers: string | null;
  version: number;
  created_at: number;
  updated_at: number;
  settled: number;
  application_policy: string;
};

const RECORD_SQL = `
  SELECT e.*, COALESCE(s.position, 0) AS settled, a.policy AS application_policy
  FROM endpoints e
  JOIN applications a ON a.key = e.app_key
  LEFT JOIN endpoint_status s ON s.app_key = e.app_key AND s.endpoint_key = e.key
  WHERE e.app_key = ?1 AND e.deleted_at IS NULL AND a.deleted_at IS NULL`;

/** The application's live endpoint with this id or uid; null when there is none. */
export async function findEndpoint(
  db: D1Database,
  appKey: number,
  idOrUid: string,
): Promise<EndpointRecord | null> {
  const key = keyOfId(ENDPOINT_ID_PREFIX, idOrUid);
  const statement =
    key === null
      ? db.prepare(`${RECORD_SQL} AND e.uid = ?2`).bind(appKey, idOrUid)
      : db.prepare(`${RECORD_SQL} AND e.key = ?3 AND e.id = ?2`).bind(appKey, idOrUid, key);
  const row = await statement.first<EndpointRow>();
  return row === null ? null : toEndpointRecord(row);
}

/** A scan over the application's live endpoints in order of their ids, which is that of their creation. */
export async function listEndpoints(
  db: D1Database,
  appKey: number,
  { from, ascending, count }: PageScan,
): Promise<EndpointRecord[]> {
  const [beyond, direction] = ascending ? [">", "ASC"] : ["<", "DESC"];
  const { results } = await db
    .prepare(`${RECORD_SQL} AND (?2 IS NULL OR e.id ${beyond} ?2) ORDER BY e.id ${direction} LIMIT ?3`)
    .bind(appKey, from, count)
    .all<EndpointRow>();
  return results.map(toEndpointRecord);
}

/** How many live endpoints the application has. */
export async function countEndpoints(db: D1Database, appKey: number): Promise<number> {
  const count = await db
    .prepare("SELECT COUNT(*) AS count FROM endpoints WHERE app_key = ? AND deleted_at IS NULL")
    .bind(appKey)
    .first<number>("count");
  return count ?? 0;
}

function toEndpointRecord(row: EndpointRow): EndpointRecord {
  return {
    appKey: row.app_key,
    endpointKey: row.key,
    endpointId: row.id,
    uid: row.uid,
    url: row.url,
    description: row.description,
    ratePerSecond: row.rate_per_second,
    disabled: row.disabled === 1,
    disabledReason: row.disabled_reason,
    eventTypes: parsedOrNull(row.event_types),
    channels: parsedOrNull(row.channels),
    spans: JSON.parse(row.spans),
    metadata: JSON.parse(row.metadata),
    policy: JSON.parse(row.policy),
    sealedSecrets: row.sealed_secrets,
    sealedHeaders: row.sealed_headers,
    version: row.version,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
    settled: row.settled,
    applicationPolicy: JSON.parse(row.application_policy),
  };
}
