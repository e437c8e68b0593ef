import { createRoute } from "@hono/zod-openapi";
import { DeliveryStatusOut } from "../../contract/delivery-status.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { timeText } from "../../contract/fields.ts";
import { type BreakerState, passageAt } from "../../core/breaker.ts";
import type { FailedAttempt } from "../../core/tally.ts";
import { deliveryStatus } from "../../service/messages/delivery-status.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "../svix/require-endpoint.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/delivery-status",
  tags: ["Delivery policy"],
  operationId: "posthorn.endpoint.get-delivery-status",
  summary: "How an endpoint's delivery stands: position, backlog, circuit breaker",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(DeliveryStatusOut, "The status"), ...FAILURES },
});

/** Ours: what a person asks first when nothing arrives. */
export function registerDeliveryStatus(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c);
    const services = c.get("services");
    const status = await deliveryStatus(services, await requireEndpoint(c, appKey));
    const { breaker, failingSinceMs, throttledSinceMs: _, hours, lastError, ...counts } = status;
    const failingSince = failingSinceMs === null ? null : timeText(failingSinceMs);
    return c.json(
      {
        ...counts,
        failingSince,
        breaker: breakerOut(breaker, services.nowMs),
        hours: hours.map(({ succeeded, failed }) => ({ succeeded, failed })),
        lastError: lastErrorOut(lastError),
      },
      200,
    );
  });
}

function lastErrorOut(error: FailedAttempt | null): DeliveryStatusOut["lastError"] {
  if (error === null) return null;
  const { atMs, statusCode, failure } = error;
  return { at: timeText(atMs), status: statusCode, reason: failure };
}

function breakerOut(breaker: BreakerState, nowMs: number): DeliveryStatusOut["breaker"] {
  const passage = passageAt(breaker, nowMs);
  return {
    state: passage.kind === "probe" ? "probing" : passage.kind,
    failures: breaker?.failures ?? 0,
    nextProbe: passage.kind === "open" ? timeText(passage.untilMs) : null,
  };
}
