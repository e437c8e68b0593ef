import { createRoute } from "@hono/zod-openapi";
import { CancelMsgsIn } from "../../contract/background-tasks.ts";
import { EndpointPath } from "../../contract/endpoints.ts";
import { cancelMessages } from "../../service/messages/cancel-messages.ts";
import type { HttpApp } from "../app-env.ts";
import { ApiError, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, NO_CONTENT } from "../openapi.ts";
import { requireEndpointName } from "./require-endpoint.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/cancel-msgs",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.cancel-msgs",
  summary: "Cancel what an endpoint has pending of messages created before a time",
  request: { params: EndpointPath, body: jsonBody(CancelMsgsIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** `…/cancel-msgs` (reference svix.md §1.2); each message is then shown as canceled. */
export function registerCancelMessages(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const name = await requireEndpointName(c, "ManageEndpoint");
    const { createdBefore } = c.req.valid("json");
    switch (await cancelMessages(c.get("services"), name, createdBefore)) {
      case "canceled":
        return c.body(null, 204);
      case "not_found":
        throw notFoundError();
      case "limit_reached":
        throw new ApiError("limit_reached", "The endpoint was changed too often; try again in a minute");
      case "busy":
        throw new ApiError("conflict", "It was changed by others at the same time; try again");
    }
  });
}
