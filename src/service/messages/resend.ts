import type { LoggedEvent } from "../../core/event.ts";
import { endpointStub } from "../../delivery/stub.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";

export type ResendOutcome = "queued" | "missing_payload" | "endpoint_disabled" | "limit_reached";

/**
 * Has the endpoint's object make one attempt outside the schedule, whatever the endpoint subscribes to. Once this says
 * "queued" the attempt survives a crash.
 */
export async function resend(
  { env }: ServiceContext,
  event: LoggedEvent,
  endpoint: EndpointRecord,
): Promise<ResendOutcome> {
  if (event.payload === null) return "missing_payload";
  if (endpoint.disabled) return "endpoint_disabled";
  return (await endpointStub(env, endpoint).resend(event.position)) ? "queued" : "limit_reached";
}
