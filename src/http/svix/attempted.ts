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
import type { DeliveryRow } from "../../core/attempt-log.ts";
import { ENDPOINT_ID_PREFIX, idPattern, MESSAGE_ID_PREFIX, parseMessageId } from "../../core/ids.ts";
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
import { conditionsIn } from "../query.ts";
import { logList } from "./log-pages.ts";
import { messageListText } from "./message-pages.ts";
import { jsonText } from "./message-text.ts";
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
      ...conditionsIn(c, query),
      statuses: statusesIn(query.status, expanded),
      ...list.scan,
      position: null,
      from: positionOf(list.scan.from),
    });
    const extraOf = (row: DeliveryRow) => toDeliveryStatus(row, expanded);
    const found = { appKey, rows, stoppedAt, withContent, extraOf };
    return jsonText(c, await messageListText(c, list, found), 200) as never;
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
