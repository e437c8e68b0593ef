/** Rows for integrations, connectors and the deployment's configuration. */
import { api } from "../../support/api.ts";
import { anApplication, unique } from "../../support/apps.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const integrations = "/api/v1/app/{app_id}/integration";
const integration = `${integrations}/{integ_id}`;
const connectors = "/api/v1/connector";
const connector = `${connectors}/{connector_id}`;
const code = "function handler(webhook) { return webhook; }";

function toIntegrations(json?: unknown) {
  return async () => {
    const { id: appId } = await anApplication();
    return { path: `/api/v1/app/${appId}/integration`, appId, json };
  };
}

function toIntegration(after = "", json?: unknown) {
  return async () => {
    const { path, appId } = await toIntegrations()();
    const { body } = await api("POST", path, { json: { name: "Zapier" } });
    return { path: `${path}/${(body as { id: string }).id}${after}`, appId, json };
  };
}

function toConnector(json?: unknown) {
  return async () => {
    const { body } = await api("POST", connectors, { json: { name: "Slack", transformation: code } });
    return { path: `${connectors}/${(body as { id: string }).id}`, json };
  };
}

const unknownIntegration: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/integ_[0-9A-Za-z]+/, "none-such"),
  status: 404,
});

const integrationRows: RouteRow[] = [
  { route: `GET ${integrations}`, access: "app", ok: 200, good: toIntegrations(), bad: badQuery("limit=0") },
  {
    route: `POST ${integrations}`,
    access: "publisher",
    ok: 201,
    good: toIntegrations({ name: "Zapier" }),
    bad: badBody({ name: "" }),
  },
  { route: `GET ${integration}`, access: "app", ok: 200, good: toIntegration(), bad: unknownId },
  {
    route: `PUT ${integration}`,
    access: "publisher",
    ok: 200,
    good: toIntegration("", { name: "n8n", featureFlags: ["beta"] }),
    bad: badBody({ name: "n8n", featureFlags: ["a b"] }),
  },
  { route: `DELETE ${integration}`, access: "publisher", ok: 204, good: toIntegration(), bad: unknownId },
  {
    route: `GET ${integration}/key`,
    access: "publisher",
    ok: 200,
    good: toIntegration("/key"),
    bad: unknownIntegration,
  },
  {
    route: `POST ${integration}/key/rotate`,
    access: "publisher",
    ok: 200,
    good: toIntegration("/key/rotate"),
    bad: unknownIntegration,
  },
];

const connectorRows: RouteRow[] = [
  {
    route: `GET ${connectors}`,
    access: "token",
    ok: 200,
    good: async () => ({ path: connectors }),
    bad: badQuery("product_type=Ingest"),
  },
  {
    route: `POST ${connectors}`,
    access: "publisher",
    ok: 201,
    good: async () => ({ path: connectors, json: { name: "Slack", uid: unique("c"), transformation: code } }),
    bad: badBody({ name: "Slack", transformation: "short" }),
  },
  { route: `GET ${connector}`, access: "token", ok: 200, good: toConnector(), bad: unknownId },
  {
    route: `PUT ${connector}`,
    access: "publisher",
    ok: 200,
    good: toConnector({ transformation: code }),
    bad: badBody({ transformation: code, kind: "Fax" }),
  },
  {
    route: `PATCH ${connector}`,
    access: "publisher",
    ok: 200,
    good: toConnector({ description: "changed" }),
    bad: badBody({ logo: "not a url" }),
  },
  { route: `DELETE ${connector}`, access: "publisher", ok: 204, good: toConnector(), bad: unknownId },
];

const environment = "/api/v1/environment";

export const environmentRoutes: RouteRow[] = [
  ...integrationRows,
  ...connectorRows,
  {
    route: `POST ${environment}/export`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: `${environment}/export` }),
    bad: null,
  },
  {
    route: `POST ${environment}/import`,
    access: "publisher",
    ok: 204,
    good: async () => ({
      path: `${environment}/import`,
      json: { eventTypes: [{ name: unique("type"), description: "" }], settings: { displayName: "Ours" } },
    }),
    bad: badBody({ eventTypes: [{ name: "a b", description: "" }] }),
  },
  {
    route: `GET ${environment}/settings`,
    access: "token",
    ok: 200,
    good: async () => ({ path: `${environment}/settings` }),
    bad: null,
  },
];
