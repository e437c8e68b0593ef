import { createRoute } from "@hono/zod-openapi";
import {
  type AttemptConditions,
  CountAttemptsQuery,
  CountOut,
  EndpointAttemptsQuery,
  MessageAttemptList,
  MessageAttemptsOut,
  MessageAttemptsQuery,
  MessageEndpointPath,
  statusesIn,
  toAttemptOut,
} from "../../contract/attempts.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { MessagePath } from "../../contract/messages.ts";
import type { AttemptFilter } from "../../core/attempt-log.ts";
import type { EndpointAddress } from "../../core/endpoint.ts";
import {
  ATTEMPT_ID_PREFIX,
  type AttemptAddress,
  attemptId,
  idPattern,
  messageId,
  parseAttemptId,
} from "../../core/ids.ts";
import {
  countEndpointAttempts,
  type EndpointAttempt,
  idOfAttempt,
  listEndpointAttempts,
  listMessageAttempts,
} from "../../service/messages/attempts.ts";
import { findAddress, listAddresses } from "../../store/endpoint-addresses.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { conditionsIn } from "../query.ts";
import { type LogList, logList, logPage, logRows } from "./log-pages.ts";
import { jsonText, listText, messageText } from "./message-text.ts";
import { readPayloads } from "./page-payloads.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { requireMessage } from "./require-message.ts";

const tags = ["Message attempt"];
const app = "/api/v1/app/{app_id}";
const listed = { 200: jsonResponse(MessageAttemptList, "A page of attempts"), ...FAILURES };
const listedOfMessage = { 200: jsonResponse(MessageAttemptsOut, "A page of attempts"), ...FAILURES };

const listByEndpoint = createRoute({
  method: "get",
  path: `${app}/attempt/endpoint/{endpoint_id}`,
  tags,
  operationId: "v1.message-attempt.list-by-endpoint",
  summary: "List an endpoint's attempts, newest first",
  request: { params: EndpointPath, query: EndpointAttemptsQuery },
  responses: listed,
});

const countByEndpoint = createRoute({
  method: "get",
  path: `${app}/attempt/endpoint/{endpoint_id}/count`,
  tags,
  operationId: "v1.message-attempt.count-by-endpoint",
  summary: "Count an endpoint's attempts, up to a bound",
  request: { params: EndpointPath, query: CountAttemptsQuery },
  responses: { 200: jsonResponse(CountOut, "How many"), ...FAILURES },
});

const listByMessage = createRoute({
  method: "get",
  path: `${app}/attempt/msg/{msg_id}`,
  tags,
  operationId: "v1.message-attempt.list-by-msg",
  summary: "List a message's attempts at every endpoint, newest first",
  request: { params: MessagePath, query: MessageAttemptsQuery },
  responses: listedOfMessage,
});

/** Two routes that older SDKs call (reference svix.md §1.17). */
const listOfMessage = createRoute({
  method: "get",
  path: `${app}/msg/{msg_id}/attempt`,
  tags,
  deprecated: true,
  operationId: "v1.message-attempt.list-by-msg-deprecated",
  summary: "List a message's attempts at every endpoint",
  request: { params: MessagePath, query: MessageAttemptsQuery },
  responses: listedOfMessage,
});

const listOfMessageAtEndpoint = createRoute({
  method: "get",
  path: `${app}/msg/{msg_id}/endpoint/{endpoint_id}/attempt`,
  tags,
  deprecated: true,
  operationId: "v1.message-attempt.list-by-endpoint-deprecated",
  summary: "List a message's attempts at one endpoint",
  request: { params: MessageEndpointPath, query: MessageAttemptsQuery.omit({ endpoint_id: true }) },
  responses: listedOfMessage,
});

