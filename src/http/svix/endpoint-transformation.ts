import { createRoute } from "@hono/zod-openapi";
import {
  EndpointPath,
  EndpointTransformationOut,
  EndpointTransformationPatch,
} from "../../contract/endpoints.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";
import { requireEndpoint } from "./require-endpoint.ts";

const path = "/api/v1/app/{app_id}/endpoint/{endpoint_id}/transformation";
const tags = ["Endpoint"];

const get = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.endpoint.transformation.get",
  summary: "Get the endpoint's transformation: there is none",
  request: { params: EndpointPath },
  responses: { 200: jsonResponse(EndpointTransformationOut, "No transformation"), ...FAILURES },
});

const patch = createRoute({
  method: "patch",
  path,
  tags,
  operationId: "v1.endpoint.transformation.patch",
  summary: "Change the endpoint's transformation: 501 for anything but none",
  request: { params: EndpointPath, body: jsonBody(EndpointTransformationPatch) },
  responses: {
    ...NO_CONTENT,
    ...FAILURES,
    501: { ...FAILURES[400], description: "Transformations are not offered" },
  },
});

/** Customers' JavaScript is not run (docs/svix-compatibility.md); that there is none can be read, and asked for. */
export function registerEndpointTransformation(app: HttpApp): void {
  app.openapi(get, async (c) => {
    const { key: appKey } = await requireApp(c);
    await requireEndpoint(c, appKey);
    return c.json({ code: null, enabled: false, variables: null, updatedAt: null }, 200);
  });

  app.openapi(patch, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageTransformations");
    await requireEndpoint(c, appKey);
    const { code, enabled = false, variables } = c.req.valid("json");
    if (enabled || code != null || variables != null) {
      throw new ApiError("not_implemented", "Transformations are not offered: payloads go out as published");
    }
    return c.body(null, 204);
  });
}
