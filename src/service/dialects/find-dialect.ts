import type { Dialect } from "../../core/dialect.ts";
import { type DeliveryPolicy, effectiveDialectName } from "../../core/policy.ts";
import { MisconfiguredError } from "../../env.ts";
import { findDialect as findCustomDialect } from "../../store/dialects.ts";
import { BUILT_IN_DIALECTS } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";

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
  if (dialect === null && chosen === undefined) throw unknownDefault();
  return dialect;
}

/** Throws when the deployment's default dialect is neither built in nor defined by a publisher. */
export async function requireDefaultDialect(ctx: ServiceContext): Promise<void> {
  if ((await findDialect(ctx, ctx.config.defaultDialect)) === null) throw unknownDefault();
}

function unknownDefault(): MisconfiguredError {
  const reason = "names a dialect that is neither built in nor defined";
  return new MisconfiguredError([{ variable: "POSTHORN_DEFAULT_DIALECT", reason }]);
}

/** The name to guard a write with: null unless a publisher defined it, and so can delete it meanwhile. */
export function customDialectOf({ dialect }: DeliveryPolicy): string | null {
  return dialect === undefined || BUILT_IN_DIALECTS.has(dialect) ? null : dialect;
}

/** Whether deliveries under it must be signed, so that an endpoint needs a secret. */
export function requiresSecret({ signature }: Dialect): boolean {
  return signature.scheme === "standard" || !signature.secretOptional;
}
