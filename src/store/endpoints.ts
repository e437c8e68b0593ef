/** Reads of the `endpoints` table; `endpoint-changes.ts` holds the writes. */
import type { Dialect } from "../core/dialect.ts";
import type { EndpointConfig, EndpointState } from "../core/endpoint.ts";
import { invariant } from "../core/invariant.ts";
import type { SubscriptionSpan } from "../core/matching.ts";
import { type DeliveryPolicy, effectiveDialectName, effectivePolicy } from "../core/policy.ts";

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
};

const CONFIG_SQL = `
  SELECT e.app_key, e.key, e.id, e.version, e.url, e.spans, e.disabled,
    e.deleted_at IS NOT NULL OR a.deleted_at IS NOT NULL AS deleted,
    COALESCE(e.rate_per_second, a.rate_per_second) AS rate_per_second,
    e.sealed_secrets, e.sealed_headers, e.policy, a.policy AS application_policy,
    d.definition AS dialect_definition
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
  };
}

function parseDialect(definition: string | null): Dialect | undefined {
  return definition === null ? undefined : JSON.parse(definition);
}

/** An endpoint as the accept path needs it, to decide whom to push an event that is being appended. */
export type SubscriberRow = {
  key: number;
  id: string;
  version: number;
  /** JSON `SubscriptionSpan[]`: only the one in force for events appended in the same batch. */
  spans: string;
};

/**
 * The application's live endpoints ({@link SubscriberRow}), for fan-out in the batch that appends the events.
 * Only the newest span is read: it begins at or before the next position, so it alone decides for new events.
 */
export function listSubscribers(db: D1Database, appKey: number): D1PreparedStatement {
  return db
    .prepare(
      `SELECT key, id, version, json_array(json_extract(spans, '$[#-1]')) AS spans
       FROM endpoints WHERE app_key = ?1 AND deleted_at IS NULL AND disabled = 0`,
    )
    .bind(appKey);
}
