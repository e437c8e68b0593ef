/** Rows for attempts, attempted messages and endpoints, resends and stats. */

import { anApplication } from "../../support/apps.ts";
import { aMessageOf, anAttemptOf, nowhere } from "../../support/attempts.ts";
import { anEndpointOf } from "../../support/endpoints.ts";
import { badQuery, type RouteRow, unknownId } from "./row.ts";

const app = "/api/v1/app/{app_id}";

/** The path with an application's own ids in it; nothing is sent, because the endpoint listens to something else. */
function to(route: string) {
  return async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { channels: ["another"], url: nowhere() });
    const message = await aMessageOf(appId);
    const attempt = await anAttemptOf(message, endpoint.id);
    const path = route
      .replace("{app_id}", appId)
      .replace("{endpoint_id}", endpoint.id)
      .replace("{msg_id}", message.id)
      .replace("{attempt_id}", attempt);
    return { path, appId };
  };
}

/** Bad input: the attempt replaced by one that there is not, refused with 404. */
const unknownAttempt: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/atmpt_[0-9A-Za-z]+/, "none-such"),
  status: 404,
});

const unknownMessage: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/msg_[0-9A-Za-z]+/, "none-such"),
  status: 404,
});

function reading(path: string, bad: RouteRow["bad"]): RouteRow {
  return { route: `GET ${path}`, access: "app", ok: 200, good: to(path), bad };
}

const attempt = `${app}/msg/{msg_id}/attempt/{attempt_id}`;
const resend = `${app}/msg/{msg_id}/endpoint/{endpoint_id}/resend`;

export const attemptRoutes: RouteRow[] = [
  reading(`${app}/attempt/endpoint/{endpoint_id}`, badQuery("status=5")),
  reading(`${app}/attempt/endpoint/{endpoint_id}/count`, badQuery("status_code_class=1")),
  reading(`${app}/attempt/msg/{msg_id}`, badQuery("iterator=msg_1")),
  reading(`${app}/msg/{msg_id}/attempt`, badQuery("limit=251")),
  reading(`${app}/msg/{msg_id}/endpoint/{endpoint_id}/attempt`, badQuery("with_content=1")),
  reading(`${app}/msg/{msg_id}/endpoint/{endpoint_id}/body`, unknownMessage),
  reading(`${app}/endpoint/{endpoint_id}/msg`, badQuery("after=yesterday")),
  reading(`${app}/message-status`, badQuery("overall=lost")),
  reading(`${app}/msg/{msg_id}/endpoint`, badQuery("iterator=x")),
  reading(`${app}/endpoint/{endpoint_id}/stats`, badQuery("since=0")),
  reading(`${app}/endpoint/{endpoint_id}/attempt-stats`, badQuery("until=0")),
  reading(attempt, unknownId),
  reading(`${attempt}/headers`, unknownAttempt),
  {
    route: `DELETE ${attempt}/content`,
    access: "publisher",
    ok: 204,
    good: to(`${attempt}/content`),
    bad: unknownAttempt,
  },
  {
    route: `POST ${resend}`,
    access: "app",
    capability: "CreateAttempts",
    ok: 202,
    good: to(resend),
    bad: (good) => ({ ...good, path: good.path.replace(/ep_[0-9A-Za-z]+/, "none-such"), status: 404 }),
  },
];
