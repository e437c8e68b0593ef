/** Reading and acknowledging, as `/events/me/events` does it. */
import type { McpServer } from "@modelcontextprotocol/server";
import type { z } from "zod";
import { timeText } from "../../contract/fields.ts";
import {
  AcknowledgeIn,
  AcknowledgeOut,
  EventsOut,
  ListEventsIn,
  type McpEvent,
  WaitForEventsIn,
} from "../../contract/mcp.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { messageId } from "../../core/ids.ts";
import { MAX_MCP_PAYLOAD_CHARS } from "../../core/limits/mcp.ts";
import type { Pulled, PullQuery } from "../../feed/pull.ts";
import { acknowledgeEvents } from "../../service/pull/acknowledge-events.ts";
import { pendingEvents } from "../../service/pull/pending-events.ts";
import type { HttpContext } from "../app-env.ts";
import { invalidAt } from "../errors.ts";
import { acknowledged } from "../events/acknowledged.ts";
import { positionOf, requireMe } from "../events/me.ts";
import { pullWithin } from "../events/pull.ts";
import { toolAnswer } from "./answer.ts";

const READING = { readOnlyHint: true, openWorldHint: false };

export function registerEventTools(server: McpServer, c: HttpContext): void {
  server.registerTool(
    "list_pending_events",
    {
      title: "List pending events",
      description:
        "Events that are still to be worked on: neither acknowledged nor accepted by one of the application's webhooks. Oldest first. Reading changes nothing.",
      inputSchema: ListEventsIn,
      outputSchema: EventsOut,
      annotations: READING,
    },
    (asked) =>
      toolAnswer(c, async () => {
        const query = queryOf(requireMe(c), asked);
        return eventsOut(query, await pendingEvents(c.get("services"), query));
      }),
  );

  server.registerTool(
    "wait_for_events",
    {
      title: "Wait for events",
      description:
        "Waits until there is an event that is not acknowledged, and returns it; at once if there is one already. Returns no events when the time is over: then call it again if you still want to wait. Unlike list_pending_events it also shows what a webhook has accepted.",
      inputSchema: WaitForEventsIn,
      outputSchema: EventsOut,
      annotations: READING,
    },
    (asked) =>
      toolAnswer(c, async () => {
        const query = queryOf(requireMe(c), asked);
        return eventsOut(query, await pullWithin(c, query, 1000 * asked.seconds));
      }),
  );

  server.registerTool(
    "acknowledge_events",
    {
      title: "Acknowledge events",
      description:
        "Says that the work on events is done: they are not shown again, and webhooks that keep trying to bring them stop. Call it after the work. Saying it twice is harmless; it cannot be taken back here.",
      inputSchema: AcknowledgeIn,
      outputSchema: AcknowledgeOut,
      annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    },
    (asked) => toolAnswer(c, () => acknowledge(c, asked)),
  );
}

async function acknowledge(c: HttpContext, asked: z.output<typeof AcknowledgeIn>) {
  const appKey = requireMe(c, "ManageEndpoint");
  const { event_ids: ids, up_to: upTo, consumer: name } = asked;
  if ((ids === undefined) === (upTo === undefined))
    throw invalidAt(["event_ids"], "or up_to must be given, not both");
  const acked =
    upTo === undefined
      ? { positions: (ids ?? []).map((id) => positionOf(id, appKey, ["event_ids"])) }
      : { upTo: positionOf(upTo, appKey, ["up_to"]) };
  const result = await acknowledgeEvents(c.get("services"), { appKey, name }, acked);
  return { acknowledged_up_to: acknowledged(result, [upTo === undefined ? "event_ids" : "up_to"]) };
}

function queryOf(appKey: number, asked: z.output<typeof ListEventsIn>): PullQuery {
  const { consumer, after, limit, event_types: types } = asked;
  return {
    consumer: { appKey, name: consumer },
    after: after === undefined ? null : positionOf(after, appKey, ["after"]),
    limit,
    eventTypes: types === undefined || types.length === 0 ? null : types,
    leaseMs: null,
  };
}

/** As many as an answer should hold; the rest is there behind `next`. */
function eventsOut({ consumer }: PullQuery, found: Pick<Pulled, "events" | "next" | "hasMore">): EventsOut {
  const shown: LoggedEvent[] = [];
  let chars = 0;
  for (const event of found.events) {
    chars += Math.min(event.payload?.length ?? 0, MAX_MCP_PAYLOAD_CHARS);
    if (shown.length > 0 && chars > MAX_MCP_PAYLOAD_CHARS) break;
    shown.push(event);
  }
  const isCut = shown.length < found.events.length;
  return {
    events: shown.map((event) => eventOut(consumer.appKey, event)),
    next: isCut ? (shown.at(-1)?.position ?? found.next) : found.next,
    has_more: isCut || found.hasMore,
  };
}

function eventOut(appKey: number, event: LoggedEvent): McpEvent {
  const missing = missingPayload(event);
  return {
    event_id: event.position,
    message_id: messageId({ appKey, ...event }),
    event_type: event.eventType,
    created_at: timeText(event.createdAtMs),
    payload: missing === null && event.payload !== null ? JSON.parse(event.payload) : null,
    ...(missing === null ? {} : { payload_missing: missing }),
  };
}

function missingPayload({ payload }: LoggedEvent): string | null {
  if (payload === null) return "It has expired or was expunged.";
  if (payload.length <= MAX_MCP_PAYLOAD_CHARS) return null;
  return `It has ${payload.length} characters, which is too many for a tool. GET /events/me/events has it.`;
}
