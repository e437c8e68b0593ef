import { createRoute } from "@hono/zod-openapi";
import { TestMailOut } from "../../contract/alerts.ts";
import { AppPath } from "../../contract/applications.ts";
import { MAX_TEST_MAILS_PER_DAY } from "../../core/limits/mail.ts";
import { sendTestMail } from "../../service/alerting/test-mail.ts";
import type { TestMailBound } from "../../store/test-mails.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/alert-email/test",
  tags: ["Alert rule"],
  operationId: "posthorn.application.test-alert-email",
  summary: "Send a test mail to who is written to about the application",
  description: `So that they know whether mails arrive. At most one a minute and ${MAX_TEST_MAILS_PER_DAY} a day. Whether it was taken is in the answer; whether it arrives only they can say.`,
  request: { params: AppPath },
  responses: { 200: jsonResponse(TestMailOut, "What became of it"), ...FAILURES },
});

/** Ours: addresses are not verified otherwise. */
export function registerTestMail(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const application = await requireApp(c, "ManageEndpoint");
    const ctx = c.get("services");
    const outcome = await sendTestMail(ctx, application);
    const isPublisher = c.get("principal").kind !== "consumer";
    switch (outcome.kind) {
      case "sent": {
        const { to, receipt } = outcome;
        const { way } = receipt;
        // Where files are on the machine is no customer's business.
        const file = way === "file" && isPublisher ? receipt.file : null;
        return c.json({ sent: true, to, way, file, failure: null }, 200);
      }
      case "refused":
        return c.json({ sent: false, to: outcome.to, way: null, file: null, failure: outcome.reason }, 200);
      case "too_soon":
        throw tooSoon(outcome.bound, ctx.nowMs);
    }
  });
}

function tooSoon({ per, fromMs }: TestMailBound, nowMs: number): ApiError {
  const most = per === "minute" ? "one a minute" : `${MAX_TEST_MAILS_PER_DAY} a day`;
  const seconds = Math.max(1, Math.ceil((fromMs - nowMs) / 1000));
  const wait = seconds <= 120 ? `${seconds} seconds` : `${Math.ceil(seconds / 60)} minutes`;
  const detail = `Test mails of an application are at most ${most}; try again in ${wait}`;
  return new ApiError("rate_limited", detail, seconds);
}
