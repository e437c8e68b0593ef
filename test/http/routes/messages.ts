/** Rows for publishing and reading messages. */

import { anApplication } from "../../support/apps.ts";
import { aMessageOf } from "../../support/attempts.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const path = "/api/v1/app/{app_id}/msg";
const message = { eventType: "order.created", payload: { n: 1 } };

export const messageRoutes: RouteRow[] = [
  {
    route: `POST ${path}`,
    access: "publisher",
    ok: 202,
    good: async () => {
      const { id: appId } = await anApplication();
      return { path: path.replace("{app_id}", appId), json: message, appId };
    },
    bad: badBody({ ...message, payload: "text" }),
  },
  {
    route: `POST ${path}/batch`,
    access: "publisher",
    ok: 202,
    good: async () => {
      const { id: appId } = await anApplication();
      return { path: `${path.replace("{app_id}", appId)}/batch`, json: { messages: [message] }, appId };
    },
    bad: badBody({ messages: [] }),
  },
  {
    route: `GET ${path}`,
    access: "app",
    ok: 200,
    good: async () => {
      const { id: appId } = await anApplication();
      return { path: path.replace("{app_id}", appId), appId };
    },
    bad: badQuery("iterator=msg_short"),
  },
  {
    route: `GET ${path}/{msg_id}`,
    access: "app",
    ok: 200,
    good: async () => {
      const { id: appId } = await anApplication();
      const { id } = await aMessageOf(appId);
      return { path: `${path.replace("{app_id}", appId)}/${id}`, appId };
    },
    bad: unknownId,
  },
  {
    route: `DELETE ${path}/{msg_id}/content`,
    access: "publisher",
    ok: 204,
    good: async () => {
      const { id: appId } = await anApplication();
      const { id } = await aMessageOf(appId);
      return { path: `${path.replace("{app_id}", appId)}/${id}/content`, appId };
    },
    bad: (good) => ({ ...good, path: good.path.replace(/msg_[0-9A-Za-z]+/, "none-such"), status: 404 }),
  },
  {
    route: `POST ${path}/bulk-expunge`,
    access: "publisher",
    ok: 200,
    good: async () => {
      const { id: appId } = await anApplication();
      const { id } = await aMessageOf(appId);
      return { path: `${path.replace("{app_id}", appId)}/bulk-expunge`, json: { ids: [id, "x"] }, appId };
    },
    bad: badBody({ ids: [""] }),
  },
  {
    route: `POST ${path}/precheck/active`,
    access: "publisher",
    ok: 200,
    good: async () => {
      const { id: appId } = await anApplication();
      const json = { eventType: "order.created" };
      return { path: `${path.replace("{app_id}", appId)}/precheck/active`, json, appId };
    },
    bad: badBody({ eventType: "a b" }),
  },
];
