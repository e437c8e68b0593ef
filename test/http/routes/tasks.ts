/** Rows for background tasks and the calls that begin them. */

import { anApplication } from "../../support/apps.ts";
import { anEndpointOf } from "../../support/endpoints.ts";
import { aTask } from "../../support/tasks.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const path = "/api/v1/background-task";
const ep = "/api/v1/app/{app_id}/endpoint/{endpoint_id}";
const since = () => new Date(Date.now() - 60_000).toISOString();

async function anEndpoint() {
  const { id: appId } = await anApplication();
  const { id } = await anEndpointOf(appId, { url: "http://127.0.0.1:1/hook" });
  return { appId, path: `/api/v1/app/${appId}/endpoint/${id}` };
}

const STATUS: Record<string, number> = { "cancel-msgs": 204, "bulk-replay/count": 200 };

function ofEndpoint(name: string, json: () => unknown, capability: "CreateAttempts" | "ManageEndpoint") {
  return (bad: RouteRow["bad"]): RouteRow => ({
    route: `POST ${ep}/${name}`,
    access: "app",
    capability,
    ok: STATUS[name] ?? 202,
    good: async () => {
      const endpoint = await anEndpoint();
      return { path: `${endpoint.path}/${name}`, json: json(), appId: endpoint.appId };
    },
    bad,
  });
}

export const taskRoutes: RouteRow[] = [
  {
    route: `GET ${path}`,
    access: "token",
    ok: 200,
    good: async () => ({ path }),
    bad: badQuery("status=done"),
  },
  {
    route: `GET ${path}/{task_id}`,
    access: "app",
    ok: 200,
    good: async () => {
      const { id: appId } = await anApplication();
      const { id } = await aTask("POST", `/api/v1/app/${appId}/msg/expunge-all-contents`);
      return { path: `${path}/${id}`, appId };
    },
    bad: unknownId,
  },
  ofEndpoint(
    "recover",
    () => ({ since: since() }),
    "CreateAttempts",
  )(badBody({ since: "2020-01-01T00:00:00Z" })),
  ofEndpoint("replay-missing", () => ({ since: since() }), "CreateAttempts")(badBody({})),
  ofEndpoint(
    "bulk-replay",
    () => ({ since: since(), status: 2 }),
    "CreateAttempts",
  )(badBody({ since: "2026-01-01T00:00:00Z", status: 7 })),
  ofEndpoint(
    "bulk-replay/count",
    () => ({ since: since() }),
    "CreateAttempts",
  )(badBody({ since: "2026-01-01T00:00:00Z", status: 7 })),
  ofEndpoint(
    "cancel-msgs",
    () => ({ createdBefore: since() }),
    "ManageEndpoint",
  )(badBody({ createdBefore: 1 })),
  {
    route: "POST /api/v1/app/{app_id}/msg/expunge-all-contents",
    access: "publisher",
    ok: 202,
    good: async () => {
      const { id: appId } = await anApplication();
      return { path: `/api/v1/app/${appId}/msg/expunge-all-contents`, appId };
    },
    bad: (good) => ({ path: good.path.replace(/app_[^/]+/, "none-such"), status: 404 }),
  },
  {
    route: "POST /api/v1/stats/usage/app",
    access: "publisher",
    ok: 202,
    good: async () => ({
      path: "/api/v1/stats/usage/app",
      json: { since: since(), until: new Date().toISOString() },
    }),
    bad: badBody({ since: since(), until: since(), appIds: ["none-such"] }),
  },
  {
    route: "PUT /api/v1/stats/usage/event-types",
    access: "publisher",
    ok: 202,
    good: async () => ({ path: "/api/v1/stats/usage/event-types" }),
    bad: null,
  },
  {
    route: "POST /api/v1/msg/broadcast",
    access: "publisher",
    ok: 202,
    good: async () => ({
      path: "/api/v1/msg/broadcast",
      json: { eventType: "all.told", payload: { n: 1 } },
    }),
    bad: badBody({ eventType: "all.told", payload: "text" }),
  },
];
