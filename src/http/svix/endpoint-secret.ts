import { createRoute } from "@hono/zod-openapi";
import { EndpointPath, EndpointSecretOut, EndpointSecretRotateIn } from "../../contract/endpoints.ts";
import { invariant } from "../../core/invariant.ts";
import { currentSecret, rotateSecret, shownSecret } from "../../service/endpoints/rotate-secret.ts";
import type { HttpApp } from "../app-env.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse, optionalJsonBody } from "../openapi.ts";
import { refusalError } from "../refusals.ts";
import { requireEndpointName } from "./require-endpoint.ts";
import { readsRotatedSecret, sdkVersion } from "./sdk-version.ts";

const getRoute = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.get-secret",
  summary: "Get the secret that signs now; 404 for an endpoint that sends unsigned",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointSecretOut, "The secret"), ...FAILURES },
});

const rotateRoute = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/secret/rotate",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.rotate-secret",
  summary: "Give the endpoint a new secret; the old one signs beside it for the grace period",
  request: { params: EndpointPath, body: optionalJsonBody(EndpointSecretRotateIn) },
  responses: {
    200: jsonResponse(
      EndpointSecretOut,
      "Done; the new secret, to Svix's SDKs from 2.7 on, which read it here",
    ),
    204: { description: "Done" },
    ...FAILURES,
  },
});

export function registerEndpointSecret(app: HttpApp): void {
  app.openapi(getRoute, async (c) => {
    const name = await requireEndpointName(c, "ViewEndpointSecret");
    const key = await currentSecret(c.get("services"), name);
    if (key === null) throw notFoundError();
    return c.json({ key }, 200);
  });

  app.openapi(rotateRoute, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpointSecret");
    const { key = null, gracePeriodSeconds = null } = c.req.valid("json");
    const rotation = { key, graceSeconds: gracePeriodSeconds };
    const result = await rotateSecret(c.get("services"), name, rotation);
    if (result.kind !== "done") throw refusalError(result);
    if (!readsRotatedSecret(sdkVersion(c.req.header("user-agent")))) return c.body(null, 204);
    const shown = await shownSecret(c.get("services"), result.endpoint);
    invariant(shown !== null, "an endpoint has a secret once that was rotated");
    return c.json({ key: shown }, 200);
  });
}
