/** Whether an endpoint can go over to another dialect with the secret and the headers it has. */
import { type Dialect, dialectHeaderNames } from "../../core/dialect.ts";
import { type DeliveryPolicy, effectiveDialectName } from "../../core/policy.ts";
import { listInheritingEndpoints } from "../../store/application-policy.ts";
import { activeSecrets, checkSecret } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { effectiveDialect } from "../dialects/find-dialect.ts";
import type { EndpointRefusal } from "./change-endpoint.ts";
import { openHeadersIfReadable, openSecretsIfReadable } from "./sealed-fields.ts";

type Sealed = { endpointId: string; sealedSecrets: string | null; sealedHeaders: string | null };
type Policies = { endpoint: DeliveryPolicy; application: DeliveryPolicy };
type Unfit = Extract<EndpointRefusal, { kind: "invalid" }>;

/** Why a change of policies would leave an endpoint with what its new dialect cannot use; null: it would not. */
export async function moveRefusal(
  ctx: ServiceContext,
  endpoint: Sealed,
  { before, after }: { before: Policies; after: Policies },
): Promise<Unfit | null> {
  if (isSameDialect(ctx, before, after)) return null;
  const dialect = await effectiveDialect(ctx, after.endpoint, after.application);
  return dialect === null ? null : unfit(ctx, endpoint, dialect);
}

/** Versions by key of the endpoints that were found to fit; they must still be these when the change is written. */
export type FittingEndpoints = { kind: "fit"; versions: ReadonlyMap<number, number> };

/** The same of all endpoints that take their application's dialect; null: it does not change. */
export async function moveAllRefusal(
  ctx: ServiceContext,
  appKey: number,
  change: { before: DeliveryPolicy; after: DeliveryPolicy; dialect: Dialect },
): Promise<FittingEndpoints | Unfit | null> {
  const [before, after] = [change.before, change.after].map((application) => ({ endpoint: {}, application }));
  if (before === undefined || after === undefined || isSameDialect(ctx, before, after)) return null;
  const endpoints = await listInheritingEndpoints(ctx.env.DB, appKey);
  for (const endpoint of endpoints) {
    const refusal = await unfit(ctx, endpoint, change.dialect);
    if (refusal !== null) return refusal;
  }
  return {
    kind: "fit",
    versions: new Map(endpoints.map(({ endpointKey, version }) => [endpointKey, version])),
  };
}

function isSameDialect(ctx: ServiceContext, ...[a, b]: [Policies, Policies]): boolean {
  const name = ({ endpoint, application }: Policies) =>
    effectiveDialectName(endpoint, application, ctx.config.defaultDialect);
  return name(a) === name(b);
}

/** The current secret decides: the ones rotated away only sign beside it until they expire. */
async function unfit(ctx: ServiceContext, endpoint: Sealed, dialect: Dialect): Promise<Unfit | null> {
  const { endpointId } = endpoint;
  const refuse = (what: string): Unfit => ({
    kind: "invalid",
    field: "dialect",
    reason: `${endpointId}: ${what}`,
  });
  const [secret] = activeSecrets(await openSecretsIfReadable(ctx, endpoint), ctx.nowMs);
  if (secret !== undefined && !checkSecret(dialect, secret.value).ok) {
    return refuse(`receivers of the dialect ${dialect.name} cannot load its secret; rotate the secret first`);
  }
  const own = new Set(dialectHeaderNames(dialect).map((name) => name.toLowerCase()));
  const header = Object.keys(await openHeadersIfReadable(ctx, endpoint)).find((name) =>
    own.has(name.toLowerCase()),
  );
  if (header === undefined) return null;
  return refuse(`the dialect ${dialect.name} itself sends its header ${header}; remove the header first`);
}
