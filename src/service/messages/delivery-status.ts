import type { DeliveryStatus } from "../../core/delivery-status.ts";
import type { EndpointAddress } from "../../core/endpoint.ts";
import { endpointStub } from "../../delivery/stub.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";

/** How an endpoint's delivery stands, with the position of the newest event beside its own. */
export async function deliveryStatus(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
): Promise<DeliveryStatus & { head: number }> {
  const [status, head] = await Promise.all([
    endpointStub(env, endpoint).deliveryStatus(),
    new EventLog(env.DB).head(endpoint.appKey),
  ]);
  return { ...status, head };
}
