import { createRoute } from "@hono/zod-openapi";
import { MessageEndpointPath } from "../../contract/attempts.ts";
import { toDialectOut } from "../../contract/dialects.ts";
import { DeliveryBodyOut, EndpointWireOut, OperationalWireOut } from "../../contract/endpoint-wire.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { OperationalEndpointPath } from "../../contract/operational.ts";
import { OPERATIONAL_APP_KEY } from "../../core/operational.ts";
import { deliveryBody, dialectNames, endpointDialect } from "../../service/dialects/endpoint-wire.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "../svix/require-endpoint.ts";
import { requireMessage } from "../svix/require-message.ts";

const wireRoute = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/wire",
  tags: ["Delivery policy"],
  operationId: "posthorn.endpoint.get-wire",
  summary: "How an endpoint's messages look on the wire, for those who verify them",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointWireOut, "Its dialect"), ...FAILURES },
});

const operationalWireRoute = createRoute({
  method: "get",
  path: "/api/v1/operational-webhook/endpoint/{endpoint_id}/wire",
  tags: ["Operational webhook"],
  operationId: "posthorn.operational-webhook.endpoint.get-wire",
  summary: "How an operational endpoint's events look on the wire, for those who verify them",
  request: { params: OperationalEndpointPath },
  responses: { 200: jsonResponse(OperationalWireOut, "Its dialect"), ...FAILURES },
});

const bodyRoute = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/body",
  tags: ["Delivery policy"],
  operationId: "posthorn.message.get-delivery-body",
  summary: "The body an endpoint is sent for a message",
  request: { params: MessageEndpointPath },
  responses: { 200: jsonResponse(DeliveryBodyOut, "The body"), ...FAILURES },
});

const REASONS = ["failures", "gone"] as const;

/** Ours: what the portal shows of a dialect to those who may not read the deployment's own. */
export function registerEndpointWire(app: HttpApp): void {
  app.openapi(wireRoute, async (c) => {
    const { key } = await requireApp(c);
    const wire = await wireOf(c, await requireEndpoint(c, key));
    const isPublisher = c.get("principal").kind !== "consumer";
    const known = await dialectNames(c.get("services"), isPublisher);
    return c.json({ ...wire, dialects: [...new Set([...known, wire.dialect.name])] }, 200);
  });

  app.openapi(operationalWireRoute, async (c) => {
    requirePublisher(c);
    return c.json(await wireOf(c, await requireEndpoint(c, OPERATIONAL_APP_KEY)), 200);
  });

  app.openapi(bodyRoute, async (c) => {
    const { key } = await requireApp(c);
    const event = await requireMessage(c, key);
    const body = await deliveryBody(c.get("services"), event, await requireEndpoint(c, key));
    if (body === null) throw new ApiError("missing_payload", "The payload is gone");
    return c.json({ body }, 200);
  });
}

async function wireOf(c: HttpContext, endpoint: EndpointRecord) {
  const { dialect, builtIn } = await endpointDialect(c.get("services"), endpoint);
  const disabledReason = REASONS.find((reason) => reason === endpoint.disabledReason) ?? null;
  return { dialect: toDialectOut(dialect, builtIn), disabledReason };
}
