import { MAX_WRITE_TRIES } from "../../core/limits/database.ts";
import { notifyEndpoints, wakeOperational } from "../../delivery/stub.ts";
import { type EndpointFields, saveEndpoint } from "../../store/endpoint-changes.ts";
import { type EndpointRecord, findEndpoint } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { customDialectOf, effectiveDialect, requiresSecret } from "../dialects/find-dialect.ts";
import { generatedSecret } from "./new-secret.ts";
import { sealSecrets } from "./sealed-fields.ts";

/** Which endpoint a caller means: by id or uid, within an application it may reach. */
export type EndpointName = { appKey: number; idOrUid: string };

/** Why an endpoint was not written; nothing has changed then. */
export type EndpointRefusal =
  /** One field of the request cannot be. */
  | { kind: "invalid"; field: string; reason: string }
  | { kind: "not_found" }
  | { kind: "uid_taken" }
  | { kind: "limit_reached"; reason: string }
  /** Others kept changing it at the same time. */
  | { kind: "busy" };

export type ChangeResult = { kind: "done"; endpoint: EndpointRecord } | EndpointRefusal;

/** What a change makes of the endpoint as it is; asked again when the endpoint has changed meanwhile. */
export type Decision = { kind: "write"; fields: EndpointFields; deleted?: boolean } | EndpointRefusal;

export async function changeEndpoint(
  ctx: ServiceContext,
  { appKey, idOrUid }: EndpointName,
  decide: (before: EndpointRecord) => Promise<Decision>,
): Promise<ChangeResult> {
  for (let tries = 0; tries < MAX_WRITE_TRIES; tries++) {
    const before = await findEndpoint(ctx.env.DB, appKey, idOrUid);
    if (before === null) return { kind: "not_found" };
    const decision = await decide(before);
    if (decision.kind !== "write") return decision;
    const { deleted = false } = decision;
    const after = deleted ? decision.fields : await withNeededSecret(ctx, before, decision.fields);
    if (after === null) return { kind: "invalid", field: "dialect", reason: "there is no such dialect" };
    const save = { before, after, deleted, customDialect: customDialectOf(after.policy), atMs: ctx.nowMs };
    const outcome = await saveEndpoint(ctx.env.DB, save);
    if (outcome === "saved") {
      await Promise.all([notifyEndpoints(ctx.env, [before]), wakeOperational(ctx.env)]);
      const version = before.version + 1;
      return { kind: "done", endpoint: { ...before, ...after, version, updatedAtMs: ctx.nowMs } };
    }
    if (outcome === "uid_taken") return { kind: "uid_taken" };
    if (outcome === "too_many_spans") {
      return { kind: "limit_reached", reason: "The filter was changed too often; try again in a minute" };
    }
  }
  return { kind: "busy" };
}

/** Generates a secret for an endpoint that has none and is now under a dialect that signs; null: no such dialect. */
async function withNeededSecret(
  ctx: ServiceContext,
  { endpointId, applicationPolicy, policy }: EndpointRecord,
  fields: EndpointFields,
): Promise<EndpointFields | null> {
  if (fields.sealedSecrets !== null && fields.policy.dialect === policy.dialect) return fields;
  const dialect = await effectiveDialect(ctx, fields.policy, applicationPolicy);
  if (dialect === null) return null;
  if (fields.sealedSecrets !== null || !requiresSecret(dialect)) return fields;
  const secret = { value: await generatedSecret(ctx, dialect), expiresAtMs: null };
  return { ...fields, sealedSecrets: await sealSecrets(ctx, endpointId, [secret]) };
}
