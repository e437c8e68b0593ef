/** Rows for agents that pull. */
import { api } from "../../support/api.ts";
import { aConsumerToken, anApplication } from "../../support/apps.ts";
import { aMessageOf } from "../../support/attempts.ts";
import { badBody, badQuery, type RouteRow } from "./row.ts";

const events = "/events/me/events";
const consumers = "/events/me/consumers";

function to(path: string, json?: unknown) {
  return async () => {
    const { id: appId } = await anApplication();
    await aMessageOf(appId);
    return { path, appId, json, token: await aConsumerToken(appId) };
  };
}

const reader = { access: "consumer", ok: 200 } as const;
const manager = { access: "consumer", capability: "ManageEndpoint", ok: 200 } as const;

export const pullRoutes: RouteRow[] = [
  { route: `GET ${events}`, ...reader, good: to(`${events}?limit=3`), bad: badQuery("limit=none") },
  {
    route: `GET ${events}/pending`,
    ...reader,
    good: to(`${events}/pending`),
    bad: badQuery("after=nothing"),
  },
  {
    route: "GET /events/me/stream",
    ...reader,
    good: to("/events/me/stream?seconds=0"),
    bad: badQuery("after=nothing"),
  },
  {
    route: "GET /events/me/socket",
    ...reader,
    ok: 101,
    good: async () => ({ ...(await to("/events/me/socket")()), headers: { upgrade: "websocket" } }),
    bad: badQuery("after=nothing"),
  },
  {
    route: `POST ${events}/ack`,
    ...manager,
    good: to(`${events}/ack`, { event_ids: [1] }),
    bad: badBody({ up_to: 2 }),
  },
  { route: `GET ${consumers}`, ...reader, good: to(consumers), bad: badQuery("limit=none") },
  {
    route: `POST ${consumers}/{consumer}/seek`,
    ...manager,
    good: to(`${consumers}/me/seek`, { to: "end" }),
    bad: badBody({ to: "nowhere" }),
  },
  {
    route: `DELETE ${consumers}/{consumer}`,
    ...manager,
    ok: 204,
    good: async () => {
      const call = await to(`${consumers}/mine`)();
      await api("POST", `${events}/ack`, {
        token: call.token,
        json: { consumer: "mine", event_ids: [1] },
      });
      return call;
    },
    bad: (good) => ({ ...good, path: `${consumers}/none`, status: 404 }),
  },
];
