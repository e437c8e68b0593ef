import { createRoute } from "@hono/zod-openapi";
import { AlertEmailOut, AlertEmailPatch } from "../../contract/alerts.ts";
import { AppPath } from "../../contract/applications.ts";
import { timeText } from "../../contract/fields.ts";
import { MAX_METADATA_BYTES } from "../../core/limits/resources.ts";
import { recipientsOf } from "../../core/mail.ts";
import { mailStanding, setAlertEmail } from "../../service/alerting/alert-email.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT } from "../openapi.ts";

const route = createRoute({
  method: "patch",
  path: "/api/v1/app/{app_id}/alert-email",
  tags: ["Application"],
  operationId: "v1.application.patch-alert-email",
  summary: "Set whom to write to when the application's webhooks fail",
  request: { params: AppPath, body: jsonBody(AlertEmailPatch) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: "/api/v1/app/{app_id}/alert-email",
  tags: ["Application"],
  operationId: "posthorn.application.get-alert-email",
  summary: "Who is written to when the application's webhooks fail, and whether mail can be sent at all",
  request: { params: AppPath },
  responses: { 200: jsonResponse(AlertEmailOut, "Who is written to"), ...FAILURES },
});

/** Kept in the application's metadata, as Svix does (reference svix.md §2.16). */
export function registerAlertEmail(app: HttpApp): void {
  app.openapi(get, async (c) => {
    const { key, metadata } = await requireApp(c);
    const { from, lastMailAtMs } = await mailStanding(c.get("services"), key);
    const lastMailAt = lastMailAtMs === null ? null : timeText(lastMailAtMs);
    return c.json({ addresses: recipientsOf(metadata), canSend: from !== null, from, lastMailAt }, 200);
  });

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
