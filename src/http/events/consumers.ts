import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import { timeText } from "../../contract/fields.ts";
import { AckOut, ConsumerList, ConsumerPath, ConsumersQuery, SeekBody } from "../../contract/pull.ts";
import { lagOf } from "../../core/acks.ts";
import { activeLeases } from "../../core/leases.ts";
import { type SeekTo, seekConsumer } from "../../service/pull/acknowledge-events.ts";
import { forgetConsumer } from "../../service/pull/forget-consumer.ts";
import { listConsumers, type NamedConsumer } from "../../store/consumers.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpApp } from "../app-env.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { acknowledged } from "./acknowledged.ts";
import { positionOf, requireMe } from "./me.ts";

const tags = ["Events to pull"];
const BASE = "/events/me/consumers";

const list = createRoute({
  method: "get",
  path: BASE,
  tags,
  operationId: "posthorn.consumers.list",
  summary: "The named consumers and how far behind each is",
  request: { query: ConsumersQuery },
  responses: { 200: jsonResponse(ConsumerList, "By name"), ...FAILURES },
});

const seek = createRoute({
  method: "post",
  path: `${BASE}/{consumer}/seek`,
  tags,
  operationId: "posthorn.consumers.seek",
  summary: "Move a consumer to an event, a time, the start or the end",
  request: { params: ConsumerPath, body: jsonBody(SeekBody) },
  responses: { 200: jsonResponse(AckOut, "Where it is now"), ...FAILURES },
});

const remove = createRoute({
  method: "delete",
  path: `${BASE}/{consumer}`,
  tags,
  operationId: "posthorn.consumers.delete",
  summary: "Forget a consumer and what it has acknowledged",
  request: { params: ConsumerPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/events/me/consumers`: ours, for agents with several workers or purposes. */
export function registerConsumers(app: HttpApp): void {
  app.openapi(list, async (c) => {
    const appKey = requireMe(c);
    const { env, nowMs } = c.get("services");
    const { after, limit } = c.req.valid("query");
    const [found, head] = await Promise.all([
      listConsumers(env.DB, { appKey, after, limit: limit + 1 }),
      new EventLog(env.DB).head(appKey),
    ]);
    const consumers = found.slice(0, limit).map((one) => consumerOut(one, { head, nowMs }));
    return c.json({ consumers, has_more: found.length > limit }, 200);
  });

  app.openapi(seek, async (c) => {
    const appKey = requireMe(c, "ManageEndpoint");
    const services = c.get("services");
    const name = c.req.valid("param").consumer;
    const body = c.req.valid("json");
    const target = await targetOf(new EventLog(services.env.DB), appKey, body);
    const result = await seekConsumer(services, { appKey, name }, target);
    return c.json(
      { acknowledged_up_to: acknowledged(result, ["body", body.to === undefined ? "time" : "to"]) },
      200,
    );
  });

  app.openapi(remove, async (c) => {
    const appKey = requireMe(c, "ManageEndpoint");
    const { consumer: name } = c.req.valid("param");
    if (!(await forgetConsumer(c.get("services"), { appKey, name }))) throw notFoundError();
    return c.body(null, 204);
  });
}

/** Where a body says to go. */
export async function targetOf(
  log: EventLog,
  appKey: number,
  body: z.output<typeof SeekBody>,
): Promise<SeekTo> {
  const { to, time } = body;
  if (time !== undefined) return { atMs: Date.parse(time) };
  if (to === undefined || to === "start") return { position: 0 };
  if (to === "end") return { position: await log.head(appKey) };
  return { position: positionOf(to, appKey, ["body", "to"]) };
}

function consumerOut(
  { name, acks, leases, updatedAtMs }: NamedConsumer,
  { head, nowMs }: { head: number; nowMs: number },
) {
  const active = activeLeases(leases, acks, nowMs);
  return {
    name,
    acknowledged_up_to: acks.upTo,
    lag: lagOf(acks, head),
    leased: active.reduce((sum, [from, to]) => sum + to - from + 1, 0),
    updated_at: timeText(updatedAtMs),
  };
}
