/** Rows for alert rules, for whom to write to, and for where requests come from. */
import { api } from "../../support/api.ts";
import { anApplication } from "../../support/apps.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const apps = "/api/v1/app";
const collection = `${apps}/{app_id}/alert`;
const item = `${collection}/{alert_id}`;
const rule = { metric: "webhook-failures", threshold: 5, window: "1h" };

async function toApp(after: string, json?: unknown) {
  const { id: appId } = await anApplication();
  return { path: `${apps}/${appId}${after}`, appId, json };
}

async function toRule() {
  const { path, appId } = await toApp("/alert");
  const { body } = await api("POST", path, { json: rule });
  return { path: `${path}/${(body as { id: string }).id}`, appId };
}

export const alertRoutes: RouteRow[] = [
  {
    route: `POST ${collection}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 201,
    good: () => toApp("/alert", rule),
    bad: badBody({ ...rule, window: "1 hour" }),
  },
  {
    route: `GET ${collection}`,
    access: "app",
    ok: 200,
    good: () => toApp("/alert"),
    bad: badQuery("iterator=alert_1"),
  },
  { route: `GET ${item}`, access: "app", ok: 200, good: toRule, bad: unknownId },
  {
    route: `DELETE ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: toRule,
    bad: unknownId,
  },
  {
    route: `GET ${apps}/{app_id}/alert-email`,
    access: "app",
    ok: 200,
    good: () => toApp("/alert-email"),
    bad: null,
  },
  {
    route: `PATCH ${apps}/{app_id}/alert-email`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toApp("/alert-email", { email: "a@b.example" }),
    bad: badBody({ email: "nobody" }),
  },
  {
    route: `POST ${apps}/{app_id}/alert-email/test`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 200,
    good: () => toApp("/alert-email/test"),
    bad: null,
  },
  {
    route: "GET /api/v1/egress",
    access: "token",
    ok: 200,
    good: async () => ({ path: "/api/v1/egress" }),
    bad: null,
  },
];
