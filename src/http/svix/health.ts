import { createRoute } from "@hono/zod-openapi";
import { z } from "zod";
import { HttpErrorOut } from "../../contract/errors.ts";
import { logError } from "../../log.ts";
import { requireDefaultDialect } from "../../service/dialects/find-dialect.ts";
import { databaseFailure } from "../../store/database.ts";
import type { HttpApp } from "../app-env.ts";
import { RETRY_AFTER_SECONDS, rootCause } from "../errors.ts";
import { jsonResponse, NO_CONTENT } from "../openapi.ts";
import { sdkVersion } from "./sdk-version.ts";

const HealthOut = z
  .object({ status: z.enum(["ok", "error"]), database: z.object({ status: z.enum(["ok", "error"]) }) })
  .meta({ id: "HealthOut" });

const health = createRoute({
  method: "get",
  path: "/api/v1/health",
  tags: ["Health"],
  operationId: "v1.health.get",
  summary: "Whether the service and its database answer",
  security: [],
  responses: {
    200: jsonResponse(HealthOut, "All is well"),
    204: { description: "The same to Svix's SDKs, which expect no body" },
    500: jsonResponse(HttpErrorOut, "A setting cannot work; `detail` names it"),
    503: jsonResponse(HealthOut, "The database fails"),
  },
});

const ping = createRoute({
  method: "get",
  path: "/api/v1/health/ping",
  tags: ["Health"],
  operationId: "posthorn.health.ping",
  summary: "Whether the Worker answers at all",
  security: [],
  responses: NO_CONTENT,
});

export function registerHealth(app: HttpApp): void {
  app.openapi(health, async (c) => {
    const failure = await databaseFailure(c.get("services").db);
    if (failure === null) {
      await requireDefaultDialect(c.get("services"));
      if (sdkVersion(c.req.header("user-agent")) !== null) return c.body(null, 204);
      return c.json({ status: "ok", database: { status: "ok" } }, 200);
    }
    logError("health.database", rootCause(failure));
    c.header("retry-after", String(RETRY_AFTER_SECONDS.unavailable));
    return c.json({ status: "error", database: { status: "error" } }, 503);
  });
  app.openapi(ping, (c) => c.body(null, 204));
}