/** Lists of attempts (reference svix.md §1.5). */
export function registerAttempts(app: HttpApp): void {
  app.openapi(listByEndpoint, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const query = c.req.valid("query");
    const list = logList(query, idPattern(ATTEMPT_ID_PREFIX));
    const { rows, stoppedAt } = await listEndpointAttempts(c.get("services"), endpoint, {
      ...filterIn(c, query, query.expanded_statuses),
      ...list.scan,
      position: null,
      from: cursorOf(list)?.attemptKey ?? null,
      withResponse: query.with_content,
    });
    const { endpointKey } = endpoint;
    const stopped =
      stoppedAt && attemptId({ attemptKey: stoppedAt.key, endpointKey, position: stoppedAt.position });
    const found = rows.map((attempt) => ({ endpoint, attempt }));
    const { rows: shown, ends } = logPage(logRows(found, list, stopped), list, idOfAttempt);
    const positions =
      query.with_msg && query.with_content ? shown.map(({ attempt }) => attempt.event.position) : [];
    const { payloads } = await readPayloads(c, appKey, [...new Set(positions)]);
    const texts = shown.map((item) => {
      const out = JSON.stringify(attemptOut(item, query));
      if (!query.with_msg) return out;
      const { event } = item.attempt;
      // What is too much for one answer is shown as a payload nobody asked for.
      const payload = payloads.get(event.position);
      const msg = messageText(appKey, { ...event, payload: payload ?? null }, payload !== undefined);
      return `${out.slice(0, -1)},"msg":${msg}}`;
    });
    return jsonText(c, listText(texts, ends), 200) as never;
  });

  app.openapi(countByEndpoint, async (c) => {
    const { key: appKey } = await requireApp(c);
    const endpoint = await requireEndpoint(c, appKey);
    const filter = { ...filterIn(c, c.req.valid("query"), false), position: null };
    return c.json(await countEndpointAttempts(c.get("services"), endpoint, filter), 200);
  });

  app.openapi(listByMessage, async (c) => {
    const query = c.req.valid("query");
    return c.json(await messageAttempts(c, query, query.endpoint_id), 200);
  });

  app.openapi(listOfMessage, async (c) => {
    const query = c.req.valid("query");
    return c.json(await messageAttempts(c, query, query.endpoint_id), 200);
  });

  app.openapi(listOfMessageAtEndpoint, async (c) => {
    return c.json(await messageAttempts(c, c.req.valid("query"), c.req.valid("param").endpoint_id), 200);
  });
}

type ListQuery = Omit<ReturnType<typeof MessageAttemptsQuery.parse>, "endpoint_id">;

async function messageAttempts(c: HttpContext, query: ListQuery, endpointNamed: string | undefined) {
  const { key: appKey } = await requireApp(c);
  const { position } = await requireMessage(c, appKey);
  const list = logList(query, idPattern(ATTEMPT_ID_PREFIX));
  const endpoints = await endpointsNamed(c, appKey, endpointNamed);
  const { found, unreachable } = await listMessageAttempts(c.get("services"), endpoints, {
    ...filterIn(c, query, query.expanded_statuses),
    ...list.scan,
    position,
    from: cursorOf(list),
    withResponse: query.with_content,
  });
  if (unreachable.length > 0 && unreachable.length === endpoints.length) {
    throw new ApiError("unavailable", "The endpoints' logs cannot be reached; try again");
  }
  const { rows, ends } = logPage(logRows(found, list, null), list, idOfAttempt);
  const missing = unreachable.map(({ endpointId }) => endpointId);
  return {
    data: rows.map((item) => attemptOut(item, query)),
    ...ends,
    ...(missing.length === 0 ? {} : { unreachable: missing }),
  };
}

/** The endpoints to ask, deleted ones too: their attempts stay readable. */
async function endpointsNamed(
  c: HttpContext,
  appKey: number,
  named: string | undefined,
): Promise<EndpointAddress[]> {
  const { DB } = c.get("services").env;
  if (named === undefined) return listAddresses(DB, appKey);
  const endpoint = await findAddress(DB, appKey, named);
  if (endpoint === null) throw notFoundError();
  return [endpoint];
}

function filterIn(
  c: HttpContext,
  query: AttemptConditions,
  expanded: boolean,
): Omit<AttemptFilter, "position"> {
  return {
    ...conditionsIn(c, query),
    statuses: statusesIn(query.status, expanded),
    statusCodeClass: query.status_code_class ?? null,
  };
}

function cursorOf({ scan }: LogList): AttemptAddress | null {
  if (scan.from === null) return null;
  const address = parseAttemptId(scan.from);
  if (address === null) throw invalidAt(["query", "iterator"], "Invalid iterator");
  return address;
}

function attemptOut(item: EndpointAttempt, query: { with_content: boolean; expanded_statuses: boolean }) {
  const { attempt, endpoint } = item;
  const { appKey, endpointId } = endpoint;
  const msgId = messageId({ appKey, ...attempt.event });
  return toAttemptOut(
    { attempt, id: idOfAttempt(item), msgId, endpointId },
    { withContent: query.with_content, expanded: query.expanded_statuses },
  );
}
