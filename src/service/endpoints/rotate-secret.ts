import { DEFAULT_SECRET_GRACE_SECONDS, MAX_OLD_SECRETS } from "../../core/limits/secrets.ts";
import { type EndpointRecord, findEndpoint } from "../../store/endpoints.ts";
import { activeSecrets, publicKeyOf, rotateSecrets } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { effectiveDialect } from "../dialects/find-dialect.ts";
import {
  type ChangeResult,
  changeEndpoint,
  type EndpointName,
  type EndpointRefusal,
} from "./change-endpoint.ts";
import { newSecret } from "./new-secret.ts";
import { openSecrets, openSecretsIfReadable, sealSecrets } from "./sealed-fields.ts";

/**
 * What a receiver verifies with now: the secret that signs, of a key pair the public half. Null for an unknown endpoint
 * and for an unsigned one.
 */
export async function currentSecret(ctx: ServiceContext, name: EndpointName): Promise<string | null> {
  const endpoint = await findEndpoint(ctx.env.DB, name.appKey, name.idOrUid);
  return endpoint === null ? null : shownSecret(ctx, endpoint);
}

/** The same of an endpoint that has been read; null for an unsigned one. */
export async function shownSecret(ctx: ServiceContext, endpoint: EndpointRecord): Promise<string | null> {
  const [current] = activeSecrets(await openSecrets(ctx, endpoint), ctx.nowMs);
  if (current === undefined) return null;
  const publicKey = publicKeyOf(current.value);
  if (publicKey === null) return current.value;
  // Under a dialect that takes any text for a key it is shared with the receiver whole.
  const dialect = await effectiveDialect(ctx, endpoint.policy, endpoint.applicationPolicy);
  return dialect?.signature.scheme === "body-hmac" ? current.value : publicKey;
}

export type RotateSecret = {
  /** Null: generate one. */
  key: string | null;
  /** How long the old secret signs beside the new one; null: the default. */
  graceSeconds: number | null;
};

/** Gives an endpoint a new secret, its first one included. */
export function rotateSecret(
  ctx: ServiceContext,
  name: EndpointName,
  rotation: RotateSecret,
): Promise<ChangeResult> {
  return changeEndpoint(ctx, name, async (before) => {
    const rotated = await rotatedSecrets(ctx, before, rotation);
    return rotated.kind === "rotated"
      ? { kind: "write", fields: { ...before, sealedSecrets: rotated.sealedSecrets } }
      : rotated;
  });
}

/** An endpoint's secrets as they are after a rotation, to be written. */
export async function rotatedSecrets(
  ctx: ServiceContext,
  before: EndpointRecord,
  { key, graceSeconds }: RotateSecret,
): Promise<{ kind: "rotated"; sealedSecrets: string } | EndpointRefusal> {
  const dialect = await effectiveDialect(ctx, before.policy, before.applicationPolicy);
  if (dialect === null) return { kind: "busy" };
  const secrets = await openSecretsIfReadable(ctx, before);
  const [current] = activeSecrets(secrets, ctx.nowMs);
  const fresh = await newSecret(ctx, dialect, { given: key, current: current?.value ?? null });
  if (!fresh.ok) return { kind: "invalid", field: "key", reason: fresh.reason };
  const rotated = rotateSecrets({
    secrets,
    newValue: fresh.value,
    graceSeconds: graceSeconds ?? DEFAULT_SECRET_GRACE_SECONDS,
    nowMs: ctx.nowMs,
  });
  if (!rotated.ok) {
    return { kind: "limit_reached", reason: `More than ${MAX_OLD_SECRETS} old secrets have not expired yet` };
  }
  return { kind: "rotated", sealedSecrets: await sealSecrets(ctx, before.endpointId, rotated.secrets) };
}
