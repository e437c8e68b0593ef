import { createRoute } from "@hono/zod-openapi";
import {
  BulkReplayIn,
  RecoverIn,
  RecoverOut,
  ReplayCountOut,
  ReplayIn,
  ReplayOut,
  toTaskStart,
} from "../../contract/background-tasks.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { RECOVER_MAX_AGE_MS } from "../../core/limits/tasks.ts";
import { ANY_DELIVERY, type ReplayFilter, type ReplayKind } from "../../core/replay.ts";
import { countReplay } from "../../service/tasks/count-replay.ts";
import { startReplay } from "../../service/tasks/replay.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError, invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "./require-endpoint.ts";

const tags = ["Endpoint"];
const path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}";

const recover = createRoute({
  method: "post",
  path: `${path}/recover`,
  tags,
  operationId: "v1.endpoint.recover",
  summary: "Send again what failed since a time, at most two weeks ago",
  request: { params: EndpointPath, body: jsonBody(RecoverIn) },
  responses: { 202: jsonResponse(RecoverOut, "Begun, as a background task"), ...FAILURES },
});

const replayMissing = createRoute({
  method: "post",
  path: `${path}/replay-missing`,
  tags,
  operationId: "v1.endpoint.replay-missing",
  summary: "Send what the endpoint listens to now and was never sent, also from before it was there",
  request: { params: EndpointPath, body: jsonBody(ReplayIn) },
  responses: { 202: jsonResponse(ReplayOut, "Begun, as a background task"), ...FAILURES },
});

const bulkReplay = createRoute({
  method: "post",
  path: `${path}/bulk-replay`,
  tags,
  operationId: "v1.endpoint.bulk-replay",
  summary: "Send again what was sent before, succeeded or not, by conditions",
  request: { params: EndpointPath, body: jsonBody(BulkReplayIn) },
  responses: { 202: jsonResponse(ReplayOut, "Begun, as a background task"), ...FAILURES },
});

const count = createRoute({
  method: "post",
  path: `${path}/bulk-replay/count`,
  tags,
  operationId: "posthorn.endpoint.count-bulk-replay",
  summary: "How many messages a bulk replay would send",
  request: { params: EndpointPath, body: jsonBody(BulkReplayIn) },
  responses: { 200: jsonResponse(ReplayCountOut, "Counted; nothing is sent"), ...FAILURES },
});

/** The three ways to have an endpoint sent older messages (reference svix.md §1.2). */
export function registerReplay(app: HttpApp): void {
  app.openapi(recover, async (c) => {
    const { since, until } = c.req.valid("json");
    if (since < c.get("services").nowMs - RECOVER_MAX_AGE_MS) {
      throw invalidAt(["body", "since"], "must not be more than two weeks ago");
    }
    return c.json(await begin(c, { kind: "endpoint.recover", since, until, filter: ANY_DELIVERY }), 202);
  });

  app.openapi(replayMissing, async (c) => {
    const { since, until } = c.req.valid("json");
    return c.json(await begin(c, { kind: "endpoint.replay", since, until, filter: ANY_DELIVERY }), 202);
  });

  app.openapi(bulkReplay, async (c) => {
    const { since, until, ...conditions } = c.req.valid("json");
    const filter = filterOf(conditions);
    return c.json(await begin(c, { kind: "endpoint.bulk-replay", since, until, filter }), 202);
  });

  app.openapi(count, async (c) => {
    const { since, until, ...conditions } = c.req.valid("json");
    const asked = { kind: "endpoint.bulk-replay", since, until, filter: filterOf(conditions) } as const;
    const { endpoint, request } = await requireStretch(c, asked);
    return c.json(await countReplay(c.get("services"), endpoint, request), 200);
  });
}

/** What was asked for, at an endpoint that is there; refusals are thrown. */
async function requireStretch(c: HttpContext, { kind, since, until, filter }: Asked) {
  const { key: appKey } = await requireApp(c, "CreateAttempts");
  const endpoint = await requireEndpoint(c, appKey);
  // An event may have been accepted in this very millisecond.
  const untilMs = until ?? Number.MAX_SAFE_INTEGER;
  if (since >= untilMs) throw invalidAt(["body", "until"], "must be after since");
  return { endpoint, request: { kind, sinceMs: since, untilMs, filter } };
}

type Asked = { kind: ReplayKind; since: number; until: number | null | undefined; filter: ReplayFilter };

async function begin(c: HttpContext, asked: Asked) {
  const { endpoint, request } = await requireStretch(c, asked);
  const outcome = await startReplay(c.get("services"), endpoint, request);
  switch (outcome.kind) {
    case "started":
      return toTaskStart(outcome.task);
    case "endpoint_disabled":
      throw new ApiError("endpoint_disabled", "The endpoint is disabled; enable it first");
    case "limit_reached":
      throw new ApiError("limit_reached", "Too many of these run for this endpoint already");
  }
}

function filterOf(conditions: Omit<BulkReplayIn, "since" | "until">): ReplayFilter {
  const { eventTypes, channel, tag, status, statusCodeClass } = conditions;
  return {
    // None at all is what clients send for "any".
    eventTypes: eventTypes == null || eventTypes.length === 0 ? null : eventTypes,
    channel: channel ?? null,
    tag: tag ?? null,
    status: status ?? null,
    statusCodeClass: statusCodeClass ?? null,
  };
}
