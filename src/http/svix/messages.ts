import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import {
  CreateMessageQuery,
  GetMessageQuery,
  ListMessagesQuery,
  MessageBatchBody,
  MessageBatchOut,
  MessageIn,
  MessageList,
  MessageOut,
  MessagePath,
} from "../../contract/messages.ts";
import { idPattern, MESSAGE_ID_PREFIX, messageId, parseMessageId } from "../../core/ids.ts";
import { MAX_BATCH_BODY_BYTES, MAX_MESSAGE_BODY_BYTES } from "../../core/limits/publishing.ts";
import { pageOf, scanOf } from "../../core/page.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { pageRequest } from "../pages.ts";
import { eventTypesIn } from "../query.ts";
import { jsonText, listText, messageText } from "./message-text.ts";
import { readPayloads } from "./page-payloads.ts";
import { publishBatch, publishOne, readPublish } from "./publish.ts";
import { requireMessage } from "./require-message.ts";

const tags = ["Message"];
const path = "/api/v1/app/{app_id}/msg";

const create = {
  method: "post",
  path,
  tags,
  operationId: "v1.message.create",
  summary: "Publish a message",
  request: { params: AppPath, query: CreateMessageQuery, body: jsonBody(MessageIn) },
  responses: { 202: jsonResponse(MessageOut, "Accepted: it is in the log"), ...FAILURES },
} as const;

const createBatch = {
  method: "post",
  path: `${path}/batch`,
  tags,
  operationId: "v1.message.create-batch",
  summary: "Publish up to 100 messages in one round trip",
  request: { params: AppPath, query: CreateMessageQuery, body: jsonBody(MessageBatchBody) },
  responses: { 202: jsonResponse(MessageBatchOut, "One result a message, in order"), ...FAILURES },
} as const;

const list = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.message.list",
  summary: "List messages, newest first",
  request: { params: AppPath, query: ListMessagesQuery },
  responses: { 200: jsonResponse(MessageList, "A page of messages"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: `${path}/{msg_id}`,
  tags,
  operationId: "v1.message.get",
  summary: "Get a message by its id or event id",
  request: { params: MessagePath, query: GetMessageQuery },
  responses: { 200: jsonResponse(MessageOut, "The message"), ...FAILURES },
});

/** `/api/v1/app/{app_id}/msg` (reference svix.md §1.4), and our batch beside it. */
export function registerMessages(app: HttpApp): void {
  // These two read their body themselves: the payload is kept as text, so no framework may parse it first.
  app.openAPIRegistry.registerPath(create);
  app.post("/api/v1/app/:app_id/msg", async (c) => {
    requirePublisher(c);
    const publish = await readPublish(c, MAX_MESSAGE_BODY_BYTES);
    return jsonText(c, await publishOne(c, publish), 202);
  });

  app.openAPIRegistry.registerPath(createBatch);
  app.post("/api/v1/app/:app_id/msg/batch", async (c) => {
    requirePublisher(c);
    const publish = await readPublish(c, MAX_BATCH_BODY_BYTES);
    return jsonText(c, await publishBatch(c, publish), 202);
  });

  app.openapi(list, async (c) => {
    const { key: appKey } = await requireApp(c);
    const { with_content: withContent, ...query } = c.req.valid("query");
    // `after` alone reads upwards from there, and is shown newest first all the same (reference svix.md §2.6).
    const upwards = query.after !== undefined && query.before === undefined && query.iterator === undefined;
    const request = pageRequest(query, {
      defaultOrder: "descending",
      idPattern: idPattern(MESSAGE_ID_PREFIX),
    });
    const scan = scanOf(request);
    const { env } = c.get("services");
    const found = await new EventLog(env.DB).list({
      appKey,
      filter: {
        eventTypes: eventTypesIn(c),
        channel: query.channel ?? null,
        tag: query.tag ?? null,
        afterMs: query.after ?? null,
        beforeMs: query.before ?? null,
      },
      from: scan.from === null ? null : (parseMessageId(scan.from)?.position ?? 0),
      ascending: scan.ascending || upwards,
      count: scan.count,
    });
    const wanted = withContent ? found.slice(0, request.limit).map(({ position }) => position) : [];
    const { payloads, kept } = await readPayloads(c, appKey, wanted);
    const isCut = kept < wanted.length;
    const page = pageOf(isCut ? found.slice(0, kept) : found, request);
    const events = upwards ? page.rows.toReversed() : page.rows;
    const texts = events.map((event) =>
      messageText(appKey, { ...event, payload: payloads.get(event.position) ?? null }, withContent),
    );
    const ids = events.map((event) => messageId({ appKey, ...event }));
    return jsonText(c, listText(texts, { ids, done: page.done && !isCut }), 200) as never;
  });

  app.openapi(get, async (c) => {
    const { key: appKey } = await requireApp(c);
    const event = await requireMessage(c, appKey);
    return jsonText(c, messageText(appKey, event, c.req.valid("query").with_content), 200) as never;
  });
}
