import { MESSAGE_STATUS } from "../../core/attempt.ts";
import type { EventHeader } from "../../core/event.ts";
import { wasSubscribed } from "../../core/matching.ts";
import type { PageScan } from "../../core/page.ts";
import { wasCanceled } from "../../core/settle.ts";
import { type EndpointRecord, listEndpoints } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { findDeliveries } from "./attempts.ts";

/** How an event stands with an endpoint. */
export type AttemptedEndpoint = { endpoint: EndpointRecord; status: number; nextAtMs: number | null };

const ENDPOINTS_A_ROUND = 100;

/**
 * The application's live endpoints that an event was for, or was sent to by hand, over a scan of their ids. What an
 * object has not taken yet is told from its subscriptions: it still comes, or is canceled.
 */
export async function listAttemptedEndpoints(
  services: ServiceContext,
  { appKey, event }: { appKey: number; event: EventHeader },
  scan: PageScan,
): Promise<AttemptedEndpoint[]> {
  const found: AttemptedEndpoint[] = [];
  let { from } = scan;
  while (found.length < scan.count) {
    // Read before the objects are asked: what an endpoint has settled by now, its object has recorded.
    const round = { from, ascending: scan.ascending, count: ENDPOINTS_A_ROUND };
    const endpoints = await listEndpoints(services.env.DB, appKey, round);
    const deliveries = await findDeliveries(services, endpoints, event.position);
    for (const endpoint of endpoints) {
      const isUnknown = deliveries.unreachable.has(endpoint.endpointKey);
      const recorded = deliveries.found.get(endpoint.endpointKey);
      // What became of it only its object could tell: until then it counts as pending.
      const delivery =
        recorded ?? expectedDelivery(isUnknown ? { ...endpoint, settled: 0 } : endpoint, event);
      if (delivery !== null) found.push({ ...delivery, endpoint });
    }
    from = endpoints.at(-1)?.endpointId ?? null;
    if (endpoints.length < ENDPOINTS_A_ROUND) break;
  }
  return found.slice(0, scan.count);
}

/** What will come of an event that the endpoint's object has not recorded; null: nothing. */
export function expectedDelivery(
  { spans, settled }: Pick<EndpointRecord, "spans" | "settled">,
  event: EventHeader,
): { status: number; nextAtMs: number | null } | null {
  if (event.position <= settled || !wasSubscribed(spans, event)) return null;
  if (wasCanceled(spans, event.position)) return { status: MESSAGE_STATUS.canceled, nextAtMs: null };
  return { status: MESSAGE_STATUS.pending, nextAtMs: event.deliverAtMs };
}
