import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import { MessagePrecheckIn, MessagePrecheckOut } from "../../contract/messages.ts";
import { matchesFilter } from "../../core/matching.ts";
import { listFilters } from "../../store/endpoint-filters.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/msg/precheck/active",
  tags: ["Message"],
  operationId: "v1.message.precheck",
  summary: "Tell whether any enabled endpoint would get such a message",
  request: { params: AppPath, body: jsonBody(MessagePrecheckIn) },
  responses: { 200: jsonResponse(MessagePrecheckOut, "Whether one would"), ...FAILURES },
});

/** Saves a publisher from building payloads that nobody wants. */
export function registerMessagePrecheck(app: HttpApp): void {
  app.openapi(route, async (c) => {
    requirePublisher(c);
    const { key: appKey } = await requireApp(c);
    const { eventType, channels = null } = c.req.valid("json");
    const filters = await listFilters(c.get("services").env.DB, appKey);
    return c.json({ active: filters.some((filter) => matchesFilter(filter, { eventType, channels })) }, 200);
  });
}
