import { createRoute } from "@hono/zod-openapi";
import {
  PollConsumerQuery,
  PollerConsumerPath,
  PollerPath,
  PollOut,
  PollQuery,
  PollSeekIn,
  PollSeekOut,
} from "../../contract/poller.ts";
import { iteratorAt, type Sink } from "../../core/poller.ts";
import {
  findSink,
  pollAsConsumer,
  readSink,
  type SinkPage,
  seekSinkConsumer,
  sinkStart,
} from "../../service/pull/poll-sink.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { acknowledged, notAcknowledged } from "../events/acknowledged.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { jsonText, listText, messageText } from "./message-text.ts";

const tags = ["Message"];
const BASE = "/api/v1/app/{app_id}/poller/{sink_id}";

const poll = createRoute({
  method: "get",
  path: BASE,
  tags,
  operationId: "v1.message.poller.poll",
  summary: "Read an application's messages, oldest first",
  request: { params: PollerPath, query: PollQuery },
  responses: { 200: jsonResponse(PollOut, "A page of messages"), ...FAILURES },
});

const consumerPoll = createRoute({
  method: "get",
  path: `${BASE}/consumer/{consumer_id}`,
  tags,
  operationId: "v1.message.poller.consumer-poll",
  summary: "Read on where this consumer is",
  request: { params: PollerConsumerPath, query: PollConsumerQuery },
  responses: { 200: jsonResponse(PollOut, "A page of messages"), ...FAILURES },
});

const seek = createRoute({
  method: "post",
  path: `${BASE}/consumer/{consumer_id}/seek`,
  tags,
  operationId: "v1.message.poller.consumer-seek",
  summary: "Move a consumer to a time",
  request: { params: PollerConsumerPath, body: jsonBody(PollSeekIn) },
  responses: { 200: jsonResponse(PollSeekOut, "Where it is now"), ...FAILURES },
});

/** `/api/v1/app/{app_id}/poller/{sink_id}…` (reference svix.md §2.14). */
export function registerPoller(app: HttpApp): void {
  app.openapi(poll, async (c) => {
    const { key: appKey } = await requireApp(c);
    const services = c.get("services");
    const sink = await requireSink(c, appKey);
    const { limit, iterator, event_type: eventType, channel, after } = c.req.valid("query");
    if (iterator === undefined) {
      // The first call only says where to begin (reference svix.md §2.14).
      const next = await sinkStart(services, appKey, { sink, atMs: after ?? null });
      return pageAnswer(c, appKey, { events: [], next, done: false }) as never;
    }
    const query = { appKey, sink, after: iterator, limit, eventType: eventType ?? null };
    const page = await readSink(services, { ...query, channel: channel ?? null });
    return pageAnswer(c, appKey, page) as never;
  });

  app.openapi(consumerPoll, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const sink = await requireSink(c, appKey);
    const { limit, iterator = null } = c.req.valid("query");
    const consumer = { appKey, sink, consumerId: c.req.valid("param").consumer_id };
    const result = await pollAsConsumer(c.get("services"), consumer, { iterator, limit });
    if (result.kind !== "page") throw notAcknowledged(result, ["query", "iterator"]);
    return pageAnswer(c, appKey, result.page) as never;
  });

  app.openapi(seek, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const sink = await requireSink(c, appKey);
    const consumer = { appKey, sink, consumerId: c.req.valid("param").consumer_id };
    const result = await seekSinkConsumer(c.get("services"), consumer, c.req.valid("json").after);
    return c.json({ iterator: iteratorAt(acknowledged(result, ["body", "after"])) }, 200);
  });
}

/** The sink of the path; 404 for an endpoint that is gone. */
export async function requireSink(c: HttpContext, appKey: number): Promise<Sink> {
  const sink = await findSink(c.get("services"), appKey, c.req.param("sink_id") ?? "");
  if (sink === null) throw notFoundError();
  return sink;
}

function pageAnswer(c: HttpContext, appKey: number, { events, next, done }: SinkPage): Response {
  const texts = events.map((event) => messageText(appKey, event, true, { headers: null }));
  return jsonText(c, listText(texts, { iterator: iteratorAt(next), done }), 200);
}
