import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import { MessageStatusList, MessageStatusQuery } from "../../contract/message-status.ts";
import { idPattern, MESSAGE_ID_PREFIX, messageId, parseMessageId } from "../../core/ids.ts";
import { overallOf } from "../../core/standing.ts";
import { listStandings } from "../../service/messages/message-standings.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { conditionsIn } from "../query.ts";
import { logList, logPage, logRows } from "../svix/log-pages.ts";
import { messageHead } from "../svix/message-text.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/message-status",
  tags: ["Message attempt"],
  operationId: "posthorn.message.list-status",
  summary: "List messages, newest first, and how each stands over all endpoints",
  description:
    "Asks the object of every endpoint: not for each second. A page may be short, even empty, and not `done`: read on.",
  request: { params: AppPath, query: MessageStatusQuery },
  responses: { 200: jsonResponse(MessageStatusList, "A page of messages"), ...FAILURES },
});

/** Ours: Svix's API tells it of one endpoint, or of one message. */
export function registerMessageStatus(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c);
    const query = c.req.valid("query");
    const list = logList(query, idPattern(MESSAGE_ID_PREFIX));
    const { from, ascending, count } = list.scan;
    const found = await listStandings(c.get("services"), {
      appKey,
      ...conditionsIn(c, query),
      overall: query.overall ?? null,
      from: from === null ? null : (parseMessageId(from)?.position ?? 0),
      ascending,
      count,
    });
    const idOf = (place: { position: number; createdAtMs: number }) => messageId({ appKey, ...place });
    const cut = logRows(found.rows, list, found.stoppedAt && idOf(found.stoppedAt));
    const { rows, ends } = logPage(cut, list, ({ event }) => idOf(event));
    const data = rows.map(({ event, standing }) => ({
      ...messageHead(appKey, event),
      overall: overallOf(standing),
      endpoints: standing,
    }));
    const { asked, total, unreachable } = found;
    const about = { endpointsAsked: asked, endpointsTotal: total, partial: asked < total };
    return c.json({ data, ...ends, ...about, unreachable: [...unreachable] }, 200);
  });
}
