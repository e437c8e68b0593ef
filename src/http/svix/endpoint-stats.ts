import { createRoute } from "@hono/zod-openapi";
import { EndpointAttemptStatsOut, EndpointStatsOut, EndpointStatsQuery } from "../../contract/attempts.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { STATS_MAX_RANGE_MS, STATS_RANGE_SLACK_MS } from "../../core/limits/requests.ts";
import { HOUR_MS } from "../../core/units.ts";
import { endpointAttemptStats, endpointStats } from "../../service/messages/attempts.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "./require-endpoint.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/stats",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.get-stats",
  summary: "Count an endpoint's messages by how they stand, over at most 28 days",
  request: { params: EndpointPath, query: EndpointStatsQuery },
  responses: { 200: jsonResponse(EndpointStatsOut, "The counts"), ...FAILURES },
});

const attemptsRoute = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/attempt-stats",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.get-attempt-stats",
  summary: "Count an endpoint's attempts by how they ended, over whole hours of at most 28 days",
  request: { params: EndpointPath, query: EndpointStatsQuery },
  responses: { 200: jsonResponse(EndpointAttemptStatsOut, "The counts"), ...FAILURES },
});

/** `…/endpoint/{endpoint_id}/stats` (reference svix.md §2.15), and what newer SDKs have beside it. */
export function registerEndpointStats(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const services = c.get("services");
    const range = rangeOf(c.req.valid("query"), services.nowMs);
    return c.json(await endpointStats(services, endpoint, range), 200);
  });

  app.openapi(attemptsRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const services = c.get("services");
    const { sinceMs, untilMs } = rangeOf(c.req.valid("query"), services.nowMs);
    const hours = {
      sinceMs: Math.floor(sinceMs / HOUR_MS) * HOUR_MS,
      untilMs: Math.ceil(untilMs / HOUR_MS) * HOUR_MS,
    };
    return c.json(await endpointAttemptStats(services, endpoint, hours), 200);
  });
}

type RangeQuery = { since?: number | undefined; until?: number | undefined };

function rangeOf({ since, until }: RangeQuery, nowMs: number): { sinceMs: number; untilMs: number } {
  if (until !== undefined && until > nowMs) throw invalidRange("until must not be in the future");
  // An attempt may start in the very millisecond of the question.
  const untilMs = until ?? nowMs + 1;
  const sinceMs = since ?? untilMs - STATS_MAX_RANGE_MS;
  if (sinceMs > untilMs) throw invalidRange("since must not be after until");
  if (untilMs - sinceMs > STATS_MAX_RANGE_MS + STATS_RANGE_SLACK_MS) {
    throw invalidRange("since and until must not be more than 28 days apart");
  }
  return { sinceMs, untilMs };
}

function invalidRange(detail: string): ApiError {
  return new ApiError("invalid_range", detail);
}
