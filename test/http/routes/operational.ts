/** Rows for the endpoints of the operational log. */
import { anOperationalEndpoint, OPERATIONAL } from "../../support/operational.ts";
import { badBody, badQuery, type RouteRow, unknownId } from "./row.ts";

const item = `${OPERATIONAL}/{endpoint_id}`;
const hook = { url: "https://example.com/" };

function to(after = "", json?: unknown) {
  return async () => {
    const { id } = await anOperationalEndpoint({ disabled: true });
    return { path: `${OPERATIONAL}/${id}${after}`, json };
  };
}

const unknownEndpoint: RouteRow["bad"] = (good) => ({
  ...good,
  path: good.path.replace(/ep_[0-9A-Za-z]+/, "none-such"),
  status: 404,
});

export const operationalRoutes: RouteRow[] = [
  {
    route: `GET ${OPERATIONAL}`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: OPERATIONAL }),
    bad: badQuery("limit=0"),
  },
  {
    route: `POST ${OPERATIONAL}`,
    access: "publisher",
    ok: 201,
    good: async () => {
      // The first one makes the hidden application, which a refused call leaves behind.
      await anOperationalEndpoint({ disabled: true });
      return { path: OPERATIONAL, json: { ...hook, disabled: true } };
    },
    bad: badBody({ url: "ftp://example.com" }),
  },
  { route: `GET ${item}`, access: "publisher", ok: 200, good: to(), bad: unknownId },
  {
    route: `PUT ${item}`,
    access: "publisher",
    ok: 200,
    good: to("", { ...hook, disabled: true }),
    bad: badBody({ ...hook, eventTypes: ["thing.done"] }),
  },
  { route: `DELETE ${item}`, access: "publisher", ok: 204, good: to(), bad: unknownId },
  { route: `GET ${item}/secret`, access: "publisher", ok: 200, good: to("/secret"), bad: unknownEndpoint },
  {
    route: `POST ${item}/secret/rotate`,
    access: "publisher",
    ok: 204,
    good: to("/secret/rotate", {}),
    bad: badBody({ gracePeriodSeconds: -1 }),
  },
  { route: `GET ${item}/wire`, access: "publisher", ok: 200, good: to("/wire"), bad: unknownEndpoint },
  { route: `GET ${item}/headers`, access: "publisher", ok: 200, good: to("/headers"), bad: unknownEndpoint },
  {
    route: `PUT ${item}/headers`,
    access: "publisher",
    ok: 204,
    good: to("/headers", { headers: { "X-A": "1" } }),
    bad: badBody({ headers: { Host: "a" } }),
  },
];
