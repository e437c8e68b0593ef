/** Rows for importing, exporting and publishing event types. */
import { badBody, type RouteRow } from "./row.ts";

const types = "/api/v1/event-type";

export const catalogueRoutes: RouteRow[] = [
  {
    route: `POST ${types}/import/openapi`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: `${types}/import/openapi`, json: { spec: { webhooks: {} } } }),
    bad: badBody({ spec: { paths: {} } }),
  },
  {
    route: `GET ${types}/export/openapi`,
    access: "token",
    ok: 200,
    good: async () => ({ path: `${types}/export/openapi` }),
    bad: null,
  },
  {
    route: `GET ${types}/import/catalogue`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: `${types}/import/catalogue` }),
    bad: null,
  },
  {
    route: `POST ${types}/import/catalogue`,
    access: "publisher",
    ok: 200,
    good: async () => ({ path: `${types}/import/catalogue`, json: { name: "clawget" } }),
    bad: badBody({ name: "none-such" }),
  },
  {
    route: "GET /api/v1/catalogue",
    access: "publisher",
    ok: 200,
    good: async () => ({ path: "/api/v1/catalogue" }),
    bad: null,
  },
  {
    route: "PUT /api/v1/catalogue",
    access: "publisher",
    ok: 200,
    good: async () => ({ path: "/api/v1/catalogue", json: { published: false } }),
    bad: badBody({ published: "yes" }),
  },
];
