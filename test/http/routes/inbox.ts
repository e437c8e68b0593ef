/** Rows for the built-in inbox. */
import { api } from "../../support/api.ts";
import { anApplication } from "../../support/apps.ts";
import { badBody, badQuery, type RouteRow } from "./row.ts";

const apps = "/api/v1/app";
const item = `${apps}/{app_id}/inbox`;

async function toInbox(after = "", json?: unknown) {
  const { id: appId } = await anApplication();
  const path = `${apps}/${appId}/inbox`;
  await api("PUT", path, { json: {} });
  return { path: path + after, appId, json };
}

const noInbox: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/app_[^/]+/, "none-such"),
  status: 404,
});

export const inboxRoutes: RouteRow[] = [
  {
    route: `PUT ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 200,
    good: () => toInbox("", { answerStatus: 503 }),
    bad: badBody({ answerStatus: 199 }),
  },
  { route: `GET ${item}`, access: "app", ok: 200, good: () => toInbox(), bad: noInbox },
  {
    route: `DELETE ${item}`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toInbox(),
    bad: noInbox,
  },
  {
    route: `GET ${item}/requests`,
    access: "app",
    ok: 200,
    good: () => toInbox("/requests"),
    bad: badQuery("limit=101"),
  },
  {
    route: `DELETE ${item}/requests`,
    access: "app",
    capability: "ManageEndpoint",
    ok: 204,
    good: () => toInbox("/requests"),
    bad: noInbox,
  },
];
