import { createRoute } from "@hono/zod-openapi";
import { PageQuery } from "../../contract/fields.ts";
import {
  OperationalEndpointPath,
  OperationalWebhookEndpointIn,
  OperationalWebhookEndpointListOut,
  OperationalWebhookEndpointOut,
  OperationalWebhookEndpointUpsertIn,
  toOperationalEndpointOut,
} from "../../contract/operational.ts";
import { ENDPOINT_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { OPERATIONAL_APP_KEY } from "../../core/operational.ts";
import type { ChangeResult } from "../../service/endpoints/change-endpoint.ts";
import type { EndpointInput } from "../../service/endpoints/create-endpoint.ts";
import { deleteEndpoint } from "../../service/endpoints/delete-endpoint.ts";
import { createOperationalEndpoint, upsertOperationalEndpoint } from "../../service/operational.ts";
import { type EndpointRecord, findEndpoint, listEndpoints } from "../../store/endpoints.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";
import { inWordsOf, refusalError } from "../refusals.ts";

const COLLECTION = "/api/v1/operational-webhook/endpoint";
const ITEM = "/api/v1/operational-webhook/endpoint/{endpoint_id}";
const tags = ["Operational webhook"];

const listRoute = createRoute({
  method: "get",
  path: COLLECTION,
  tags,
  operationId: "v1.operational-webhook.endpoint.list",
  summary: "List the endpoints that are told of this deployment's own events, newest first",
  request: { query: PageQuery },
  responses: { 200: jsonResponse(OperationalWebhookEndpointListOut, "A page of endpoints"), ...FAILURES },
});

const createEndpointRoute = createRoute({
  method: "post",
  path: COLLECTION,
  tags,
  operationId: "v1.operational-webhook.endpoint.create",
  summary: "Create an operational endpoint; it receives from the next operational event on",
  request: { body: jsonBody(OperationalWebhookEndpointIn) },
  responses: { 201: jsonResponse(OperationalWebhookEndpointOut, "Created"), ...FAILURES },
});

const getRoute = createRoute({
  method: "get",
  path: ITEM,
  tags,
  operationId: "v1.operational-webhook.endpoint.get",
  summary: "Get an operational endpoint",
  request: { params: OperationalEndpointPath },
  responses: { 200: jsonResponse(OperationalWebhookEndpointOut, "The endpoint"), ...FAILURES },
});

const upsertRoute = createRoute({
  method: "put",
  path: ITEM,
  tags,
  operationId: "v1.operational-webhook.endpoint.upsert",
  summary: "Replace an operational endpoint's fields, or create it with an id of its own",
  request: { params: OperationalEndpointPath, body: jsonBody(OperationalWebhookEndpointUpsertIn) },
  responses: { 200: jsonResponse(OperationalWebhookEndpointOut, "Replaced or created"), ...FAILURES },
});

const deleteRoute = createRoute({
  method: "delete",
  path: ITEM,
  tags,
  operationId: "v1.operational-webhook.endpoint.delete",
  summary: "Delete an operational endpoint; what it had waiting is cancelled",
  request: { params: OperationalEndpointPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/operational-webhook/endpoint…` (reference svix.md §1.8): endpoints of the hidden application. */
export function registerOperationalEndpoints(app: HttpApp): void {
  registerReads(app);

  app.openapi(createEndpointRoute, async (c) => {
    requirePublisher(c);
    const { secret = null, headers, ...body } = c.req.valid("json");
    const create = { input: fullInput(body), secret, headers: headers ?? {} };
    const result = await createOperationalEndpoint(c.get("services"), create);
    return c.json(written(inWordsOf(body, result)), 201);
  });

  app.openapi(upsertRoute, async (c) => {
    requirePublisher(c);
    const body = c.req.valid("json");
    const { endpoint_id } = c.req.valid("param");
    const result = await upsertOperationalEndpoint(c.get("services"), endpoint_id, fullInput(body));
    return c.json(written(inWordsOf(body, result)), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    requirePublisher(c);
    written(await deleteEndpoint(c.get("services"), nameOf(c.req.valid("param"))));
    return c.body(null, 204);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(listRoute, async (c) => {
    requirePublisher(c);
    const options = { defaultOrder: "descending", idPattern: idPattern(ENDPOINT_ID_PREFIX) } as const;
    const request = pageRequest(c.req.valid("query"), options);
    const body = await listPage(request, (scan) => listEndpoints(c.env.DB, OPERATIONAL_APP_KEY, scan), {
      idOf: ({ endpointId }: EndpointRecord) => endpointId,
      toDto: toOperationalEndpointOut,
    });
    return c.json(body, 200);
  });

  app.openapi(getRoute, async (c) => {
    requirePublisher(c);
    const { endpoint_id } = c.req.valid("param");
    const endpoint = await findEndpoint(c.env.DB, OPERATIONAL_APP_KEY, endpoint_id);
    if (endpoint === null) throw notFoundError();
    return c.json(toOperationalEndpointOut(endpoint), 200);
  });
}

export function nameOf({ endpoint_id }: { endpoint_id: string }) {
  return { appKey: OPERATIONAL_APP_KEY, idOrUid: endpoint_id };
}

function written(result: ChangeResult): OperationalWebhookEndpointOut {
  if (result.kind !== "done") throw refusalError(result);
  return toOperationalEndpointOut(result.endpoint);
}

function fullInput(body: OperationalWebhookEndpointUpsertIn): EndpointInput {
  const { eventTypes = null, filterField } = body;
  if (eventTypes?.length === 0) {
    throw invalidAt(["body", filterField], "must not be empty; leave it out, or null, for all");
  }
  return {
    url: body.url,
    description: body.description ?? "",
    uid: body.uid ?? null,
    ratePerSecond: body.ratePerSecond ?? null,
    disabled: body.disabled ?? false,
    eventTypes,
    channels: null,
    metadata: body.metadata ?? {},
  };
}
