/** The dialects that publishers defined. */
import type { Dialect } from "../core/dialect.ts";
import type { EndpointAddress } from "../core/endpoint.ts";
import { MAX_CUSTOM_DIALECTS, MAX_NOTIFIED_ENDPOINTS } from "../core/limits/resources.ts";

/** Live endpoints on which dialect ?1 is in effect, given the deployment's as ?2. */
const USERS_SQL = `
  FROM endpoints e JOIN applications a ON a.key = e.app_key
  WHERE e.deleted_at IS NULL AND a.deleted_at IS NULL
    AND COALESCE(e.policy ->> '$.dialect', a.policy ->> '$.dialect', ?2) = ?1`;

/** Dialect ?1 has endpoints whose secrets may be any text. */
const FREE_SECRETS_SQL = `
  EXISTS (SELECT 1 FROM dialects WHERE name = ?1 AND definition ->> '$.signature.scheme' = 'body-hmac')
  AND EXISTS (SELECT 1 ${USERS_SQL} AND e.sealed_secrets IS NOT NULL)`;

type DefinitionRow = { definition: string };

export async function findDialect(db: D1Database, name: string): Promise<Dialect | null> {
  const row = await db
    .prepare("SELECT definition FROM dialects WHERE name = ?1")
    .bind(name)
    .first<DefinitionRow>();
  return row === null ? null : JSON.parse(row.definition);
}

/** All of them, by name. */
export async function listDialects(db: D1Database): Promise<Dialect[]> {
  const { results } = await db
    .prepare("SELECT definition FROM dialects ORDER BY name LIMIT ?1")
    .bind(MAX_CUSTOM_DIALECTS)
    .all<DefinitionRow>();
  return results.map(({ definition }) => JSON.parse(definition));
}

export type PutDialect = { dialect: Dialect; deploymentDialect: string; atMs: number };

export type PutDialectOutcome =
  | { kind: "created" | "replaced"; users: EndpointAddress[] }
  | { kind: "limit_reached" }
  /** It must be signed now, and some endpoint under it has no secret. */
  | { kind: "secrets_missing" }
  /** Its endpoints' secrets were any text so far, and would have to be base64 keys now. */
  | { kind: "secrets_unfit" };

/** Stores a definition and makes the endpoints under it read their configuration again. */
export async function putDialect(db: D1Database, put: PutDialect): Promise<PutDialectOutcome> {
  const { dialect, deploymentDialect, atMs } = put;
  const optional = dialect.signature.scheme === "body-hmac" && dialect.signature.secretOptional;
  const standard = dialect.signature.scheme === "standard";
  const [before, missing, unfit, stored, , users] = await db.batch<Record<string, string | number>>([
    db.prepare("SELECT 1 AS found FROM dialects WHERE name = ?1").bind(dialect.name),
    db
      .prepare(`SELECT 1 AS found ${USERS_SQL} AND e.sealed_secrets IS NULL AND NOT ?3 LIMIT 1`)
      .bind(dialect.name, deploymentDialect, optional ? 1 : 0),
    db
      .prepare(`SELECT 1 AS found WHERE ?3 AND ${FREE_SECRETS_SQL}`)
      .bind(dialect.name, deploymentDialect, standard ? 1 : 0),
    db
      .prepare(
        `INSERT INTO dialects (name, definition, created_at, updated_at)
         SELECT ?1, ?3, ?4, ?4
         WHERE (EXISTS (SELECT 1 FROM dialects WHERE name = ?1) OR (SELECT count(*) FROM dialects) < ?6)
           AND (?5 OR NOT EXISTS (SELECT 1 ${USERS_SQL} AND e.sealed_secrets IS NULL))
           AND NOT (?7 AND ${FREE_SECRETS_SQL})
         ON CONFLICT (name) DO UPDATE SET definition = excluded.definition, updated_at = excluded.updated_at
         RETURNING name`,
      )
      .bind(
        dialect.name,
        deploymentDialect,
        JSON.stringify(dialect),
        atMs,
        optional ? 1 : 0,
        MAX_CUSTOM_DIALECTS,
        standard ? 1 : 0,
      ),
    db
      .prepare(
        `UPDATE endpoints SET version = version + 1
         WHERE (app_key, key) IN (SELECT e.app_key, e.key ${USERS_SQL})`,
      )
      .bind(dialect.name, deploymentDialect),
    db
      .prepare(`SELECT e.app_key, e.key, e.id ${USERS_SQL} LIMIT ?3`)
      .bind(dialect.name, deploymentDialect, MAX_NOTIFIED_ENDPOINTS),
  ]);
  if (stored?.results.length !== 1) {
    if (missing?.results.length === 1) return { kind: "secrets_missing" };
    return { kind: unfit?.results.length === 1 ? "secrets_unfit" : "limit_reached" };
  }
  return {
    kind: before?.results.length === 1 ? "replaced" : "created",
    users: (users?.results ?? []).map((row) => ({
      appKey: Number(row["app_key"]),
      endpointKey: Number(row["key"]),
      endpointId: String(row["id"]),
    })),
  };
}

export type DeleteDialectOutcome = "deleted" | "in_use" | "not_found";

/** Removes a definition that no live application or endpoint names. */
export async function deleteDialect(db: D1Database, name: string): Promise<DeleteDialectOutcome> {
  const [found, deleted] = await db.batch([
    db.prepare("SELECT 1 FROM dialects WHERE name = ?1").bind(name),
    db
      .prepare(
        `DELETE FROM dialects WHERE name = ?1
           AND NOT EXISTS (SELECT 1 FROM applications
             WHERE deleted_at IS NULL AND policy ->> '$.dialect' = ?1)
           AND NOT EXISTS (SELECT 1 FROM endpoints e JOIN applications a ON a.key = e.app_key
             WHERE e.deleted_at IS NULL AND a.deleted_at IS NULL AND e.policy ->> '$.dialect' = ?1)
         RETURNING name`,
      )
      .bind(name),
  ]);
  if (found?.results.length !== 1) return "not_found";
  return deleted?.results.length === 1 ? "deleted" : "in_use";
}
