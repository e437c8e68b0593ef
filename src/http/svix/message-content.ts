import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import { BulkExpungeContentsIn, BulkExpungeContentsOut, MessagePath } from "../../contract/messages.ts";
import { MAX_UID_CHARS } from "../../core/limits/resources.ts";
import { expungeMessages } from "../../service/messages/expunge.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";

const tags = ["Message"];

const expunge = createRoute({
  method: "delete",
  path: "/api/v1/app/{app_id}/msg/{msg_id}/content",
  tags,
  operationId: "v1.message.expunge-content",
  summary: "Forget a message's payload; no retry sends it any more",
  request: { params: MessagePath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const bulkExpunge = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/msg/bulk-expunge",
  tags,
  operationId: "v1.message.bulk-expunge-content",
  summary: "Forget the payloads of several messages, by their ids or event ids",
  request: { params: AppPath, body: jsonBody(BulkExpungeContentsIn) },
  responses: { 200: jsonResponse(BulkExpungeContentsOut, "What became of each"), ...FAILURES },
});

/** Payloads that must go before their time (reference svix.md §2.13). */
export function registerMessageContent(app: HttpApp): void {
  app.openapi(expunge, async (c) => {
    requirePublisher(c);
    const { key: appKey } = await requireApp(c);
    const named = c.req.valid("param").msg_id;
    if (named.length > MAX_UID_CHARS) throw notFoundError();
    const results = await expungeMessages(c.get("services"), appKey, [named]);
    if (results.get(named) !== "expunged") throw notFoundError();
    return c.body(null, 204);
  });

  app.openapi(bulkExpunge, async (c) => {
    requirePublisher(c);
    const { key: appKey } = await requireApp(c);
    const { ids = [] } = c.req.valid("json");
    const results = await expungeMessages(c.get("services"), appKey, ids);
    return c.json({ results: Object.fromEntries(results) }, 200);
  });
}
