/** What the tools of `/mcp` take and give. The descriptions are read by the models that call them. */
import { z } from "zod";
import {
  DEFAULT_MCP_EVENTS,
  DEFAULT_MCP_WAIT_SECONDS,
  MAX_MCP_EVENT_TYPES,
  MAX_MCP_EVENTS,
  MAX_MCP_WAIT_SECONDS,
} from "../core/limits/mcp.ts";
import { MAX_ACKED_IDS } from "../core/limits/pull.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { ConsumerName, EventRef } from "./pull.ts";

const EventId = EventRef.meta({
  description: "The event: its event_id (a number) or its message_id (msg_…), as other tools show it",
});

const consumer = ConsumerName.default("default").meta({
  description:
    "Whose acknowledgements count. Leave it out unless the user works with several named consumers of one application.",
});

const EventsIn = {
  limit: z
    .number()
    .int()
    .min(1)
    .max(MAX_MCP_EVENTS)
    .default(DEFAULT_MCP_EVENTS)
    .meta({ description: "At most so many events" }),
  event_types: z
    .array(z.string().min(1))
    .max(MAX_MCP_EVENT_TYPES)
    .optional()
    .meta({ description: "Only events of these types, like order.received" }),
  after: EventId.optional().meta({
    description: "Only events beyond this one: `next` of an answer with has_more, to read on",
  }),
  consumer,
};

export const ListEventsIn = z.object(EventsIn);

export const WaitForEventsIn = z.object({
  seconds: z
    .number()
    .int()
    .min(0)
    .max(MAX_MCP_WAIT_SECONDS)
    .default(DEFAULT_MCP_WAIT_SECONDS)
    .meta({ description: "How long to wait when there is no event" }),
  ...EventsIn,
});

export const McpEvent = z.object({
  event_id: z.number().int().meta({ description: "Its number; later events have higher ones" }),
  message_id: z.string(),
  event_type: z.string(),
  created_at: z.string(),
  payload: z.unknown().meta({ description: "What the publisher sent" }),
  payload_missing: z.string().optional().meta({ description: "Why payload is null, when it is" }),
});
export type McpEvent = z.output<typeof McpEvent>;

export const EventsOut = z.object({
  events: z.array(McpEvent).meta({ description: "Oldest first" }),
  next: z.number().int().meta({ description: "Pass it as `after` to read on" }),
  has_more: z.boolean(),
});
export type EventsOut = z.output<typeof EventsOut>;

export const AcknowledgeIn = z.object({
  event_ids: z
    .array(EventId)
    .min(1)
    .max(MAX_ACKED_IDS)
    .optional()
    .meta({ description: "The events that are done" }),
  up_to: EventId.optional().meta({
    description: "Instead of event_ids: this event and every earlier one, also those that were never read",
  }),
  consumer,
});

export const AcknowledgeOut = z.object({
  acknowledged_up_to: z.number().int().meta({ description: "Every event up to here is acknowledged" }),
});

export const InspectIn = z.object({ event_id: EventId });

const Attempt = z.object({
  at: z.string(),
  result: z.string().meta({ description: "success, fail, …" }),
  status_code: z.number().int().meta({ description: "0: there was no response" }),
  response: z.string().meta({ description: "What the receiver answered, or what went wrong" }),
  duration_ms: z.number().int(),
  by_hand: z.boolean(),
});

export const InspectOut = z.object({
  event_id: z.number().int(),
  message_id: z.string(),
  event_type: z.string(),
  deliveries: z.array(
    z.object({
      endpoint_id: z.string(),
      url: z.string(),
      is_disabled: z.boolean(),
      status: z.string().meta({ description: "success, pending, sending, fail or canceled" }),
      next_attempt: z.string().nullable(),
      attempts: z.array(Attempt).meta({ description: "Newest first" }),
    }),
  ),
  /** An endpoint's own log may be out of reach while the others' are not. */
  incomplete: z.string().optional().meta({ description: "What this answer lacks, and why" }),
});
export type InspectOut = z.output<typeof InspectOut>;

export const ResendIn = z.object({
  event_id: EventId,
  endpoint_id: z
    .string()
    .min(1)
    .max(MAX_UID_CHARS)
    .meta({ description: "The endpoint's id (ep_…) or its uid; inspect_deliveries shows it" }),
});

export const ResendOut = z.object({ queued: z.literal(true), endpoint_id: z.string(), event_id: z.number() });
