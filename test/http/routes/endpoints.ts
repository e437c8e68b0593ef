/** Rows for endpoints and all that is configured on them, and for dialects. */
import { LISTEN_URL } from "../../../src/core/listen.ts";
import { api } from "../../support/api.ts";
import { anApplication } from "../../support/apps.ts";
import { nowhere } from "../../support/attempts.ts";
import { anEndpointOf } from "../../support/endpoints.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const apps = "/api/v1/app";
const collection = `${apps}/{app_id}/endpoint`;
const item = `${collection}/{endpoint_id}`;
const dialects = "/api/v1/dialect";

async function toCollection(json?: unknown) {
  const { id } = await anApplication();
  return { path: `${apps}/${id}/endpoint`, appId: id, json };
}

async function toEndpoint(after = "", json?: unknown) {
  const { path, appId } = await toCollection();
  const { id } = await anEndpointOf(appId);
  return { path: `${path}/${id}${after}`, appId, json };
}

async function toListener() {
  const { path, appId } = await toCollection();
  const { id } = await anEndpointOf(appId, { url: LISTEN_URL });
  return { path: `${path}/${id}/listen`, appId, headers: { upgrade: "websocket" } };
}

async function toPolicy(json?: unknown) {
  const { id } = await anApplication();
  return { path: `${apps}/${id}/delivery-policy`, appId: id, json };
}

async function toDialect(after = "", json?: unknown) {
  const path = `${dialects}/rows-${crypto.randomUUID()}`;
  await api("PUT", path, { json: {} });
  return { path: path + after, json };
}

/** Bad input: the endpoint in the middle of the path replaced by one that there is not, refused with 404. */
const unknownEndpoint: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/ep_[0-9A-Za-z]+/, "none-such"),
  status: 404,
});

const hook = { url: "https://example.com/" };

const endpoints: RouteRow[] = [
  {
    route: `GET ${collection}`,
    access: "app",
    ok: 200,
    good: toCollection,
    bad: badQuery("order=sideways"),
  },
  {
    route: `POST ${collection}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 201,
    good: () => toCollection(hook),
    bad: badBody({ url: "" }),
  },
  { route: `GET ${item}`, access: "app", ok: 200, good: () => toEndpoint(), bad: unknownId },
  {
    route: `PUT ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 200,
    good: () => toEndpoint("", hook),
    bad: badBody({}),
  },
  {
    route: `PATCH ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 200,
    good: () => toEndpoint("", { disabled: true }),
    bad: badBody({ disabled: "yes" }),
  },
  {
    route: `DELETE ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toEndpoint(),
    bad: unknownId,
  },
];

const configuration: RouteRow[] = [
  {
    route: `GET ${item}/secret`,
    access: "app",
    capability: "ViewEndpointSecret",
    ok: 200,
    good: () => toEndpoint("/secret"),
    bad: unknownEndpoint,
  },
  {
    route: `POST ${item}/secret/rotate`,
    access: "app",
    capability: "ManageEndpointSecret",
    ok: 204,
    good: () => toEndpoint("/secret/rotate", {}),
    bad: badBody({ key: "?" }),
  },
  {
    route: `GET ${item}/headers`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/headers"),
    bad: unknownEndpoint,
  },
  {
    route: `PUT ${item}/headers`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toEndpoint("/headers", { headers: { "X-A": "1" } }),
    bad: badBody({}),
  },
  {
    route: `PATCH ${item}/headers`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toEndpoint("/headers", { headers: { "X-A": null } }),
    bad: badBody({ headers: { Host: "a" } }),
  },
  {
    route: `GET ${item}/transformation`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/transformation"),
    bad: unknownEndpoint,
  },
  {
    route: `PATCH ${item}/transformation`,
    access: "app",
    capability: "ManageTransformations",
    ok: 204,
    good: () => toEndpoint("/transformation", { enabled: false }),
    bad: badBody({ code: "short" }),
  },
  {
    route: `POST ${item}/send-example`,
    access: "app",
    capability: "CreateAttempts",
    ok: 202,
    good: async () => {
      const { path, appId } = await toCollection();
      const { id } = await anEndpointOf(appId, { url: nowhere() });
      return { path: `${path}/${id}/send-example`, appId, json: { eventType: "svix.ping" } };
    },
    bad: badBody({ eventType: "svix.ping", exampleIndex: -1 }),
  },
];

const policies: RouteRow[] = [
  {
    route: `GET ${item}/delivery-policy`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/delivery-policy"),
    bad: unknownEndpoint,
  },
  ...["PUT", "PATCH"].map(
    (method): RouteRow => ({
      route: `${method} ${item}/delivery-policy`,
      access: "app",
      capability: "ManageEndpoint",
      ok: 200,
      good: () => toEndpoint("/delivery-policy", { concurrency: 1 }),
      bad: badBody({ concurrency: 61 }),
    }),
  ),
  { route: `GET ${apps}/{app_id}/delivery-policy`, access: "app", ok: 200, good: toPolicy, bad: null },
  ...["PUT", "PATCH"].map(
    (method): RouteRow => ({
      route: `${method} ${apps}/{app_id}/delivery-policy`,
      access: "publisher",
      ok: 200,
      good: () => toPolicy({ concurrency: 1 }),
      bad: badBody({ dialect: "none-such" }),
    }),
  ),
];

const dialectRows: RouteRow[] = [
  {
    route: `GET ${dialects}`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: dialects }),
    bad: null,
  },
  { route: `GET ${dialects}/{name}`, access: "publisher", ok: 200, good: () => toDialect(), bad: unknownId },
  {
    route: `PUT ${dialects}/{name}`,
    access: "publisher",
    ok: 200,
    good: () => toDialect("", {}),
    bad: badBody({ timeoutSeconds: 0 }),
  },
  {
    route: `DELETE ${dialects}/{name}`,
    access: "publisher",
    ok: 204,
    good: () => toDialect(),
    bad: unknownId,
  },
  {
    route: `POST ${dialects}/{name}/preview`,
    access: "publisher",
    ok: 200,
    good: () => toDialect("/preview", {}),
    bad: badBody({ payload: [] }),
  },
];

export const endpointRoutes: RouteRow[] = [
  {
    route: `GET ${item}/rate-limit-status`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/rate-limit-status"),
    bad: unknownEndpoint,
  },
  {
    route: `GET ${item}/delivery-status`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/delivery-status"),
    bad: unknownEndpoint,
  },
  {
    route: `GET ${item}/listen`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 101,
    good: toListener,
    bad: unknownEndpoint,
  },
  {
    route: `GET ${item}/wire`,
    access: "app",
    ok: 200,
    good: () => toEndpoint("/wire"),
    bad: unknownEndpoint,
  },
  ...endpoints,
  ...configuration,
  ...policies,
  ...dialectRows,
];
