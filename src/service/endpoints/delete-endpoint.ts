import type { ServiceContext } from "../context.ts";
import { type ChangeResult, changeEndpoint, type EndpointName } from "./change-endpoint.ts";

/**
 * Ends an endpoint for good: invisible, subscribed to nothing, its uid free, what it had waiting cancelled, its secrets
 * gone at once. Its row stays until retention ends.
 */
export function deleteEndpoint(ctx: ServiceContext, name: EndpointName): Promise<ChangeResult> {
  return changeEndpoint(ctx, name, async (before) => ({
    kind: "write",
    deleted: true,
    fields: { ...before, uid: null, disabled: true, sealedSecrets: null, sealedHeaders: null },
  }));
}
