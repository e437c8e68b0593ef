import { createRoute } from "@hono/zod-openapi";
import { EmptyResponse, MessageEndpointPath } from "../../contract/attempts.ts";
import { MAX_MANUAL_SENDS } from "../../core/limits/endpoint-object.ts";
import { type ResendOutcome, resend } from "../../service/messages/resend.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { requireMessage } from "./require-message.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/msg/{msg_id}/endpoint/{endpoint_id}/resend",
  tags: ["Message attempt"],
  operationId: "v1.message-attempt.resend",
  summary: "Send a message to an endpoint once more, outside the schedule",
  request: { params: MessageEndpointPath },
  responses: { 202: jsonResponse(EmptyResponse, "Queued, durably"), ...FAILURES },
});

/** Resend by hand (reference svix.md §2.9). */
export function registerResend(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey } = await requireApp(c, "CreateAttempts");
    const event = await requireMessage(c, appKey);
    const endpoint = await requireEndpoint(c, appKey);
    const outcome = await resend(c.get("services"), event, endpoint);
    if (outcome !== "queued") throw new ApiError(outcome, RESEND_REFUSALS[outcome]);
    return c.json({}, 202);
  });
}

/** Why an endpoint is not sent a message by hand. */
export const RESEND_REFUSALS: Record<Exclude<ResendOutcome, "queued">, string> = {
  missing_payload: "Unable to resend message. Payload is missing (probably expired).",
  endpoint_disabled: "The endpoint is disabled: enable it first.",
  limit_reached: `At most ${MAX_MANUAL_SENDS} resends by hand may wait at an endpoint: try again later.`,
};
