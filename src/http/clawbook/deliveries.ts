import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  attemptIdOf,
  CLAWBOOK_EVENT_ID_PREFIX,
  deliveryIdOf,
  secondsText,
  toDeliveryOut,
  WebhookDeliveriesQuery,
  WebhookDeliveryList,
  WebhookPath,
  WebhookTestOut,
  webhookIdOf,
} from "../../contract/clawbook.ts";
import { type AttemptRow, EVERY_ATTEMPT } from "../../core/attempt-log.ts";
import { ATTEMPT_ID_PREFIX, attemptId, idPattern, messageId, parseAttemptId } from "../../core/ids.ts";
import { listEndpointAttempts } from "../../service/messages/attempts.ts";
import { type SendByHandOutcome, sendByHand } from "../../service/messages/send-by-hand.ts";
import { getApplicationByKey } from "../../store/applications.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { RESEND_REFUSALS } from "../svix/resend.ts";
import { requireOwnWebhook } from "./own-webhook.ts";

const ITEM = "/api/v1/webhooks/{webhook_id}";
const tags = ["Webhooks of a consumer"];
const TEST_EVENT_TYPE = "webhook.test";

const listDeliveries = createRoute({
  method: "get",
  path: `${ITEM}/deliveries`,
  tags,
  operationId: "clawbook.webhook.deliveries",
  summary: "List a webhook's delivery attempts, newest first",
  request: { params: WebhookPath, query: WebhookDeliveriesQuery },
  responses: { 200: jsonResponse(WebhookDeliveryList, "A page of delivery attempts"), ...FAILURES },
});

const testWebhook = createRoute({
  method: "post",
  path: `${ITEM}/test`,
  tags,
  operationId: "clawbook.webhook.test",
  summary: "Send a test event, once and to this webhook only",
  request: { params: WebhookPath },
  responses: { 202: jsonResponse(WebhookTestOut, "Queued: the event"), ...FAILURES },
});

/** What a webhook was sent, and a way to have it sent something (seeds/clawbook, "Test Webhook", "Webhook Logs"). */
export function registerWebhookDeliveries(app: HttpApp): void {
  app.openapi(listDeliveries, async (c) => {
    const endpoint = await requireOwnWebhook(c);
    return c.json(await deliveriesOf(c, endpoint, c.req.valid("query")), 200);
  });

  app.openapi(testWebhook, async (c) => {
    const endpoint = await requireOwnWebhook(c, "CreateAttempts");
    const services = c.get("services");
    const application = await getApplicationByKey(services.db, endpoint.appKey);
    if (application === null) throw notFoundError();
    const data = {
      webhook_id: webhookIdOf(endpoint.endpointId),
      message: "This is a test of the webhook. Nothing has happened.",
    };
    const sent = await sendByHand(services, endpoint, {
      application: application.id,
      eventType: TEST_EVENT_TYPE,
      payload: JSON.stringify(data),
    });
    if (sent.kind !== "queued") throw refusal(sent);
    const id = messageId(sent, CLAWBOOK_EVENT_ID_PREFIX);
    return c.json({ id, type: TEST_EVENT_TYPE, created_at: secondsText(sent.createdAtMs), data }, 202);
  });
}

function refusal({ kind }: Exclude<SendByHandOutcome, { kind: "queued" }>): ApiError {
  if (kind === "not_found") return notFoundError();
  if (kind === "unavailable")
    return new ApiError("unavailable", "The event log cannot take the event now; try again");
  return new ApiError(kind, RESEND_REFUSALS[kind]);
}

type Query = {
  limit: number;
  cursor?: string | undefined;
  status?: number | undefined;
  event?: string | undefined;
};

/** A page of an endpoint's attempts, newest first, in ClawBook's words. */
export async function deliveriesOf(
  c: HttpContext,
  endpoint: EndpointRecord,
  { limit, cursor, status, event }: Query,
): Promise<z.output<typeof WebhookDeliveryList>> {
  const { rows, stoppedAt } = await listEndpointAttempts(c.get("services"), endpoint, {
    ...EVERY_ATTEMPT,
    eventTypes: event === undefined ? null : [event],
    statuses: status === undefined ? null : [status],
    from: cursor === undefined ? null : keyFrom(cursor),
    ascending: false,
    count: limit + 1,
    withResponse: false,
  });
  const shown = rows.slice(0, limit);
  const idOf = (key: number, position: number) =>
    attemptId({ attemptKey: key, endpointKey: endpoint.endpointKey, position });
  const data = shown.map((attempt: AttemptRow) =>
    toDeliveryOut(attempt, {
      attemptId: idOf(attempt.key, attempt.event.position),
      eventId: messageId({ appKey: endpoint.appKey, ...attempt.event }, CLAWBOOK_EVENT_ID_PREFIX),
    }),
  );
  if (rows.length > limit) return { data, next_cursor: data.at(-1)?.id ?? null };
  return { data, next_cursor: stoppedAt && deliveryIdOf(idOf(stoppedAt.key, stoppedAt.position)) };
}

function keyFrom(cursor: string): number {
  const id = attemptIdOf(cursor);
  const address = id !== cursor && idPattern(ATTEMPT_ID_PREFIX).test(id) ? parseAttemptId(id) : null;
  if (address === null) throw invalidAt(["query", "cursor"], "Invalid cursor");
  return address.attemptKey;
}
