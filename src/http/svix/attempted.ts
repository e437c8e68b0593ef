import { createRoute } from "@hono/zod-openapi";
import {
  AttemptedEndpointsQuery,
  AttemptedMessagesQuery,
  EndpointMessageList,
  MessageEndpointList,
  statusesIn,
  toDeliveryStatus,
} from "../../contract/attempts.ts";
import { EndpointPath, toEndpointOut } from "../../contract/endpoints.ts";
import { MessagePath } from "../../contract/messages.ts";
import {
  ENDPOINT_ID_PREFIX,
  idPattern,
  MESSAGE_ID_PREFIX,
  messageId,
  parseMessageId,
} from "../../core/ids.ts";
import {
  type AttemptedEndpoint,
  listAttemptedEndpoints,
} from "../../service/messages/attempted-endpoints.ts";
import { listEndpointMessages } from "../../service/messages/endpoint-messages.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { invalidAt } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";
import { eventTypesIn } from "../query.ts";
import { logList, logPage, logRows } from "./log-pages.ts";
import { jsonText, messageText } from "./message-text.ts";
import { readPayloads } from "./page-payloads.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { requireMessage } from "./require-message.ts";

const tags = ["Message attempt"];

const listMessages = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/msg",
  tags,
  operationId: "v1.message-attempt.list-attempted-messages",
  summary: "List the messages an endpoint was sent, newest first, and how each stands",
  request: { params: EndpointPath, query: AttemptedMessagesQuery },
  responses: { 200: jsonResponse(EndpointMessageList, "A page of messages"), ...FAILURES },
});

const listEndpoints = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/msg/{msg_id}/endpoint",
  tags,
  operationId: "v1.message-attempt.list-attempted-destinations",
  summary: "List the endpoints a message is for, and how it stands with each",
  request: { params: MessagePath, query: AttemptedEndpointsQuery },
  responses: { 200: jsonResponse(MessageEndpointList, "A page of endpoints"), ...FAILURES },
});

/** What was sent where (reference svix.md §1.5). */
export function registerAttempted(app: HttpApp): void {
  app.openapi(listMessages, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const { with_content: withContent, expanded_statuses: expanded, ...query } = c.req.valid("query");
    const list = logList(query, idPattern(MESSAGE_ID_PREFIX));
    const { rows, stoppedAt } = await listEndpointMessages(c.get("services"), endpoint, {
      eventTypes: eventTypesIn(c),
      channel: query.channel ?? null,
      tag: query.tag ?? null,
      statuses: statusesIn(query.status, expanded),
      afterMs: query.after ?? null,
      beforeMs: query.before ?? null,
      ...list.scan,
      position: null,
      from: positionOf(list.scan.from),
    });
    const idOf = (place: { position: number; createdAtMs: number }) => messageId({ appKey, ...place });
    const cut = logRows(rows, list, stoppedAt && idOf(stoppedAt));
    const positions = withContent ? cut.rows.map(({ event }) => event.position) : [];
    const { payloads, kept } = await readPayloads(c, appKey, positions);
    const isCut = kept < positions.length;
    const found = isCut ? { rows: cut.rows.slice(0, kept), more: true, stoppedAt: null } : cut;
    const { rows: shown, ends } = logPage(found, list, ({ event }) => idOf(event));
    const texts = shown.map((row) => {
      const event = { ...row.event, payload: payloads.get(row.event.position) ?? null };
      return messageText(appKey, event, withContent, toDeliveryStatus(row, expanded));
    });
    return jsonText(c, `{"data":[${texts.join(",")}],${JSON.stringify(ends).slice(1)}`, 200) as never;
  });

  app.openapi(listEndpoints, async (c) => {
    const { key: appKey } = await requireApp(c);
    const event = await requireMessage(c, appKey);
    const query = c.req.valid("query");
    const request = pageRequest(query, {
      defaultOrder: "ascending",
      idPattern: idPattern(ENDPOINT_ID_PREFIX),
    });
    const services = c.get("services");
    const body = await listPage(
      request,
      (scan) => listAttemptedEndpoints(services, { appKey, event }, scan),
      {
        idOf: ({ endpoint }: AttemptedEndpoint) => endpoint.endpointId,
        toDto: (row) => ({
          ...toEndpointOut(row.endpoint),
          ...toDeliveryStatus(row, query.expanded_statuses),
        }),
      },
    );
    return c.json(body, 200);
  });
}

function positionOf(iterator: string | null): number | null {
  if (iterator === null) return null;
  const address = parseMessageId(iterator);
  if (address === null) throw invalidAt(["query", "iterator"], "Invalid iterator");
  return address.position;
}
