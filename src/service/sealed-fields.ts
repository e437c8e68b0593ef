/** An endpoint's secrets and headers at rest: sealed for that endpoint and opening nowhere else (invariant 10). */
import type { EndpointSecret } from "../core/endpoint.ts";
import { logError } from "../log.ts";
import { importMasterKey, seal, unseal } from "../wire/index.ts";
import type { ServiceContext } from "./context.ts";

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
  const masterKey = await importMasterKey(ctx.env.POSTHORN_MASTER_KEY);
  return JSON.parse(await unseal(masterKey, sealedSecrets, endpointId));
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
  const masterKey = await importMasterKey(ctx.env.POSTHORN_MASTER_KEY);
  return JSON.parse(await unseal(masterKey, sealedHeaders, endpointId));
}
