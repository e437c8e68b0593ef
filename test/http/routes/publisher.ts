/** Rows for applications, event types, keys, tokens and health. */
import { api } from "../../support/api.ts";
import { anApplication, aOneTimeToken, aPublisherKey, unique } from "../../support/apps.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const apps = "/api/v1/app";
const types = "/api/v1/event-type";
const keys = "/api/v1/api-key";
const auth = "/api/v1/auth";

async function toApplication(json?: unknown) {
  const { id } = await anApplication();
  return { path: `${apps}/${id}`, appId: id, json };
}

async function toEventType(json?: unknown) {
  const name = unique("type");
  await api("POST", types, { json: { name, description: "" } });
  return { path: `${types}/${name}`, json };
}

async function toAuth(before: string, after: string, json?: unknown) {
  const { id } = await anApplication();
  return { path: `${auth}/${before}/${id}${after}`, appId: id, json };
}

export const publisherRoutes: RouteRow[] = [
  {
    route: `GET ${apps}`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: apps }),
    bad: badQuery("limit=0"),
  },
  {
    route: `POST ${apps}`,
    access: "publisher",
    ok: 201,
    good: async () => ({ path: apps, json: { name: "a" } }),
    bad: badBody({ name: "" }),
  },
  { route: `GET ${apps}/{app_id}`, access: "app", ok: 200, good: toApplication, bad: unknownId },
  {
    route: `PUT ${apps}/{app_id}`,
    access: "publisher",
    ok: 200,
    good: () => toApplication({ name: "a" }),
    bad: badBody({ name: 1 }),
  },
  {
    route: `PATCH ${apps}/{app_id}`,
    access: "publisher",
    ok: 200,
    good: () => toApplication({ name: "a" }),
    bad: badBody({ uid: "app_x" }),
  },
  { route: `DELETE ${apps}/{app_id}`, access: "publisher", ok: 204, good: toApplication, bad: unknownId },

  {
    route: `GET ${types}`,
    access: "token",
    ok: 200,
    good: async () => ({ path: types }),
    bad: badQuery("include_archived=maybe"),
  },
  {
    route: `POST ${types}`,
    access: "publisher",
    ok: 201,
    good: async () => ({ path: types, json: { name: unique("type"), description: "" } }),
    bad: badBody({ name: "a b", description: "" }),
  },
  { route: `GET ${types}/{event_type_name}`, access: "token", ok: 200, good: toEventType, bad: unknownId },
  {
    route: `PUT ${types}/{event_type_name}`,
    access: "publisher",
    ok: 200,
    good: () => toEventType({ description: "" }),
    bad: badBody({}),
  },
  {
    route: `PATCH ${types}/{event_type_name}`,
    access: "publisher",
    ok: 200,
    good: () => toEventType({ deprecated: true }),
    bad: badBody({ deprecated: "yes" }),
  },
  {
    route: `DELETE ${types}/{event_type_name}`,
    access: "publisher",
    ok: 204,
    good: toEventType,
    bad: badQuery("expunge=1"),
  },

  {
    route: `GET ${keys}`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: keys }),
    bad: badQuery("iterator=x"),
  },
  {
    route: `POST ${keys}`,
    access: "publisher",
    ok: 201,
    good: async () => ({ path: keys, json: { name: "a" } }),
    bad: badBody({ expiresAt: "tomorrow" }),
  },
  {
    route: `POST ${keys}/{key_id}/rotate`,
    access: "publisher",
    ok: 201,
    good: async () => ({ path: `${keys}/${(await aPublisherKey()).id}/rotate`, json: {} }),
    bad: badBody({ oldTokenExpiry: 86_401 }),
  },
  {
    route: `POST ${keys}/{key_id}/expire`,
    access: "publisher",
    ok: 204,
    good: async () => ({ path: `${keys}/${(await aPublisherKey()).id}/expire`, json: {} }),
    bad: badBody({ expiry: 259_201 }),
  },
  {
    route: `DELETE ${keys}/{key_id}`,
    access: "publisher",
    ok: 204,
    good: async () => ({ path: `${keys}/${(await aPublisherKey()).id}` }),
    bad: unknownId,
  },

  {
    route: "GET /api/v1/audit-log",
    access: "publisher",
    ok: 200,
    good: async () => ({ path: "/api/v1/audit-log" }),
    bad: badQuery("after=yesterday"),
  },

  {
    route: `POST ${auth}/app-portal-access/{app_id}`,
    access: "publisher",
    ok: 200,
    good: () => toAuth("app-portal-access", "", {}),
    bad: badBody({ expiry: 1 }),
  },
  {
    route: `POST ${auth}/dashboard-access/{app_id}`,
    access: "publisher",
    ok: 200,
    good: () => toAuth("dashboard-access", ""),
    bad: unknownId,
  },
  {
    route: `POST ${auth}/app/{app_id}/expire-all`,
    access: "publisher",
    ok: 204,
    good: () => toAuth("app", "/expire-all", {}),
    bad: badBody({ expiry: -1 }),
  },
  {
    route: `POST ${auth}/one-time-token`,
    access: "public",
    ok: 200,
    good: async () => {
      const oneTimeToken = await aOneTimeToken((await anApplication()).id);
      return { path: `${auth}/one-time-token`, json: { oneTimeToken } };
    },
    bad: badBody({ oneTimeToken: "" }),
  },
  {
    route: `GET ${auth}/whoami`,
    access: "token",
    ok: 200,
    good: async () => ({ path: `${auth}/whoami` }),
    bad: null,
  },
  {
    route: `POST ${auth}/logout`,
    access: "token",
    ok: 204,
    good: async () => ({ path: `${auth}/logout` }),
    bad: null,
  },

  {
    route: "GET /api/v1/deployment/overview",
    access: "publisher",
    ok: 200,
    good: async () => ({ path: "/api/v1/deployment/overview" }),
    bad: badQuery("since=yesterday"),
  },

  {
    route: "GET /api/v1/health",
    access: "public",
    ok: 200,
    good: async () => ({ path: "/api/v1/health" }),
    bad: null,
  },
  {
    route: "GET /api/v1/health/ping",
    access: "public",
    ok: 204,
    good: async () => ({ path: "/api/v1/health/ping" }),
    bad: null,
  },
];
