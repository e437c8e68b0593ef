import type { Dialect } from "../core/dialect.ts";
import { invariant } from "../core/invariant.ts";
import { type DeliveryPolicy, effectiveDialectName } from "../core/policy.ts";
import { findDialect as findCustomDialect } from "../store/dialects.ts";
import { BUILT_IN_DIALECTS } from "../wire/index.ts";
import type { ServiceContext } from "./context.ts";

/** The dialect of this name, built in or defined by a publisher; null when there is none. */
export async function findDialect(ctx: ServiceContext, name: string): Promise<Dialect | null> {
  return BUILT_IN_DIALECTS.get(name) ?? (await findCustomDialect(ctx.env.DB, name));
}

/** The dialect that these policies put in effect; null when they name one that is gone. */
export async function effectiveDialect(
  ctx: ServiceContext,
  endpoint: DeliveryPolicy,
  application: DeliveryPolicy,
): Promise<Dialect | null> {
  const name = effectiveDialectName(endpoint, application, ctx.config.defaultDialect);
  const dialect = await findDialect(ctx, name);
  const chosen = endpoint.dialect ?? application.dialect;
  invariant(
    dialect !== null || chosen !== undefined,
    `service/find-dialect: unknown default dialect ${name}`,
  );
  return dialect;
}

/** The name to guard a write with: null unless a publisher defined it, and so can delete it meanwhile. */
export function customDialectOf({ dialect }: DeliveryPolicy): string | null {
  return dialect === undefined || BUILT_IN_DIALECTS.has(dialect) ? null : dialect;
}

/** Whether deliveries under it must be signed, so that an endpoint needs a secret. */
export function requiresSecret({ signature }: Dialect): boolean {
  return signature.scheme === "standard" || !signature.secretOptional;
}
