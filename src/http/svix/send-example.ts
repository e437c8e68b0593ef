import { createRoute } from "@hono/zod-openapi";
import { EndpointPath, EventExampleIn } from "../../contract/endpoints.ts";
import { MessageOut } from "../../contract/messages.ts";
import { type ExampleOutcome, sendExample } from "../../service/messages/send-example.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { ApiError, invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { jsonText, messageText } from "./message-text.ts";
import { requireEndpoint } from "./require-endpoint.ts";
import { RESEND_REFUSALS } from "./resend.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/endpoint/{endpoint_id}/send-example",
  tags: ["Endpoint"],
  operationId: "v1.endpoint.send-example",
  summary: "Send an endpoint, and no other one, an example of an event type, once",
  request: { params: EndpointPath, body: jsonBody(EventExampleIn) },
  responses: { 202: jsonResponse(MessageOut, "Queued, durably"), ...FAILURES },
});

/** The example is the event type's own, or made from its schema (reference svix.md §2.15). */
export function registerSendExample(app: HttpApp): void {
  app.openapi(route, async (c) => {
    const { key: appKey, id: application } = await requireApp(c, "CreateAttempts");
    const endpoint = await requireEndpoint(c, appKey);
    const { eventType, exampleIndex = 0 } = c.req.valid("json");
    const place = { endpoint, application };
    const outcome = await sendExample(c.get("services"), place, { eventType, exampleIndex });
    if (outcome.kind !== "queued") throw refusalOf(outcome, eventType);
    return jsonText(c, messageText(appKey, outcome.event, true), 202) as never;
  });
}

function refusalOf({ kind }: Exclude<ExampleOutcome, { kind: "queued" }>, eventType: string): Error {
  switch (kind) {
    case "not_found":
      return new ApiError("not_found", `There is no event type ${eventType}`);
    case "no_example":
      return invalidAt(["body", "eventType"], "has no such example, and no schema to make one from");
    case "unavailable":
      return new ApiError("unavailable", "The event log cannot take the message now; try again");
    default:
      return new ApiError(kind, RESEND_REFUSALS[kind]);
  }
}
