import { createRoute } from "@hono/zod-openapi";
import { EndpointPath, EndpointThrottleRateStatusOut } from "../../contract/endpoints.ts";
import { timeText } from "../../contract/fields.ts";
import { deliveryStatus } from "../../service/messages/delivery-status.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "./require-endpoint.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/rate-limit-status",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.get-throttling-status",
  summary: "Tell whether messages wait for the endpoint's rate",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointThrottleRateStatusOut, "Whether, and since when"), ...FAILURES },
});

/** Of Svix's dashboard (reference svix.md §2.12). */
export function registerRateLimitStatus(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const { throttledSinceMs } = await deliveryStatus(c.get("services"), endpoint);
    const isThrottled = throttledSinceMs !== null;
    const throttledSince = isThrottled ? timeText(throttledSinceMs) : null;
    return c.json({ status: isThrottled ? ("RateLimited" as const) : ("Ok" as const), throttledSince }, 200);
  });
}
