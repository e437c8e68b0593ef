/** An endpoint's secrets and headers at rest: sealed for that endpoint and opening nowhere else (invariant 10). */
import type { EndpointSecret } from "../../core/endpoint.ts";
import { logError } from "../../log.ts";
import { importMasterKey, seal, unseal } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";

/** What was sealed under another master key, or damaged: it can only be replaced. */
export class UnreadableSecretError extends Error {
  constructor(what: string, cause: unknown) {
    super(
      `The endpoint's ${what} cannot be decrypted: POSTHORN_MASTER_KEY is not the key they were stored under. Restore that key, or set new ${what}`,
      { cause },
    );
    this.name = "UnreadableSecretError";
  }
}

export async function sealSecrets(
  ctx: ServiceContext,
  endpointId: string,
  secrets: readonly EndpointSecret[],
): Promise<string> {
  return seal(await importMasterKey(ctx.env.POSTHORN_MASTER_KEY), JSON.stringify(secrets), endpointId);
}

/** Current first; none while the endpoint is unsigned. */
export async function openSecrets(
  ctx: ServiceContext,
  { endpointId, sealedSecrets }: { endpointId: string; sealedSecrets: string | null },
): Promise<EndpointSecret[]> {
  if (sealedSecrets === null) return [];
  return open(ctx, { what: "secrets", endpointId, sealed: sealedSecrets });
}

/** For replacing them: what was sealed under another master key is lost, and must not keep a new secret from being set. */
export async function openSecretsIfReadable(
  ctx: ServiceContext,
  endpoint: { endpointId: string; sealedSecrets: string | null },
): Promise<EndpointSecret[]> {
  try {
    return await openSecrets(ctx, endpoint);
  } catch (error) {
    logError("endpoint.secrets_unreadable", error, { endpoint: endpoint.endpointId });
    return [];
  }
}

/** For checking them: what cannot be read cannot be sent either, and must not keep anything else from being changed. */
export async function openHeadersIfReadable(
  ctx: ServiceContext,
  endpoint: { endpointId: string; sealedHeaders: string | null },
): Promise<Record<string, string>> {
  try {
    return await openHeaders(ctx, endpoint);
  } catch (error) {
    logError("endpoint.headers_unreadable", error, { endpoint: endpoint.endpointId });
    return {};
  }
}

/** Null for no headers at all. */
export async function sealHeaders(
  ctx: ServiceContext,
  endpointId: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | null> {
  if (Object.keys(headers).length === 0) return null;
  return seal(await importMasterKey(ctx.env.POSTHORN_MASTER_KEY), JSON.stringify(headers), endpointId);
}

export async function openHeaders(
  ctx: ServiceContext,
  { endpointId, sealedHeaders }: { endpointId: string; sealedHeaders: string | null },
): Promise<Record<string, string>> {
  if (sealedHeaders === null) return {};
  return open(ctx, { what: "headers", endpointId, sealed: sealedHeaders });
}

type Sealed = { what: "secrets" | "headers"; endpointId: string; sealed: string };

async function open<T>(ctx: ServiceContext, { what, endpointId, sealed }: Sealed): Promise<T> {
  const masterKey = await importMasterKey(ctx.env.POSTHORN_MASTER_KEY);
  try {
    return JSON.parse(await unseal(masterKey, sealed, endpointId));
  } catch (error) {
    throw new UnreadableSecretError(what, error);
  }
}
