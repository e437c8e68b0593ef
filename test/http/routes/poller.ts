/** Rows for Svix's polling endpoints. */
import { anApplication } from "../../support/apps.ts";
import { aMessageOf } from "../../support/attempts.ts";
import { badBody, badQuery, type RouteRow } from "./row.ts";

const poller = "/api/v1/app/{app_id}/poller/{sink_id}";
const leased = "/api/v1/app/{app_id}/polling-endpoint/{sink_id}/consumer/{consumer_id}";

function to(route: string, json?: unknown) {
  return async () => {
    const { id: appId } = await anApplication();
    await aMessageOf(appId);
    const path = route.replace("{app_id}", appId).replace("{sink_id}", "all").replace("{consumer_id}", "one");
    return { path, appId, json };
  };
}

const manager = { access: "app", capability: "ManageEndpoint", ok: 200 } as const;

export const pollerRoutes: RouteRow[] = [
  { route: `GET ${poller}`, access: "app", ok: 200, good: to(poller), bad: badQuery("iterator=msg_short") },
  {
    route: `GET ${poller}/consumer/{consumer_id}`,
    ...manager,
    good: to(`${poller}/consumer/{consumer_id}`),
    bad: badQuery("iterator=pos_2"),
  },
  {
    route: `POST ${poller}/consumer/{consumer_id}/seek`,
    ...manager,
    good: to(`${poller}/consumer/{consumer_id}/seek`, { after: "2026-01-01T00:00:00Z" }),
    bad: badBody({ after: "yesterday" }),
  },
  { route: `GET ${leased}`, ...manager, good: to(leased), bad: badQuery("starting_position=middle") },
  {
    route: `POST ${leased}/commit`,
    ...manager,
    ok: 204,
    good: to(`${leased}/commit`, { offset: 1 }),
    bad: badBody({ offset: 2 }),
  },
];
