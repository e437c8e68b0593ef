/** Rows for who pulls, as an application's owner looks at them. */
import { api } from "../../support/api.ts";
import { aConsumerToken, anApplication } from "../../support/apps.ts";
import { aMessageOf } from "../../support/attempts.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const base = "/api/v1/app/{app_id}/agent";
const one = `${base}/{consumer}`;

/** An application with two events, of which its agent `mine` has acknowledged the first. */
function to(path: string, json?: unknown) {
  return async () => {
    const { id: appId } = await anApplication();
    await aMessageOf(appId);
    await aMessageOf(appId);
    const token = await aConsumerToken(appId);
    await api("POST", "/events/me/events/ack", { token, json: { consumer: "mine", event_ids: [1] } });
    return { path: `/api/v1/app/${appId}/agent${path}`, appId, json };
  };
}

const manager = { access: "app", capability: "ManageEndpoint" } as const;

export const agentRoutes: RouteRow[] = [
  { route: `GET ${base}`, access: "app", ok: 200, good: to(""), bad: badQuery("limit=none") },
  { route: `GET ${one}`, access: "app", ok: 200, good: to("/mine"), bad: unknownId },
  {
    route: `GET ${one}/pending`,
    access: "app",
    ok: 200,
    good: to("/mine/pending"),
    bad: badQuery("iterator=nowhere"),
  },
  {
    route: `POST ${one}/ack`,
    ...manager,
    ok: 200,
    good: to("/mine/ack", { upTo: 2 }),
    bad: badBody({ upTo: 3 }),
  },
  {
    route: `POST ${one}/seek`,
    ...manager,
    ok: 200,
    good: to("/mine/seek", { to: "end" }),
    bad: badBody({ to: "nowhere" }),
  },
  { route: `DELETE ${one}`, ...manager, ok: 204, good: to("/mine"), bad: unknownId },
];
