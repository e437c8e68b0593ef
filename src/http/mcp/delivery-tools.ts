/** What became of an event at the application's endpoints, and sending it there once more. */
import type { McpServer } from "@modelcontextprotocol/server";
import type { z } from "zod";
import { toAttemptOut, toDeliveryStatus } from "../../contract/attempts.ts";
import { InspectIn, InspectOut, ResendIn, ResendOut } from "../../contract/mcp.ts";
import { EVERY_ATTEMPT } from "../../core/attempt-log.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { messageId } from "../../core/ids.ts";
import { MAX_MCP_ATTEMPTS, MAX_MCP_ENDPOINTS, MAX_MCP_RESPONSE_CHARS } from "../../core/limits/mcp.ts";
import {
  type AttemptedEndpoint,
  listAttemptedEndpoints,
} from "../../service/messages/attempted-endpoints.ts";
import { type EndpointAttempt, idOfAttempt, listMessageAttempts } from "../../service/messages/attempts.ts";
import { resend } from "../../service/messages/resend.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpContext } from "../app-env.ts";
import { tellChange } from "../audited.ts";
import { ApiError } from "../errors.ts";
import { positionOf, requireMe } from "../events/me.ts";
import { RESEND_REFUSALS } from "../svix/resend.ts";
import { toolAnswer } from "./answer.ts";

export function registerDeliveryTools(server: McpServer, c: HttpContext): void {
  server.registerTool(
    "inspect_deliveries",
    {
      title: "Inspect deliveries",
      description:
        "What became of one event at the application's webhook endpoints: how each stands, when it is tried again, and what its receiver answered to each attempt.",
      inputSchema: InspectIn,
      outputSchema: InspectOut,
      annotations: { readOnlyHint: true, openWorldHint: false },
    },
    (asked) => toolAnswer(c, () => inspect(c, asked)),
  );

  server.registerTool(
    "resend_event",
    {
      title: "Resend an event",
      description:
        "Sends an event to one webhook endpoint once more, now, whatever became of it before. Its receiver may get it twice. inspect_deliveries shows what it answers.",
      inputSchema: ResendIn,
      outputSchema: ResendOut,
      annotations: {
        readOnlyHint: false,
        destructiveHint: false,
        idempotentHint: false,
        openWorldHint: true,
      },
    },
    (asked) => toolAnswer(c, () => sendAgain(c, asked)),
  );
}

async function inspect(c: HttpContext, asked: z.output<typeof InspectIn>): Promise<InspectOut> {
  const appKey = requireMe(c);
  const event = await eventNamed(c, appKey, asked.event_id);
  const services = c.get("services");
  const { position } = event;
  const scan = { from: null, ascending: true, count: MAX_MCP_ENDPOINTS + 1 };
  const endpoints = await listAttemptedEndpoints(services, { appKey, event }, scan);
  const shown = endpoints.slice(0, MAX_MCP_ENDPOINTS);
  const addresses = shown.map(({ endpoint }) => endpoint);
  const newestFirst = { from: null, ascending: false, count: MAX_MCP_ATTEMPTS + 1 };
  const query = { ...EVERY_ATTEMPT, position, ...newestFirst, withResponse: true };
  const { found, unreachable } = await listMessageAttempts(services, addresses, query);
  const missing = [
    ...(endpoints.length > shown.length ? [`only the first ${MAX_MCP_ENDPOINTS} endpoints`] : []),
    ...(found.length > MAX_MCP_ATTEMPTS ? [`only the newest ${MAX_MCP_ATTEMPTS} attempts`] : []),
    ...unreachable.map(({ endpointId }) => `the attempts at ${endpointId} cannot be read now`),
  ];
  return {
    event_id: position,
    message_id: messageId({ appKey, ...event }),
    event_type: event.eventType,
    deliveries: shown.map((one) => deliveryOut(one, found.slice(0, MAX_MCP_ATTEMPTS))),
    ...(missing.length === 0 ? {} : { incomplete: missing.join("; ") }),
  };
}

function deliveryOut(
  { endpoint, ...delivery }: AttemptedEndpoint,
  attempts: readonly EndpointAttempt[],
): InspectOut["deliveries"][number] {
  const { statusText, nextAttempt } = toDeliveryStatus(delivery, true);
  const own = attempts.filter((one) => one.endpoint.endpointKey === endpoint.endpointKey);
  return {
    endpoint_id: endpoint.endpointId,
    url: endpoint.url,
    is_disabled: endpoint.disabled,
    status: statusText,
    next_attempt: nextAttempt,
    attempts: own.map(attemptOut),
  };
}

function attemptOut(one: EndpointAttempt): InspectOut["deliveries"][number]["attempts"][number] {
  const { attempt, endpoint } = one;
  const { endpointId, appKey } = endpoint;
  const source = {
    attempt,
    id: idOfAttempt(one),
    msgId: messageId({ appKey, ...attempt.event }),
    endpointId,
  };
  const out = toAttemptOut(source, { withContent: true, expanded: true });
  return {
    at: out.timestamp,
    result: out.statusText,
    status_code: out.responseStatusCode,
    response: out.response.slice(0, MAX_MCP_RESPONSE_CHARS),
    duration_ms: out.responseDurationMs,
    by_hand: out.triggerType === 1,
  };
}

async function sendAgain(
  c: HttpContext,
  asked: z.output<typeof ResendIn>,
): Promise<z.output<typeof ResendOut>> {
  const appKey = requireMe(c, "CreateAttempts");
  const services = c.get("services");
  const event = await eventNamed(c, appKey, asked.event_id);
  const endpoint = await findEndpoint(services.env.DB, appKey, asked.endpoint_id);
  if (endpoint === null) throw new ApiError("not_found", `There is no endpoint ${asked.endpoint_id}`);
  const outcome = await resend(services, event, endpoint);
  if (outcome !== "queued") throw new ApiError(outcome, RESEND_REFUSALS[outcome]);
  await tellChange(c, {
    action: "v1.message-attempt.resend",
    application: { key: appKey },
    resourceId: endpoint.endpointId,
    fields: { msg_id: messageId({ appKey, ...event }) },
  });
  return { queued: true, endpoint_id: endpoint.endpointId, event_id: event.position };
}

async function eventNamed(c: HttpContext, appKey: number, ref: number | string): Promise<LoggedEvent> {
  const { env, nowMs } = c.get("services");
  const event = await new EventLog(env.DB).get(appKey, positionOf(ref, appKey, ["event_id"]), nowMs);
  if (event === null) throw new ApiError("not_found", `There is no event ${ref}`);
  return event;
}
