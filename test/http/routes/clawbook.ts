/** Rows for the webhooks of a consumer, in ClawBook's words. */
import { aConsumerToken, anApplication } from "../../support/apps.ts";
import { nowhere } from "../../support/attempts.ts";
import { anEndpointOf } from "../../support/endpoints.ts";
import { badBody, badQuery, type RouteRow } from "./row.ts";

const collection = "/api/v1/webhooks";
const item = `${collection}/{webhook_id}`;

async function toCollection(json?: unknown) {
  const { id: appId } = await anApplication();
  return { path: collection, appId, json, token: await aConsumerToken(appId) };
}

async function toWebhook(after = "", json?: unknown) {
  const { appId, token } = await toCollection();
  const { id } = await anEndpointOf(appId, { url: nowhere() });
  return { path: `${collection}/${id.replace("ep_", "wh_")}${after}`, appId, json, token };
}

/** Bad input: a webhook that there is not, refused with 404. */
const unknownWebhook: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/wh_[0-9A-Za-z]+/, "wh_none"),
  status: 404,
});

const consumer = { access: "consumer" } as const;
const manager = { access: "consumer", capability: "ManageEndpoint" } as const;

export const clawbookRoutes: RouteRow[] = [
  { route: `GET ${collection}`, ...consumer, ok: 200, good: toCollection, bad: badQuery("cursor=wh_1") },
  {
    route: `POST ${collection}`,
    ...manager,
    ok: 201,
    good: () => toCollection({ url: nowhere(), secret: "a secret" }),
    bad: badBody({ url: nowhere(), events: ["no.such.event"] }),
  },
  {
    route: `GET ${item}`,
    ...consumer,
    ofOne: true,
    ok: 200,
    good: () => toWebhook(),
    bad: unknownWebhook,
  },
  {
    route: `PATCH ${item}`,
    ...manager,
    ofOne: true,
    ok: 200,
    good: () => toWebhook("", { enabled: false }),
    bad: badBody({ enabled: "yes" }),
  },
  {
    route: `DELETE ${item}`,
    ...manager,
    ofOne: true,
    ok: 204,
    good: () => toWebhook(),
    bad: unknownWebhook,
  },
  {
    route: `POST ${item}/test`,
    access: "consumer",
    capability: "CreateAttempts",
    ofOne: true,
    ok: 202,
    good: () => toWebhook("/test"),
    bad: unknownWebhook,
  },
  {
    route: `GET ${item}/deliveries`,
    ...consumer,
    ofOne: true,
    ok: 200,
    good: () => toWebhook("/deliveries"),
    bad: badQuery("status=maybe"),
  },
];
