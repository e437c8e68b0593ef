import { createRoute } from "@hono/zod-openapi";
import {
  AttemptPath,
  GetAttemptQuery,
  MessageAttemptHeadersOut,
  MessageAttemptOut,
  toAttemptOut,
} from "../../contract/attempts.ts";
import { type AttemptExchange, type AttemptRow, REDACTED } from "../../core/attempt-log.ts";
import type { EndpointAddress } from "../../core/endpoint.ts";
import { attemptId, messageId, parseAttemptId } from "../../core/ids.ts";
import { expungeAttempt, getAttempt } from "../../service/messages/attempts.ts";
import { addressOfKey } from "../../store/endpoint-addresses.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { requireMessage } from "./require-message.ts";

const tags = ["Message attempt"];
const path = "/api/v1/app/{app_id}/msg/{msg_id}/attempt/{attempt_id}";

const get = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.message-attempt.get",
  summary: "Get an attempt",
  request: { params: AttemptPath, query: GetAttemptQuery },
  responses: { 200: jsonResponse(MessageAttemptOut, "The attempt"), ...FAILURES },
});

const getHeaders = createRoute({
  method: "get",
  path: `${path}/headers`,
  tags,
  operationId: "v1.message-attempt.get-headers",
  summary: "Get the headers an attempt sent and received",
  request: { params: AttemptPath },
  responses: { 200: jsonResponse(MessageAttemptHeadersOut, "The headers"), ...FAILURES },
});

const expunge = createRoute({
  method: "delete",
  path: `${path}/content`,
  tags,
  operationId: "v1.message-attempt.expunge-content",
  summary: "Forget the response to an attempt",
  request: { params: AttemptPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** One attempt (reference svix.md §1.5). */
export function registerAttempt(app: HttpApp): void {
  app.openapi(get, async (c) => {
    const { attempt, place } = await requireAttempt(c);
    const { appKey, endpointKey, endpointId } = place.endpoint;
    const { position } = attempt.event;
    const shown = toAttemptOut(
      {
        attempt,
        id: attemptId({ attemptKey: attempt.key, endpointKey, position }),
        msgId: messageId({ appKey, ...attempt.event }),
        endpointId,
      },
      { withContent: true, expanded: c.req.valid("query").expanded_statuses },
    );
    return c.json(shown, 200);
  });

  app.openapi(getHeaders, async (c) => c.json(headersOut((await requireAttempt(c)).attempt), 200));

  app.openapi(expunge, async (c) => {
    requirePublisher(c);
    const { endpoint, key, position } = await placeOf(c);
    if (!(await expungeAttempt(c.get("services"), endpoint, { key, position }))) throw notFoundError();
    return c.body(null, 204);
  });
}

type Place = { endpoint: EndpointAddress; key: number; position: number };

/** Where the path's attempt is kept, if its id is one of this very message. */
async function placeOf(c: HttpContext): Promise<Place> {
  const { key: appKey } = await requireApp(c);
  const { position } = await requireMessage(c, appKey);
  const address = parseAttemptId(c.req.param("attempt_id") ?? "");
  if (address === null || address.position !== position) throw notFoundError();
  const endpoint = await addressOfKey(c.get("services").env.DB, appKey, address.endpointKey);
  if (endpoint === null) throw notFoundError();
  return { endpoint, key: address.attemptKey, position };
}

async function requireAttempt(
  c: HttpContext,
): Promise<{ attempt: AttemptRow & AttemptExchange; place: Place }> {
  const place = await placeOf(c);
  const attempt = await getAttempt(c.get("services"), place.endpoint, place);
  if (attempt === null) throw notFoundError();
  return { attempt, place };
}

function headersOut({ statusCode, requestHeaders, responseHeaders }: AttemptRow & AttemptExchange) {
  const sent = Object.entries(requestHeaders);
  return {
    sentHeaders: Object.fromEntries(sent.filter(([, value]) => value !== REDACTED)),
    responseHeaders: statusCode === 0 ? null : Object.entries(responseHeaders),
    sensitive: sent.filter(([, value]) => value === REDACTED).map(([name]) => name),
  };
}
