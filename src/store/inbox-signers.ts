/** The endpoints that an inbox's requests may come from, with what they sign by. */
import type { Dialect } from "../core/dialect.ts";
import { parsedOrNull } from "../core/json-column.ts";
import type { DeliveryPolicy } from "../core/policy.ts";

export type SignerRecord = {
  endpointId: string;
  url: string;
  sealedSecrets: string | null;
  policy: DeliveryPolicy;
  applicationPolicy: DeliveryPolicy;
  /** Of a dialect that a publisher defined. */
  definition: Dialect | null;
  /** When its secrets, its dialect or anything else of it was last changed; not when its application chose another dialect. */
  changedAtMs: number;
};

type SignerRow = {
  id: string;
  url: string;
  sealed_secrets: string | null;
  policy: string;
  application_policy: string;
  definition: string | null;
  changed_at: number;
};

export type SignerQuery = { appKey: number; text: string; deploymentDialect: string; count: number };

/** The application's live endpoints whose URL has this text in it, newest first. */
export async function listSigners(db: D1Database, query: SignerQuery): Promise<SignerRecord[]> {
  const { results } = await db
    .prepare(
      `SELECT e.id, e.url, e.sealed_secrets, e.policy, a.policy AS application_policy, d.definition,
         MAX(e.updated_at, COALESCE(d.updated_at, 0)) AS changed_at
       FROM endpoints e
       JOIN applications a ON a.key = e.app_key
       LEFT JOIN dialects d ON d.name = COALESCE(e.policy ->> '$.dialect', a.policy ->> '$.dialect', ?3)
       WHERE e.app_key = ?1 AND e.deleted_at IS NULL AND instr(e.url, ?2) > 0
       ORDER BY e.id DESC LIMIT ?4`,
    )
    .bind(query.appKey, query.text, query.deploymentDialect, query.count)
    .all<SignerRow>();
  return results.map((row) => ({
    endpointId: row.id,
    url: row.url,
    sealedSecrets: row.sealed_secrets,
    policy: JSON.parse(row.policy),
    applicationPolicy: JSON.parse(row.application_policy),
    definition: parsedOrNull(row.definition),
    changedAtMs: row.changed_at,
  }));
}
