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
import { idPattern, MESSAGE_ID_PREFIX, parseMessageId } from "../../core/ids.ts";
import { MAX_BATCH_BODY_BYTES, MAX_MESSAGE_BODY_BYTES } from "../../core/limits/publishing.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { conditionsIn } from "../query.ts";
import { logList } from "./log-pages.ts";
import { messageListText } from "./message-pages.ts";
import { jsonText, messageText } from "./message-text.ts";
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

const listRoute = createRoute({
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

  app.openapi(listRoute, async (c) => {
    const { key: appKey } = await requireApp(c);
    const { with_content: withContent, ...query } = c.req.valid("query");
    const list = logList(query, idPattern(MESSAGE_ID_PREFIX));
    const { from, ascending, count } = list.scan;
    const events = await new EventLog(c.get("services").env.DB).list({
      appKey,
      filter: conditionsIn(c, query),
      from: from === null ? null : (parseMessageId(from)?.position ?? 0),
      ascending,
      count,
    });
    const rows = events.map((event) => ({ event }));
    const found = { appKey, rows, stoppedAt: null, withContent };
    return jsonText(c, await messageListText(c, list, found), 200) as never;
  });

  app.openapi(get, async (c) => {
    const { key: appKey } = await requireApp(c);
    const event = await requireMessage(c, appKey);
    return jsonText(c, messageText(appKey, event, c.req.valid("query").with_content), 200) as never;
  });
}
