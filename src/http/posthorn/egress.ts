import { createRoute } from "@hono/zod-openapi";
import { EgressOut } from "../../contract/alerts.ts";
import type { HttpApp } from "../app-env.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/egress",
  tags: ["Egress"],
  operationId: "posthorn.egress.get",
  summary: "Where requests to receivers come from",
  responses: { 200: jsonResponse(EgressOut, "The ranges of addresses"), ...FAILURES },
});

/** Ours: what a receiver's firewall has to let in (seeds/clawbook, "IP Allowlisting"). */
export function registerEgress(app: HttpApp): void {
  app.openapi(route, (c) => {
    const { egressRanges: ranges } = c.get("services").config;
    return c.json({ ranges, fixed: ranges.length > 0 }, 200);
  });
}
