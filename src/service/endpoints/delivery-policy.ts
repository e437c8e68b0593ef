import type { Dialect } from "../../core/dialect.ts";
import type { EndpointAddress } from "../../core/endpoint.ts";
import { invariant } from "../../core/invariant.ts";
import { MAX_WRITE_TRIES } from "../../core/limits/database.ts";
import { type ApplicationPolicy, type DeliveryPolicy, effectivePolicy } from "../../core/policy.ts";
import { notifyEndpoints } from "../../delivery/stub.ts";
import {
  findApplicationPolicy,
  listUnsignedEndpoints,
  saveApplicationPolicy,
} from "../../store/application-policy.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { customDialectOf, effectiveDialect, findDialect, requiresSecret } from "../dialects/find-dialect.ts";
import { forgetPullDialects } from "../dialects/pull-dialect.ts";
import { forgetPayloadChecks } from "../messages/accept-checked.ts";
import { changeEndpoint, type EndpointName, type EndpointRefusal } from "./change-endpoint.ts";
import { moveAllRefusal, moveRefusal } from "./move-endpoint.ts";
import { generatedSecret } from "./new-secret.ts";
import { sealSecrets } from "./sealed-fields.ts";

export type ShownPolicy = ReturnType<typeof effectivePolicy>;

/** Beside its endpoints' policy, what the application asks of its publisher. */
export type ShownApplicationPolicy = {
  policy: ShownPolicy["policy"] & Required<Pick<ApplicationPolicy, "validatePayloads">>;
  sources: ShownPolicy["sources"] & { validatePayloads: "application" | "deployment" };
};

export type PolicyChange<Policy extends DeliveryPolicy = DeliveryPolicy> = {
  /** Whether a field left out is unset, as null unsets it, or kept. */
  absent: "unset" | "kept";
  fields: { [Key in keyof Policy]: Policy[Key] | null | undefined };
};

export type PolicyResult<Shown = ShownPolicy> = { kind: "done"; policy: Shown } | EndpointRefusal;

/** The policy in effect at an endpoint; null when there is no such endpoint. */
export async function endpointPolicy(
  ctx: ServiceContext,
  { appKey, idOrUid }: EndpointName,
): Promise<ShownPolicy | null> {
  const endpoint = await findEndpoint(ctx.env.DB, appKey, idOrUid);
  return endpoint === null ? null : shown(ctx, endpoint.policy, endpoint.applicationPolicy);
}

/** The policy in effect at an application's endpoints that set nothing themselves; null when it is gone. */
export async function applicationPolicy(
  ctx: ServiceContext,
  appKey: number,
): Promise<ShownApplicationPolicy | null> {
  const policy = await findApplicationPolicy(ctx.env.DB, appKey);
  return policy === null ? null : withChecks(ctx, policy, await shown(ctx, {}, policy));
}

function withChecks(
  { config }: ServiceContext,
  { validatePayloads }: ApplicationPolicy,
  { policy, sources }: ShownPolicy,
): ShownApplicationPolicy {
  return {
    policy: { ...policy, validatePayloads: validatePayloads ?? config.validatePayloads },
    sources: { ...sources, validatePayloads: validatePayloads === undefined ? "deployment" : "application" },
  };
}

export async function setEndpointPolicy(
  ctx: ServiceContext,
  name: EndpointName,
  change: PolicyChange,
): Promise<PolicyResult> {
  if (!(await isKnownDialect(ctx, change))) return UNKNOWN_DIALECT;
  const result = await changeEndpoint(ctx, name, async (before) => {
    const policy = changedPolicy(before.policy, change);
    const { applicationPolicy: application } = before;
    const refusal = await moveRefusal(ctx, before, {
      before: { endpoint: before.policy, application },
      after: { endpoint: policy, application },
    });
    return refusal ?? { kind: "write", fields: { ...before, policy } };
  });
  if (result.kind !== "done") return result;
  const { endpoint } = result;
  return { kind: "done", policy: await shown(ctx, endpoint.policy, endpoint.applicationPolicy) };
}

/** Changes an application's policy, and has it in force at all its endpoints from their next attempt. */
export async function setApplicationPolicy(
  ctx: ServiceContext,
  appKey: number,
  change: PolicyChange<ApplicationPolicy>,
): Promise<PolicyResult<ShownApplicationPolicy>> {
  if (!(await isKnownDialect(ctx, change))) return UNKNOWN_DIALECT;
  for (let tries = 0; tries < MAX_WRITE_TRIES; tries++) {
    const before = await findApplicationPolicy(ctx.env.DB, appKey);
    if (before === null) return { kind: "not_found" };
    const after = changedPolicy(before, change);
    const dialect = await effectiveDialect(ctx, {}, after);
    if (dialect === null) return UNKNOWN_DIALECT;
    const moved = await moveAllRefusal(ctx, appKey, { before, after, dialect });
    if (moved?.kind === "invalid") return moved;
    const endpoints = await saveApplicationPolicy(ctx.env.DB, {
      appKey,
      before,
      after,
      customDialect: customDialectOf(after),
      newSecrets: await neededSecrets(ctx, appKey, dialect),
      secretsRequired: requiresSecret(dialect),
      judged: moved?.versions ?? null,
      atMs: ctx.nowMs,
    });
    if (endpoints !== null) {
      forgetPayloadChecks();
      forgetPullDialects();
      await notifyEndpoints(ctx.env, endpoints);
      return { kind: "done", policy: withChecks(ctx, after, effectivePolicy({}, after, dialect)) };
    }
  }
  return { kind: "busy" };
}

const UNKNOWN_DIALECT = { kind: "invalid", field: "dialect", reason: "there is no such dialect" } as const;

async function isKnownDialect(ctx: ServiceContext, { fields }: PolicyChange): Promise<boolean> {
  return typeof fields.dialect !== "string" || (await findDialect(ctx, fields.dialect)) !== null;
}

/** The policy as stored: only what is set. */
function changedPolicy(before: ApplicationPolicy, { absent, fields }: PolicyChange): ApplicationPolicy {
  const kept = absent === "kept" ? before : {};
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const all = { ...kept, ...Object.fromEntries(given) };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

async function shown(
  ctx: ServiceContext,
  endpoint: DeliveryPolicy,
  application: DeliveryPolicy,
): Promise<ShownPolicy> {
  const dialect = await effectiveDialect(ctx, endpoint, application);
  invariant(dialect, "service/endpoints/delivery-policy.shown: a dialect in use is gone");
  return effectivePolicy(endpoint, application, dialect);
}

/** Sealed fresh secrets for the endpoints that would go out unsigned under a dialect that signs. */
async function neededSecrets(
  ctx: ServiceContext,
  appKey: number,
  dialect: Dialect,
): Promise<ReadonlyMap<number, string>> {
  const unsigned: EndpointAddress[] = requiresSecret(dialect)
    ? await listUnsignedEndpoints(ctx.env.DB, appKey)
    : [];
  return new Map(
    await Promise.all(
      unsigned.map(async ({ endpointKey, endpointId }): Promise<[number, string]> => {
        const secret = { value: await generatedSecret(ctx, dialect), expiresAtMs: null };
        return [endpointKey, await sealSecrets(ctx, endpointId, [secret])];
      }),
    ),
  );
}
