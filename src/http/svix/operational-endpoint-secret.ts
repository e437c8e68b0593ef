import { createRoute } from "@hono/zod-openapi";
import {
  OperationalEndpointPath,
  OperationalWebhookEndpointHeadersIn,
  OperationalWebhookEndpointHeadersOut,
  OperationalWebhookEndpointSecretIn,
  OperationalWebhookEndpointSecretOut,
} from "../../contract/operational.ts";
import { splitSensitiveHeaders } from "../../core/custom-headers.ts";
import { readHeaders, setHeaders } from "../../service/endpoints/endpoint-headers.ts";
import { currentSecret, rotateSecret } from "../../service/endpoints/rotate-secret.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT, optionalJsonBody } from "../openapi.ts";
import { refusalError } from "../refusals.ts";
import { nameOf } from "./operational-endpoints.ts";

const ITEM = "/api/v1/operational-webhook/endpoint/{endpoint_id}";
const tags = ["Operational webhook"];

const secretRoute = createRoute({
  method: "get",
  path: `${ITEM}/secret`,
  tags,
  operationId: "v1.operational-webhook.endpoint.get-secret",
  summary: "Get what a receiver verifies an operational endpoint's requests with",
  request: { params: OperationalEndpointPath },
  responses: { 200: jsonResponse(OperationalWebhookEndpointSecretOut, "The secret"), ...FAILURES },
});

const rotateRoute = createRoute({
  method: "post",
  path: `${ITEM}/secret/rotate`,
  tags,
  operationId: "v1.operational-webhook.endpoint.rotate-secret",
  summary: "Give an operational endpoint a new secret; the old one signs beside it for the grace period",
  request: { params: OperationalEndpointPath, body: optionalJsonBody(OperationalWebhookEndpointSecretIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const headersRoute = createRoute({
  method: "get",
  path: `${ITEM}/headers`,
  tags,
  operationId: "v1.operational-webhook.endpoint.get-headers",
  summary: "Get an operational endpoint's own headers; of sensitive ones only the names",
  request: { params: OperationalEndpointPath },
  responses: { 200: jsonResponse(OperationalWebhookEndpointHeadersOut, "The headers"), ...FAILURES },
});

const setHeadersRoute = createRoute({
  method: "put",
  path: `${ITEM}/headers`,
  tags,
  operationId: "v1.operational-webhook.endpoint.set-headers",
  summary: "Replace an operational endpoint's own headers",
  request: { params: OperationalEndpointPath, body: jsonBody(OperationalWebhookEndpointHeadersIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `/api/v1/operational-webhook/endpoint/{endpoint_id}/secret…` and `…/headers` (reference svix.md §1.8). */
export function registerOperationalEndpointSecret(app: HttpApp): void {
  app.openapi(secretRoute, async (c) => {
    requirePublisher(c);
    const key = await currentSecret(c.get("services"), nameOf(c.req.valid("param")));
    if (key === null) throw notFoundError();
    return c.json({ key }, 200);
  });

  app.openapi(rotateRoute, async (c) => {
    requirePublisher(c);
    const { key = null, gracePeriodSeconds = null } = c.req.valid("json");
    const rotation = { key, graceSeconds: gracePeriodSeconds };
    const result = await rotateSecret(c.get("services"), nameOf(c.req.valid("param")), rotation);
    if (result.kind !== "done") throw refusalError(result);
    return c.body(null, 204);
  });

  app.openapi(headersRoute, async (c) => {
    requirePublisher(c);
    const headers = await readHeaders(c.get("services"), nameOf(c.req.valid("param")));
    if (headers === null) throw notFoundError();
    return c.json(splitSensitiveHeaders(headers), 200);
  });

  app.openapi(setHeadersRoute, async (c) => {
    requirePublisher(c);
    const { headers } = c.req.valid("json");
    const result = await setHeaders(c.get("services"), nameOf(c.req.valid("param")), headers);
    if (result.kind !== "done") throw refusalError(result);
    return c.body(null, 204);
  });
}
