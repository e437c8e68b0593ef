import { createRoute } from "@hono/zod-openapi";
import {
  AgentAckIn,
  AgentList,
  AgentMovedOut,
  AgentOut,
  AgentPath,
  AgentsQuery,
  PendingOut,
  PendingQuery,
} from "../../contract/agents.ts";
import { AppPath } from "../../contract/applications.ts";
import { timeText } from "../../contract/fields.ts";
import { SeekBody } from "../../contract/pull.ts";
import { lagOf } from "../../core/acks.ts";
import { activeLeases } from "../../core/leases.ts";
import { iteratorAt, sinkNameIn } from "../../core/poller.ts";
import { seekConsumer } from "../../service/pull/acknowledge-events.ts";
import {
  type Agent,
  acknowledgeFor,
  findAgent,
  listAgents,
  pendingOfAgent,
} from "../../service/pull/agents.ts";
import { forgetConsumer } from "../../service/pull/forget-consumer.ts";
import { type ConsumerAddress, findConsumer } from "../../store/consumers.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { acknowledged } from "../events/acknowledged.ts";
import { targetOf } from "../events/consumers.ts";
import { positionOf } from "../events/me.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { jsonText, listText, messageText } from "../svix/message-text.ts";

const tags = ["Events to pull"];
const BASE = "/api/v1/app/{app_id}/agent";
const ONE = `${BASE}/{consumer}`;

const list = createRoute({
  method: "get",
  path: BASE,
  tags,
  operationId: "posthorn.agent.list",
  summary: "An application's consumers and how far behind each is",
  request: { params: AppPath, query: AgentsQuery },
  responses: { 200: jsonResponse(AgentList, "By name"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: ONE,
  tags,
  operationId: "posthorn.agent.get",
  summary: "One consumer, and how far behind it is",
  request: { params: AgentPath },
  responses: { 200: jsonResponse(AgentOut, "The consumer"), ...FAILURES },
});

const pending = createRoute({
  method: "get",
  path: `${ONE}/pending`,
  tags,
  operationId: "posthorn.agent.pending",
  summary: "What a consumer has not acknowledged, oldest first",
  request: { params: AgentPath, query: PendingQuery },
  responses: { 200: jsonResponse(PendingOut, "A page of messages"), ...FAILURES },
});

const ack = createRoute({
  method: "post",
  path: `${ONE}/ack`,
  tags,
  operationId: "posthorn.agent.ack",
  summary: "Acknowledge events in a consumer's place",
  request: { params: AgentPath, body: jsonBody(AgentAckIn) },
  responses: { 200: jsonResponse(AgentMovedOut, "Where it is now"), ...FAILURES },
});

const seek = createRoute({
  method: "post",
  path: `${ONE}/seek`,
  tags,
  operationId: "posthorn.agent.seek",
  summary: "Move a consumer to an event, a time, the start or the end",
  request: { params: AgentPath, body: jsonBody(SeekBody) },
  responses: { 200: jsonResponse(AgentMovedOut, "Where it is now"), ...FAILURES },
});

const remove = createRoute({
  method: "delete",
  path: ONE,
  tags,
  operationId: "posthorn.agent.delete",
  summary: "Forget a consumer and what it has acknowledged",
  request: { params: AgentPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/app/{app_id}/agent…`: what the portal shows of who pulls, by application instead of `me`. */
export function registerAgents(app: HttpApp): void {
  app.openapi(list, async (c) => {
    const { key: appKey } = await requireApp(c);
    const services = c.get("services");
    const { iterator: after = "", limit } = c.req.valid("query");
    const { agents, head } = await listAgents(services, { appKey, after, limit: limit + 1 });
    const shown = agents.slice(0, limit);
    const data = shown.map((agent) => agentOut(agent, { head, nowMs: services.nowMs }));
    const iterator = shown.at(-1)?.name ?? null;
    return c.json({ data, head, iterator, done: agents.length <= limit }, 200);
  });

  app.openapi(get, async (c) => {
    const services = c.get("services");
    const { key: appKey } = await requireApp(c);
    const found = await findAgent(services, { appKey, name: c.req.valid("param").consumer });
    if (found === null) throw notFoundError();
    return c.json(agentOut(found.agent, { head: found.head, nowMs: services.nowMs }), 200);
  });

  app.openapi(pending, async (c) => {
    const { key: appKey } = await requireApp(c);
    const consumer = { appKey, name: c.req.valid("param").consumer };
    const { iterator: after = 0, limit } = c.req.valid("query");
    const found = await pendingOfAgent(c.get("services"), consumer, { after, limit });
    if (found === null) throw notFoundError();
    const texts = found.events.map(({ leasedUntilMs, ...event }) => {
      const leasedUntil = leasedUntilMs === null ? null : timeText(leasedUntilMs);
      return messageText(appKey, event, true, { position: event.position, leasedUntil });
    });
    const ends = { iterator: iteratorAt(found.next), done: found.done };
    return jsonText(c, listText(texts, ends), 200) as never;
  });

  app.openapi(ack, async (c) => {
    const consumer = await requireAgent(c);
    const { appKey } = consumer;
    const { eventIds, upTo } = c.req.valid("json");
    if (eventIds !== undefined && sinkNameIn(consumer.name) !== null) {
      throw invalidAt(["body", "eventIds"], "a poller knows only upTo");
    }
    const acked =
      upTo === undefined
        ? {
            positions: (eventIds ?? []).map((ref, n) =>
              positionOf(ref, appKey, ["body", "eventIds", `[${n}]`]),
            ),
          }
        : { upTo: positionOf(upTo, appKey, ["body", "upTo"]) };
    const result = await acknowledgeFor(c.get("services"), consumer, acked);
    const field = upTo === undefined ? "eventIds" : "upTo";
    return c.json({ acknowledgedUpTo: acknowledged(result, ["body", field]) }, 200);
  });

  app.openapi(seek, async (c) => {
    const consumer = await requireAgent(c);
    const services = c.get("services");
    const body = c.req.valid("json");
    const target = await targetOf(new EventLog(services.env.DB), consumer.appKey, body);
    const result = await seekConsumer(services, consumer, target);
    const field = body.to === undefined ? "time" : "to";
    return c.json({ acknowledgedUpTo: acknowledged(result, ["body", field]) }, 200);
  });

  app.openapi(remove, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const { consumer: name } = c.req.valid("param");
    if (!(await forgetConsumer(c.get("services"), { appKey, name }))) throw notFoundError();
    return c.body(null, 204);
  });
}

/** One that is known: a mistyped name must not make a new one. */
async function requireAgent(c: HttpContext): Promise<ConsumerAddress> {
  const { key: appKey } = await requireApp(c, "ManageEndpoint");
  const consumer = { appKey, name: c.req.param("consumer") ?? "" };
  if ((await findConsumer(c.get("services").env.DB, consumer)) === null) throw notFoundError();
  return consumer;
}

function agentOut(
  { name, acks, leases, updatedAtMs, oldestPendingMs }: Agent,
  { head, nowMs }: { head: number; nowMs: number },
) {
  const leased = activeLeases(leases, acks, nowMs).reduce((sum, [from, to]) => sum + to - from + 1, 0);
  return {
    name,
    acknowledgedUpTo: acks.upTo,
    pending: lagOf(acks, head),
    leased,
    oldestPending: oldestPendingMs === null ? null : timeText(oldestPendingMs),
    lastSeen: timeText(updatedAtMs),
  };
}
