import { createRoute } from "@hono/zod-openapi";
import { EndpointPath } from "../../contract/endpoints.ts";
import { LISTEN_URL } from "../../core/listen.ts";
import { listen } from "../../service/endpoints/listen.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES } from "../openapi.ts";
import { requireEndpoint } from "../svix/require-endpoint.ts";
import { requireUpgrade } from "../upgrade.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/listen",
  tags: ["Endpoint"],
  operationId: "posthorn.endpoint.listen",
  summary: "Take an endpoint's requests over a WebSocket, and answer them",
  description: `For endpoints whose url is ${LISTEN_URL}. Frames are JSON texts: \`{"type":"request","id","headers","body","event"}\` comes, \`{"type":"response","id","status","headers","body"}\` or \`{"type":"failed","id","reason"}\` goes back and is the attempt's outcome. The newest socket of an endpoint takes its requests.`,
  request: { params: EndpointPath },
  responses: { 101: { description: "The socket" }, ...FAILURES },
});

/** Ours: what `posthorn listen` speaks (docs/cli.md). */
export function registerListen(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c, "ManageEndpoint");
    const endpoint = await requireEndpoint(c, appKey);
    requireUpgrade(c);
    const result = await listen(c.get("services"), endpoint);
    switch (result.kind) {
      case "open":
        return new Response(null, { status: 101, webSocket: result.webSocket }) as never;
      case "other_url":
        throw new ApiError("conflict", `The endpoint's url is another one than ${LISTEN_URL}`);
      case "unavailable":
        throw new ApiError("unavailable", "Nobody can listen at the moment; try again");
    }
  });
}
