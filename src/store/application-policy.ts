/** The delivery policy an application sets for its endpoints. */
import type { EndpointAddress } from "../core/endpoint.ts";
import type { ApplicationPolicy } from "../core/policy.ts";
import { bumpEndpointsStatement, dialectExistsSql } from "./endpoint-changes.ts";

/** Live endpoints of application ?1 that take its dialect and have no secret. */
const UNSIGNED_SQL = `
  FROM endpoints WHERE app_key = ?1 AND deleted_at IS NULL AND sealed_secrets IS NULL
    AND policy ->> '$.dialect' IS NULL`;

/** Null when the application is gone. */
export async function findApplicationPolicy(
  db: D1Database,
  appKey: number,
): Promise<ApplicationPolicy | null> {
  const row = await db
    .prepare("SELECT policy FROM applications WHERE key = ?1 AND deleted_at IS NULL")
    .bind(appKey)
    .first<{ policy: string }>();
  return row === null ? null : JSON.parse(row.policy);
}

/** Ids and keys of the endpoints that would go out unsigned under whatever dialect the application chooses. */
export async function listUnsignedEndpoints(db: D1Database, appKey: number): Promise<EndpointAddress[]> {
  const { results } = await db
    .prepare(`SELECT key, id ${UNSIGNED_SQL}`)
    .bind(appKey)
    .all<{ key: number; id: string }>();
  return results.map(({ key, id }) => ({ appKey, endpointKey: key, endpointId: id }));
}

/** Live endpoints of application ?1 that take its dialect. */
const INHERITING_SQL = `
  FROM endpoints WHERE app_key = ?1 AND deleted_at IS NULL AND policy ->> '$.dialect' IS NULL`;

export type InheritingEndpoint = EndpointAddress & {
  version: number;
  sealedSecrets: string | null;
  sealedHeaders: string | null;
};

/** The endpoints that a change of the application's dialect moves. */
export async function listInheritingEndpoints(db: D1Database, appKey: number): Promise<InheritingEndpoint[]> {
  const { results } = await db
    .prepare(`SELECT key, id, version, sealed_secrets, sealed_headers ${INHERITING_SQL}`)
    .bind(appKey)
    .all<{
      key: number;
      id: string;
      version: number;
      sealed_secrets: string | null;
      sealed_headers: string | null;
    }>();
  return results.map((row) => ({
    appKey,
    endpointKey: row.key,
    endpointId: row.id,
    version: row.version,
    sealedSecrets: row.sealed_secrets,
    sealedHeaders: row.sealed_headers,
  }));
}

export type SaveApplicationPolicy = {
  appKey: number;
  /** As it was read; nothing is written if it has changed since. */
  before: ApplicationPolicy;
  after: ApplicationPolicy;
  /** The custom dialect chosen by `after`; null when it is a built-in one, or none. */
  customDialect: string | null;
  /** Sealed secrets by endpoint key, for endpoints that have none. */
  newSecrets: ReadonlyMap<number, string>;
  /** Refuse while an endpoint that takes the application's dialect has no secret. */
  secretsRequired: boolean;
  /** Versions by key of the endpoints it was decided for; nothing is written if they are others now. Null: any. */
  judged: ReadonlyMap<number, number> | null;
  atMs: number;
};

/** Writes the policy and makes every endpoint read its configuration again; null when it must be decided anew. */
export async function saveApplicationPolicy(
  db: D1Database,
  save: SaveApplicationPolicy,
): Promise<EndpointAddress[] | null> {
  const { appKey } = save;
  const [, saved, bumped] = await db.batch<{ key: number; id: string }>([
    db
      .prepare(
        `UPDATE endpoints SET sealed_secrets = fresh.value FROM json_each(?2) AS fresh
         WHERE app_key = ?1 AND endpoints.key = CAST(fresh.key AS INTEGER) AND sealed_secrets IS NULL`,
      )
      .bind(appKey, JSON.stringify(Object.fromEntries(save.newSecrets))),
    db
      .prepare(
        `UPDATE applications SET policy = ?3, updated_at = ?4
         WHERE key = ?1 AND policy = ?2 AND deleted_at IS NULL AND ${dialectExistsSql("?5")}
           AND NOT (?6 AND EXISTS (SELECT 1 ${UNSIGNED_SQL}))
           AND (?7 IS NULL OR (SELECT count(*) ${INHERITING_SQL}) = (SELECT count(*) FROM json_each(?7) AS judged
             JOIN endpoints e ON e.app_key = ?1 AND e.key = CAST(judged.key AS INTEGER)
             WHERE e.version = judged.value AND e.deleted_at IS NULL AND e.policy ->> '$.dialect' IS NULL))
         RETURNING key, id`,
      )
      .bind(
        appKey,
        JSON.stringify(save.before),
        JSON.stringify(save.after),
        save.atMs,
        save.customDialect,
        save.secretsRequired ? 1 : 0,
        save.judged === null ? null : JSON.stringify(Object.fromEntries(save.judged)),
      ),
    bumpEndpointsStatement(db, appKey),
  ]);
  if (saved?.results.length !== 1) return null;
  return (bumped?.results ?? []).map(({ key, id }) => ({ appKey, endpointKey: key, endpointId: id }));
}
