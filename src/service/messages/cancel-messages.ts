import { MAX_WRITE_TRIES } from "../../core/limits/database.ts";
import { notifyEndpoints } from "../../delivery/stub.ts";
import { saveCancellation } from "../../store/cancel-messages.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import { positionRange } from "../../store/log-range.ts";
import type { ServiceContext } from "../context.ts";
import type { EndpointName } from "../endpoints/change-endpoint.ts";

export type CancelOutcome = "canceled" | "not_found" | "limit_reached" | "busy";

/**
 * Cancels what the endpoint has pending of messages accepted before a moment: once this says so, none of them is begun
 * any more. Sends by hand are not among them.
 */
export async function cancelMessages(
  ctx: ServiceContext,
  { appKey, idOrUid }: EndpointName,
  beforeMs: number,
): Promise<CancelOutcome> {
  const { DB } = ctx.env;
  const { upTo } = await positionRange(DB, { appKey, sinceMs: 0, untilMs: beforeMs });
  for (let tries = 0; tries < MAX_WRITE_TRIES; tries++) {
    const endpoint = await findEndpoint(DB, appKey, idOrUid);
    if (endpoint === null) return "not_found";
    if (upTo === 0) return "canceled";
    const outcome = await saveCancellation(DB, endpoint, upTo + 1);
    if (outcome === "too_many_spans") return "limit_reached";
    if (outcome === "saved") {
      await notifyEndpoints(ctx.env, [endpoint]);
      return "canceled";
    }
  }
  return "busy";
}
