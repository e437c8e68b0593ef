import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import {
  GetInboxQuery,
  InboxIn,
  InboxOut,
  InboxQuery,
  InboxRequestList,
  toInboxOut,
  toInboxRequestOut,
} from "../../contract/inbox.ts";
import type { Capability } from "../../core/principal.ts";
import { clearInbox, listInboxRequests, removeInbox, setInbox } from "../../service/endpoints/inbox.ts";
import { checkSignatures } from "../../service/endpoints/inbox-signatures.ts";
import { findInbox, type InboxRecord } from "../../store/inboxes.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";

const ITEM = "/api/v1/app/{app_id}/inbox";
const REQUESTS = `${ITEM}/requests`;
const tags = ["Inbox"];

const set = createRoute({
  method: "put",
  path: ITEM,
  tags,
  operationId: "posthorn.inbox.set",
  summary: "Make the application's inbox, or change what it answers",
  description:
    "A URL to point an endpoint at before there is a server: it keeps its newest requests for a week and answers each as it is told. Its address stays as it is until it is deleted.",
  request: { params: AppPath, body: jsonBody(InboxIn) },
  responses: { 200: jsonResponse(InboxOut, "The inbox"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "posthorn.inbox.get",
  summary: "Get the application's inbox",
  request: { params: AppPath, query: GetInboxQuery },
  responses: {
    200: jsonResponse(InboxOut, "The inbox"),
    204: { description: "There is none, and `or_nothing` was given" },
    ...FAILURES,
  },
});

const remove = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "posthorn.inbox.delete",
  summary: "Delete the application's inbox, with what it received; its URL answers 404",
  request: { params: AppPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const list = createRoute({
  method: "get",
  path: REQUESTS,
  tags,
  operationId: "posthorn.inbox.list-requests",
  summary: "List what the inbox received, newest first",
  request: { params: AppPath, query: InboxQuery },
  responses: { 200: jsonResponse(InboxRequestList, "A page of requests"), ...FAILURES },
});

const clear = createRoute({
  method: "delete",
  path: REQUESTS,
  tags,
  operationId: "posthorn.inbox.clear",
  summary: "Forget what the inbox received",
  request: { params: AppPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** Ours: a receiver that is there before the consumer has one. */
export function registerInbox(app: HttpApp): void {
  app.openapi(set, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const { answerStatus: status, answerBody: body, answerDelayMs: delayMs } = c.req.valid("json");
    const answer = { status, body, delayMs };
    const inbox = await setInbox(c.get("services"), { appKey, origin: originOf(c), answer });
    if (inbox === null) throw notFoundError();
    return c.json(toInboxOut(inbox), 200);
  });

  app.openapi(get, async (c) => {
    const inbox = await inboxOf(c);
    if (inbox !== null) return c.json(toInboxOut(inbox), 200);
    if (c.req.valid("query").or_nothing) return c.body(null, 204);
    throw notFoundError();
  });

  app.openapi(remove, async (c) => {
    const { key } = await requireApp(c, "ManageEndpoint");
    if (!(await removeInbox(c.get("services"), key))) throw notFoundError();
    return c.body(null, 204);
  });

  app.openapi(list, async (c) => {
    const inbox = await requireInbox(c);
    const { limit, iterator: before = null } = c.req.valid("query");
    const { requests, done } = await listInboxRequests(c.get("services"), inbox.token, { before, limit });
    const last = requests.at(-1);
    const iterator = last === undefined ? null : String(last.id);
    const data = (await checkSignatures(c.get("services"), inbox, requests)).map(toInboxRequestOut);
    return c.json({ data, iterator, done }, 200);
  });

  app.openapi(clear, async (c) => {
    const { token } = await requireInbox(c, "ManageEndpoint");
    await clearInbox(c.get("services"), token);
    return c.body(null, 204);
  });
}

async function inboxOf(c: HttpContext, capability?: Capability): Promise<InboxRecord | null> {
  const { key } = await requireApp(c, capability);
  return findInbox(c.get("services").env.DB, key);
}

async function requireInbox(c: HttpContext, capability?: Capability): Promise<InboxRecord> {
  const inbox = await inboxOf(c, capability);
  if (inbox === null) throw notFoundError();
  return inbox;
}

/** Where this deployment is found: as it says itself, or as this caller did. */
function originOf(c: HttpContext): string {
  const { publicUrl } = c.get("services").config;
  return new URL(publicUrl === "" ? c.req.url : publicUrl).origin;
}
