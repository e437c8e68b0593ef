import { createRoute } from "@hono/zod-openapi";
import { AlertEmailPatch } from "../../contract/alerts.ts";
import { AppPath } from "../../contract/applications.ts";
import { MAX_METADATA_BYTES } from "../../core/limits.ts";
import { setAlertEmail } from "../../service/alert-email.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, NO_CONTENT } from "../openapi.ts";

const route = createRoute({
  method: "patch",
  path: "/api/v1/app/{app_id}/alert-email",
  tags: ["Application"],
  operationId: "v1.application.patch-alert-email",
  summary: "Set whom to write to when the application's webhooks fail",
  request: { params: AppPath, body: jsonBody(AlertEmailPatch) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

/** Kept in the application's metadata, as Svix does (reference svix.md §2.16). */
export function registerAlertEmail(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key } = await requireApp(c, "ManageEndpoint");
    const { email } = c.req.valid("json");
    if (email === undefined) return c.body(null, 204);
    const outcome = await setAlertEmail(c.get("services"), key, email);
    if (outcome === "not_found") throw notFoundError();
    if (outcome === "too_large") {
      const reason = `with it the application's metadata would be larger than ${MAX_METADATA_BYTES} bytes`;
      throw invalidAt(["body", "email"], reason);
    }
    return c.body(null, 204);
  });
}
