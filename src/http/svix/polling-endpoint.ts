import { createRoute } from "@hono/zod-openapi";
import { CommitIn, LeasedPollOut, LeasedPollQuery, PollerConsumerPath } from "../../contract/poller.ts";
import { commitSink, pollLeasedSink } from "../../service/pull/poll-sink.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { acknowledged, contended } from "../events/acknowledged.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { jsonText, listText, messageText } from "./message-text.ts";
import { requireSink } from "./poller.ts";

const tags = ["Message"];
const BASE = "/api/v1/app/{app_id}/polling-endpoint/{sink_id}/consumer/{consumer_id}";

const poll = createRoute({
  method: "get",
  path: BASE,
  tags,
  operationId: "v1.message.pollerv2.consumer-poll",
  summary: "Read what is not committed, and hold it",
  request: { params: PollerConsumerPath, query: LeasedPollQuery },
  responses: { 200: jsonResponse(LeasedPollOut, "A page of messages"), ...FAILURES },
});

const commit = createRoute({
  method: "post",
  path: `${BASE}/commit`,
  tags,
  operationId: "v1.message.pollerv2.consumer-commit",
  summary: "Say that everything up to an offset is done",
  request: { params: PollerConsumerPath, body: jsonBody(CommitIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/app/{app_id}/polling-endpoint/…`: the leased form that the SDKs' `AutoConfigConsumer` uses. */
export function registerPollingEndpoint(app: HttpApp): void {
  app.openapi(poll, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const sink = await requireSink(c, appKey);
    const consumer = { appKey, sink, consumerId: c.req.valid("param").consumer_id };
    const { limit, lease_duration_ms: leaseMs, starting_position: start = null } = c.req.valid("query");
    const result = await pollLeasedSink(c.get("services"), consumer, { limit, leaseMs, start });
    if (result.kind === "contended") throw contended();
    const { events, done } = result.page;
    const texts = events.map((event) =>
      messageText(appKey, event, true, { headers: null, offset: event.position }),
    );
    return jsonText(c, listText(texts, { done }), 200) as never;
  });

  app.openapi(commit, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const sink = await requireSink(c, appKey);
    const consumer = { appKey, sink, consumerId: c.req.valid("param").consumer_id };
    const result = await commitSink(c.get("services"), consumer, c.req.valid("json").offset);
    acknowledged(result, ["body", "offset"]);
    return c.body(null, 204);
  });
}
