import { createRoute } from "@hono/zod-openapi";
import {
  AppPath,
  EndpointIn,
  EndpointListOut,
  EndpointOut,
  EndpointPatch,
  EndpointPath,
  EndpointUpsertIn,
  toEndpointOut,
} from "../../contract/endpoints.ts";
import { PageQuery } from "../../contract/fields.ts";
import { ENDPOINT_ID_PREFIX, idPattern } from "../../core/ids.ts";
import type { ChangeResult } from "../../service/endpoints/change-endpoint.ts";
import { createEndpoint, type EndpointInput } from "../../service/endpoints/create-endpoint.ts";
import { deleteEndpoint } from "../../service/endpoints/delete-endpoint.ts";
import {
  type EndpointChanges,
  updateEndpoint,
  upsertEndpoint,
} from "../../service/endpoints/update-endpoint.ts";
import { type EndpointRecord, findEndpoint, listEndpoints } from "../../store/endpoints.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";
import { inWordsOf, refusalError } from "../refusals.ts";
import { requireEndpointName } from "./require-endpoint.ts";

const COLLECTION = "/api/v1/app/{app_id}/endpoint";
const ITEM = "/api/v1/app/{app_id}/endpoint/{endpoint_id}";
const ENDPOINT_TAGS = ["Endpoint"];

const listRoute = createRoute({
  method: "get",
  path: COLLECTION,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.list",
  summary: "List endpoints, newest first",
  request: { params: AppPath, query: PageQuery },
  responses: { 200: jsonResponse(EndpointListOut, "A page of endpoints"), ...FAILURES },
});

const createEndpointRoute = createRoute({
  method: "post",
  path: COLLECTION,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.create",
  summary: "Create an endpoint; it receives from the application's next event on",
  request: { params: AppPath, body: jsonBody(EndpointIn) },
  responses: { 201: jsonResponse(EndpointOut, "Created"), ...FAILURES },
});

const getRoute = createRoute({
  method: "get",
  path: ITEM,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.get",
  summary: "Get an endpoint",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointOut, "The endpoint"), ...FAILURES },
});

const upsertRoute = createRoute({
  method: "put",
  path: ITEM,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.upsert",
  summary: "Replace an endpoint's fields, or create it",
  request: { params: EndpointPath, body: jsonBody(EndpointUpsertIn) },
  responses: {
    200: jsonResponse(EndpointOut, "Replaced"),
    201: jsonResponse(EndpointOut, "Created, with an id of its own"),
    ...FAILURES,
  },
});

const patchRoute = createRoute({
  method: "patch",
  path: ITEM,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.patch",
  summary: "Change some of an endpoint's fields",
  request: { params: EndpointPath, body: jsonBody(EndpointPatch) },
  responses: { 200: jsonResponse(EndpointOut, "Changed"), ...FAILURES },
});

const deleteRoute = createRoute({
  method: "delete",
  path: ITEM,
  tags: ENDPOINT_TAGS,
  operationId: "v1.endpoint.delete",
  summary: "Delete an endpoint; what it had waiting is cancelled",
  request: { params: EndpointPath },
  responses: { ...NO_CONTENT, ...FAILURES },
});

export function registerEndpoints(app: HttpApp): void {
  registerReads(app);

  app.openapi(createEndpointRoute, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const body = c.req.valid("json");
    const { secret = null, headers } = body;
    const create = { appKey, input: fullInput(c, body), secret, headers: headers ?? {} };
    return c.json(written(inWordsOf(body, await createEndpoint(c.get("services"), create))), 201);
  });

  app.openapi(upsertRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const body = c.req.valid("json");
    const { created, result } = await upsertEndpoint(c.get("services"), name, fullInput(c, body));
    return c.json(written(inWordsOf(body, result)), created ? 201 : 200);
  });

  app.openapi(patchRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const body = c.req.valid("json");
    const result = await updateEndpoint(c.get("services"), name, patchInput(body));
    return c.json(written(inWordsOf(body, inWordsOfThePatch(result))), 200);
  });

  app.openapi(deleteRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    written(await deleteEndpoint(c.get("services"), name));
    return c.body(null, 204);
  });
}

function registerReads(app: HttpApp): void {
  app.openapi(listRoute, async (c) => {
    const { key } = await requireApp(c);
    const request = pageRequest(c.req.valid("query"), {
      defaultOrder: "descending",
      idPattern: idPattern(ENDPOINT_ID_PREFIX),
    });
    const body = await listPage(request, (scan) => listEndpoints(c.env.DB, key, scan), {
      idOf: ({ endpointId }: EndpointRecord) => endpointId,
      toDto: toEndpointOut,
    });
    return c.json(body, 200);
  });

  app.openapi(getRoute, async (c) => {
    const { key } = await requireApp(c);
    const endpoint = await findEndpoint(c.env.DB, key, c.req.valid("param").endpoint_id);
    if (endpoint === null) throw notFoundError();
    return c.json(toEndpointOut(endpoint), 200);
  });
}

function written(result: ChangeResult): EndpointOut {
  if (result.kind !== "done") throw refusalError(result);
  return toEndpointOut(result.endpoint);
}

/** A rotation's `key` is `secret` here. */
function inWordsOfThePatch(result: ChangeResult): ChangeResult {
  return result.kind === "invalid" && result.field === "key" ? { ...result, field: "secret" } : result;
}

/** All fields, those left out at their defaults. */
function fullInput(c: HttpContext, body: EndpointUpsertIn): EndpointInput {
  return {
    url: body.url,
    description: body.description ?? "",
    uid: body.uid ?? null,
    ratePerSecond: body.ratePerSecond ?? null,
    disabled: body.disabled ?? false,
    eventTypes: filterList(c, body.filterField, body.eventTypes),
    channels: filterList(c, "channels", body.channels),
    metadata: body.metadata ?? {},
  };
}

/**
 * An empty filter is most likely a publisher's bug, so it is refused; Svix's portal library always sends one and means
 * "all" (reference svix.md §2.16).
 */
function filterList(c: HttpContext, field: string, list: string[] | null | undefined): string[] | null {
  if (list?.length !== 0) return list ?? null;
  if (c.get("principal").kind === "consumer") return null;
  throw invalidAt(["body", field], "must not be empty; leave it out, or null, for all");
}

/** The fields that are there. An empty filter means all here, as it does in Svix. */
function patchInput(body: EndpointPatch): EndpointChanges {
  const { url, description, uid, ratePerSecond, disabled, eventTypes, channels, metadata, secret } = body;
  return {
    ...(url === undefined ? {} : { url }),
    ...(description === undefined ? {} : { description }),
    ...(uid === undefined ? {} : { uid }),
    ...(ratePerSecond === undefined ? {} : { ratePerSecond }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(eventTypes === undefined ? {} : { eventTypes: allWhenEmpty(eventTypes) }),
    ...(channels === undefined ? {} : { channels: allWhenEmpty(channels) }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(secret === undefined ? {} : { rotation: { key: secret, graceSeconds: 0 } }),
  };
}

function allWhenEmpty(list: string[] | null): string[] | null {
  return list?.length === 0 ? null : list;
}
