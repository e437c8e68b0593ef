import { createRoute } from "@hono/zod-openapi";
import { SocketEventsQuery } from "../../contract/pull.ts";
import { mayUse } from "../../core/principal.ts";
import type { SocketState } from "../../core/socket.ts";
import { openSocket } from "../../feed/stub.ts";
import { hashToken } from "../../service/access/tokens.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { bearerToken, SOCKET_PATH } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES } from "../openapi.ts";
import { requireUpgrade } from "../upgrade.ts";
import { requireMe } from "./me.ts";
import { queryOf } from "./pull.ts";

/** What a client may call the language spoken here (docs/agents.md). */
const PROTOCOL = "posthorn";

const route = createRoute({
  method: "get",
  path: SOCKET_PATH,
  tags: ["Events to pull"],
  operationId: "posthorn.events.socket",
  summary: "Events as they come, over a WebSocket, with acknowledgements on it",
  request: { query: SocketEventsQuery },
  responses: { 101: { description: "The socket; its frames are JSON texts" }, ...FAILURES },
});

/** `/events/me/socket`: idle ones cost nothing, since their hub sleeps. */
export function registerSocket(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const appKey = requireMe(c);
    const { consumer, after, limit, eventTypes, leaseMs } = queryOf(appKey, c.req.valid("query"));
    requireUpgrade(c);
    const state: SocketState = {
      ...{ consumer: consumer.name, sentTo: after, eventTypes, limit, leaseMs },
      skipsAcknowledged: after === null,
      mayAcknowledge: mayUse(c.get("principal"), "ManageEndpoint"),
      tokenHash: await hashToken(bearerToken(c) ?? ""),
      checkedAtMs: c.get("services").nowMs,
      unanswered: { events: 0, chars: 0 },
      held: null,
    };
    const webSocket = await openSocket(c.env, appKey, state);
    if (webSocket === null)
      throw new ApiError("unavailable", "No more agents can wait at the moment; try again");
    const headers = speaksOurs(c) ? { "sec-websocket-protocol": PROTOCOL } : {};
    return new Response(null, { status: 101, webSocket, headers }) as never;
  });
}

/** A browser that names protocols wants one of them back. */
function speaksOurs(c: HttpContext): boolean {
  const protocols = c.req.header("sec-websocket-protocol")?.split(",") ?? [];
  return protocols.some((name) => name.trim() === PROTOCOL);
}
