import { endpointNamed } from "../../contract/clawbook.ts";
import { MAX_UID_CHARS } from "../../core/limits/resources.ts";
import type { Capability } from "../../core/principal.ts";
import { type EndpointRecord, findEndpoint } from "../../store/endpoints.ts";
import type { HttpContext } from "../app-env.ts";
import { requireCapability } from "../auth.ts";
import { ApiError, notFoundError } from "../errors.ts";

/** The one application of the caller's token; a publisher's key has none and is refused. */
export function requireOwnApp(c: HttpContext, capability: Capability = "ViewBase"): number {
  const principal = c.get("principal");
  if (principal.kind !== "consumer") {
    throw new ApiError(
      "insufficient access",
      "Webhooks are a consumer's own: use its token, which says whose they are",
    );
  }
  requireCapability(c, capability);
  return principal.appKey;
}

/** The endpoint's name that the path's webhook id stands for. */
export function nameIn(c: HttpContext, appKey: number): { appKey: number; idOrUid: string } {
  const idOrUid = endpointNamed(c.req.param("webhook_id") ?? "");
  if (idOrUid.length > MAX_UID_CHARS) throw notFoundError();
  return { appKey, idOrUid };
}

export async function requireOwnWebhook(
  c: HttpContext,
  capability: Capability = "ViewBase",
): Promise<EndpointRecord> {
  const { appKey, idOrUid } = nameIn(c, requireOwnApp(c, capability));
  const endpoint = await findEndpoint(c.get("services").env.DB, appKey, idOrUid);
  if (endpoint === null) throw notFoundError();
  return endpoint;
}
