import { createRoute } from "@hono/zod-openapi";
import {
  CreatedWebhookOut,
  endpointNamed,
  toWebhookOut,
  WEBHOOK_ID_PREFIX,
  WebhookDetailOut,
  WebhookIn,
  WebhookList,
  WebhookListQuery,
  WebhookOut,
  WebhookPatch,
  WebhookPath,
} from "../../contract/clawbook.ts";
import { ENDPOINT_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { RECENT_DELIVERIES } from "../../core/limits/requests.ts";
import type { ChangeResult, EndpointRefusal } from "../../service/endpoints/change-endpoint.ts";
import { createEndpoint } from "../../service/endpoints/create-endpoint.ts";
import { deleteEndpoint } from "../../service/endpoints/delete-endpoint.ts";
import { currentSecret } from "../../service/endpoints/rotate-secret.ts";
import { type EndpointChanges, updateEndpoint } from "../../service/endpoints/update-endpoint.ts";
import { listExhausted } from "../../store/endpoint-status.ts";
import { type EndpointRecord, listEndpoints } from "../../store/endpoints.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { refusalError } from "../refusals.ts";
import { deliveriesOf } from "./deliveries.ts";
import { nameIn, requireOwnApp, requireOwnWebhook } from "./own-webhook.ts";

const COLLECTION = "/api/v1/webhooks";
const ITEM = "/api/v1/webhooks/{webhook_id}";
const tags = ["Webhooks of a consumer"];
/** What a webhook speaks unless its application has chosen a dialect. */
const DIALECT = "clawbook";

const createWebhook = createRoute({
  method: "post",
  path: COLLECTION,
  tags,
  operationId: "clawbook.webhook.create",
  summary: "Create a webhook; it receives from the next event on",
  request: { body: jsonBody(WebhookIn) },
  responses: { 201: jsonResponse(CreatedWebhookOut, "Created, with its secret"), ...FAILURES },
});

const listWebhooks = createRoute({
  method: "get",
  path: COLLECTION,
  tags,
  operationId: "clawbook.webhook.list",
  summary: "List webhooks, newest first",
  request: { query: WebhookListQuery },
  responses: { 200: jsonResponse(WebhookList, "A page of webhooks"), ...FAILURES },
});

const getWebhook = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "clawbook.webhook.get",
  summary: "Get a webhook with its recent delivery attempts",
  request: { params: WebhookPath },
  responses: { 200: jsonResponse(WebhookDetailOut, "The webhook"), ...FAILURES },
});

const patchWebhook = createRoute({
  method: "patch",
  path: ITEM,
  tags,
  operationId: "clawbook.webhook.update",
  summary: "Change a webhook",
  request: { params: WebhookPath, body: jsonBody(WebhookPatch) },
  responses: { 200: jsonResponse(WebhookOut, "Changed"), ...FAILURES },
});

const deleteWebhook = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "clawbook.webhook.delete",
  summary: "Delete a webhook; what it had waiting is cancelled",
  request: { params: WebhookPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/webhooks` (seeds/clawbook, "Managing Webhooks"): another door to the endpoints of the token's application. */
export function registerWebhooks(app: HttpApp): void {
  registerReads(app);

  app.openapi(createWebhook, async (c) => {
    const appKey = requireOwnApp(c, "ManageEndpoint");
    const { url, events = null, secret = null, enabled = true } = c.req.valid("json");
    const input = { ...NOT_ON_THE_PAGE, url, disabled: !enabled, eventTypes: events };
    const create = { appKey, input, secret, headers: {}, dialect: DIALECT };
    const endpoint = written(await createEndpoint(c.get("services"), create));
    const name = { appKey, idOrUid: endpoint.endpointId };
    const key = await currentSecret(c.get("services"), name);
    return c.json({ ...toWebhookOut(endpoint, false), secret: key }, 201);
  });

  app.openapi(patchWebhook, async (c) => {
    const appKey = requireOwnApp(c, "ManageEndpoint");
    const { url, events, secret, enabled } = c.req.valid("json");
    const changes: EndpointChanges = {
      ...(url === undefined ? {} : { url }),
      ...(events === undefined ? {} : { eventTypes: events }),
      ...(enabled === undefined ? {} : { disabled: !enabled }),
      ...(secret === undefined ? {} : { rotation: { key: secret, graceSeconds: 0 } }),
    };
    const endpoint = written(await updateEndpoint(c.get("services"), nameIn(c, appKey), changes));
    return c.json(await shown(c, endpoint), 200);
  });

  app.openapi(deleteWebhook, async (c) => {
    const appKey = requireOwnApp(c, "ManageEndpoint");
    written(await deleteEndpoint(c.get("services"), nameIn(c, appKey)));
    return c.body(null, 204);
  });
}

const NOT_ON_THE_PAGE = { description: "", uid: null, ratePerSecond: null, channels: null, metadata: {} };

function registerReads(app: HttpApp): void {
  app.openapi(listWebhooks, async (c) => {
    const appKey = requireOwnApp(c);
    const { limit, cursor } = c.req.valid("query");
    const scan = { from: endpointFrom(cursor), ascending: false, count: limit + 1 };
    const found = await listEndpoints(c.get("services").env.DB, appKey, scan);
    const page = found.slice(0, limit);
    const exhausted = await exhaustedAmong(c, appKey, page);
    const data = page.map((endpoint) => toWebhookOut(endpoint, exhausted.has(endpoint.endpointKey)));
    return c.json({ data, next_cursor: found.length > limit ? (data.at(-1)?.id ?? null) : null }, 200);
  });

  app.openapi(getWebhook, async (c) => {
    const endpoint = await requireOwnWebhook(c);
    const [webhook, { data }] = await Promise.all([
      shown(c, endpoint),
      deliveriesOf(c, endpoint, { limit: RECENT_DELIVERIES }),
    ]);
    return c.json({ ...webhook, recent_deliveries: data }, 200);
  });
}

function endpointFrom(cursor: string | undefined): string | null {
  if (cursor === undefined) return null;
  const endpointId = endpointNamed(cursor);
  if (!cursor.startsWith(WEBHOOK_ID_PREFIX) || !idPattern(ENDPOINT_ID_PREFIX).test(endpointId)) {
    throw invalidAt(["query", "cursor"], "Invalid cursor");
  }
  return endpointId;
}

async function shown(c: HttpContext, endpoint: EndpointRecord): Promise<WebhookOut> {
  const exhausted = await exhaustedAmong(c, endpoint.appKey, [endpoint]);
  return toWebhookOut(endpoint, exhausted.has(endpoint.endpointKey));
}

function exhaustedAmong(
  c: HttpContext,
  appKey: number,
  endpoints: readonly EndpointRecord[],
): Promise<Set<number>> {
  const keys = endpoints.map(({ endpointKey }) => endpointKey);
  return listExhausted(c.get("services").env.DB, appKey, keys);
}

function written(result: ChangeResult): EndpointRecord {
  if (result.kind !== "done") throw refusalError(inWordsOfThePage(result));
  return result.endpoint;
}

/** Our fields' names are not this API's. */
const FIELDS: Record<string, string> = { eventTypes: "events", key: "secret" };

function inWordsOfThePage(refusal: EndpointRefusal): EndpointRefusal {
  if (refusal.kind !== "invalid") return refusal;
  return { ...refusal, field: FIELDS[refusal.field] ?? refusal.field };
}
