import { createRoute } from "@hono/zod-openapi";
import {
  EndpointHeadersIn,
  EndpointHeadersOut,
  EndpointHeadersPatchIn,
  EndpointPath,
} from "../../contract/endpoints.ts";
import { splitSensitiveHeaders } from "../../core/custom-headers.ts";
import { patchHeaders, readHeaders, setHeaders } from "../../service/endpoints/endpoint-headers.ts";
import type { HttpApp } from "../app-env.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { refusalError } from "../refusals.ts";
import { requireEndpointName } from "./require-endpoint.ts";

const PATH = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/headers";
const TAGS = ["Endpoint"];

const getRoute = createRoute({
  method: "get",
  path: PATH,
  tags: TAGS,
  operationId: "v1.endpoint.get-headers",
  summary: "Get the endpoint's own headers; of sensitive ones only the names",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointHeadersOut, "The headers"), ...FAILURES },
});

const putRoute = createRoute({
  method: "put",
  path: PATH,
  tags: TAGS,
  operationId: "v1.endpoint.set-headers",
  summary: "Replace the endpoint's own headers",
  request: { params: EndpointPath, body: jsonBody(EndpointHeadersIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const patchRoute = createRoute({
  method: "patch",
  path: PATH,
  tags: TAGS,
  operationId: "v1.endpoint.patch-headers",
  summary: "Set some of the endpoint's own headers; null, or deleteHeaders, removes one",
  request: { params: EndpointPath, body: jsonBody(EndpointHeadersPatchIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

export function registerEndpointHeaders(app: HttpApp): void {
  app.openapi(getRoute, async (c) => {
    const headers = await readHeaders(c.get("services"), await requireEndpointName(c));
    if (headers === null) throw notFoundError();
    return c.json(splitSensitiveHeaders(headers), 200);
  });

  app.openapi(putRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const result = await setHeaders(c.get("services"), name, c.req.valid("json").headers);
    if (result.kind !== "done") throw refusalError(result);
    return c.body(null, 204);
  });

  app.openapi(patchRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const { headers = {}, deleteHeaders = [] } = c.req.valid("json");
    const removed = Object.fromEntries(deleteHeaders.map((header) => [header, null]));
    const result = await patchHeaders(c.get("services"), name, { ...removed, ...headers });
    if (result.kind !== "done") throw refusalError(result);
    return c.body(null, 204);
  });
}
