import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  AckBody,
  AckOut,
  AckQuery,
  PendingEventsQuery,
  PullEventsQuery,
  PulledEvents,
} from "../../contract/pull.ts";
import type { Pulled, PullQuery, PullResult } from "../../feed/pull.ts";
import { pullWaiting } from "../../feed/pull-waiting.ts";
import { renderForPull } from "../../service/dialects/pull-dialect.ts";
import { acknowledgeEvents } from "../../service/pull/acknowledge-events.ts";
import { pendingEvents } from "../../service/pull/pending-events.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireValidStill } from "../auth.ts";
import { ApiError, invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { acknowledged, contended } from "./acknowledged.ts";
import { positionOf, requireMe } from "./me.ts";

const tags = ["Events to pull"];
const BASE = "/events/me/events";

const pull = createRoute({
  method: "get",
  path: BASE,
  tags,
  operationId: "posthorn.events.pull",
  summary: "Read events, oldest first",
  request: { query: PullEventsQuery },
  responses: {
    200: jsonResponse(PulledEvents, "A page of events"),
    304: { description: "Nothing has changed since the answer with this `ETag`" },
    ...FAILURES,
  },
});

const pending = createRoute({
  method: "get",
  path: `${BASE}/pending`,
  tags,
  operationId: "posthorn.events.pending",
  summary: "Read what neither you have acknowledged nor your webhook has accepted",
  request: { query: PendingEventsQuery },
  responses: { 200: jsonResponse(PulledEvents, "A page of events"), ...FAILURES },
});

const ack = createRoute({
  method: "post",
  path: `${BASE}/ack`,
  tags,
  operationId: "posthorn.events.ack",
  summary: "Acknowledge events, so that they are not pending any more",
  request: { query: AckQuery, body: jsonBody(AckBody) },
  responses: { 200: jsonResponse(AckOut, "Acknowledged"), ...FAILURES },
});

/** `/events/me/events`: reading and acknowledging (seeds/clawlabor §4). */
export function registerPull(app: HttpApp): void {
  app.openapi(pull, async (c) => {
    const appKey = requireMe(c);
    const asked = c.req.valid("query");
    const found = await pullWithin(c, queryOf(appKey, asked), 1000 * asked.wait);
    const etag = `"${found.version}"`;
    c.header("etag", etag);
    c.header("cache-control", "private, no-cache");
    if (found.events.length === 0 && c.req.header("if-none-match") === etag) return c.body(null, 304);
    return (await eventsAnswer(c, appKey, found)) as never;
  });

  app.openapi(pending, async (c) => {
    const appKey = requireMe(c);
    const { leaseMs: _, ...query } = queryOf(appKey, c.req.valid("query"));
    return (await eventsAnswer(c, appKey, await pendingEvents(c.get("services"), query))) as never;
  });

  app.openapi(ack, async (c) => {
    const appKey = requireMe(c, "ManageEndpoint");
    const { consumer: inBody, event_ids: ids, up_to: upTo } = c.req.valid("json");
    const { consumer = inBody } = c.req.valid("query");
    if (inBody !== undefined && inBody !== consumer) {
      throw invalidAt(["body", "consumer"], "is another than the query's");
    }
    const acked =
      upTo === undefined
        ? { positions: (ids ?? []).map((ref, n) => positionOf(ref, appKey, ["body", "event_ids", `[${n}]`])) }
        : { upTo: positionOf(upTo, appKey, ["body", "up_to"]) };
    const address = { appKey, name: consumer ?? "default" };
    const result = await acknowledgeEvents(c.get("services"), address, acked);
    const field = "upTo" in acked ? "up_to" : "event_ids";
    return c.json({ acknowledged_up_to: acknowledged(result, ["body", field]) }, 200);
  });
}

/** A page, waited for; refusals are thrown. */
export async function pullWithin(c: HttpContext, query: PullQuery, waitMs: number): Promise<Pulled> {
  const found = taken(await pullWaiting(c.get("services").env, query, waitMs));
  if (waitMs > 0) await requireValidStill(c);
  return found;
}

type Asked = z.output<typeof PendingEventsQuery> & { lease_seconds?: number | undefined };

export function queryOf(appKey: number, query: Asked): PullQuery {
  const { consumer, after, limit, types, lease_seconds: leaseSeconds } = query;
  return {
    consumer: { appKey, name: consumer },
    after: after === undefined ? null : positionOf(after, appKey, ["query", "after"]),
    limit,
    eventTypes: types === undefined || types.length === 0 ? null : types,
    leaseMs: leaseSeconds === undefined ? null : 1000 * leaseSeconds,
  };
}

export function taken(result: PullResult): Pulled {
  if (result.kind === "pulled") return result;
  if (result.kind === "contended") throw contended();
  throw new ApiError("limit_reached", "Too many events are handed out and not acknowledged");
}

/** Payloads are in it as they were published, so it is put together as text. */
async function eventsAnswer(
  c: HttpContext,
  appKey: number,
  found: Pick<Pulled, "events" | "next" | "hasMore">,
): Promise<Response> {
  const texts = await renderForPull(c.get("services"), appKey, found.events);
  const rest = JSON.stringify({ next: found.next, has_more: found.hasMore });
  return c.body(`{"events":[${texts.join(",")}],${rest.slice(1)}`, 200, {
    "content-type": "application/json",
  });
}
