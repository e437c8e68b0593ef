/** Agents that pull (seeds/clawlabor §4): `/events/me/…`. */
import { z } from "zod";
import { parseMessageId } from "../core/ids.ts";
import {
  DEFAULT_PULL_EVENTS,
  MAX_ACKED_IDS,
  MAX_CONSUMER_NAME_CHARS,
  MAX_LEASE_SECONDS,
  MAX_PULL_EVENTS,
  MAX_PULL_WAIT_SECONDS,
  MAX_SOCKET_TYPES_CHARS,
  MAX_STREAM_SECONDS,
} from "../core/limits/pull.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { NAME_PATTERN } from "./fields.ts";

/** An event is named by its number in the application's log, as it is shown, or by its public id. */
export type EventRef = number | string;

const POSITION_PATTERN = /^\d{1,12}$/;

function isEventRef(ref: string): boolean {
  return POSITION_PATTERN.test(ref) || parseMessageId(ref) !== null;
}

export const EventRef = z.union([
  z.number().int().min(0).max(Number.MAX_SAFE_INTEGER),
  z.string().refine(isEventRef, { error: "must be an event's number or its id" }),
]);

export const ConsumerName = z
  .string()
  .min(1)
  .max(MAX_CONSUMER_NAME_CHARS)
  .regex(NAME_PATTERN)
  .meta({ description: "Each named consumer of an application has acknowledgements of its own" });

const consumer = ConsumerName.default("default");

const CommaList = z
  .union([z.string(), z.array(z.string())])
  .transform((value) => (Array.isArray(value) ? value : [value]).flatMap((each) => each.split(",")))
  .transform((names) => names.map((name) => name.trim()).filter((name) => name !== ""));

const number = (least: number, most: number) => z.coerce.number().int().min(least).max(most);

export const PullEventsQuery = z.object({
  consumer,
  after: EventRef.optional().meta({
    description: "Read on beyond this event; without it, from what is not acknowledged",
  }),
  limit: number(1, MAX_PULL_EVENTS).default(DEFAULT_PULL_EVENTS),
  types: CommaList.optional().meta({ description: "Event types, separated by commas" }),
  lease_seconds: number(1, MAX_LEASE_SECONDS).optional().meta({
    description:
      "Hide what is returned from the consumer's other workers for so long, unless it is acknowledged",
  }),
  wait: number(0, MAX_PULL_WAIT_SECONDS).default(0).meta({
    description: "Wait so many seconds for an event when there is none",
  }),
});

export const PendingEventsQuery = PullEventsQuery.pick({
  consumer: true,
  after: true,
  limit: true,
  types: true,
});

export const StreamEventsQuery = PullEventsQuery.pick({
  consumer: true,
  after: true,
  limit: true,
  types: true,
}).extend({
  seconds: number(0, MAX_STREAM_SECONDS).optional().meta({
    description: "End the stream after so long; without it, it goes on until one side leaves",
  }),
});

/** Those of Svix's pollers too, named by sink and consumer: `hook:worker`. */
export const AnyConsumerName = z
  .string()
  .min(1)
  .max(MAX_UID_CHARS + 1 + MAX_CONSUMER_NAME_CHARS)
  .regex(/^(?!\.{1,2}$)[a-zA-Z0-9\-_.:]+$/);

export const ConsumerPath = z.object({ consumer: AnyConsumerName });

export const ConsumersQuery = z.object({
  after: z
    .string()
    .max(MAX_UID_CHARS + 1 + MAX_CONSUMER_NAME_CHARS)
    .default("")
    .meta({ description: "Beyond this name" }),
  limit: number(1, MAX_PULL_EVENTS).default(DEFAULT_PULL_EVENTS),
});

export const SocketEventsQuery = PullEventsQuery.pick({
  consumer: true,
  after: true,
  limit: true,
  types: true,
  lease_seconds: true,
}).extend({
  types: CommaList.refine((types) => JSON.stringify(types).length <= MAX_SOCKET_TYPES_CHARS, {
    error: "are too many",
  }).optional(),
});

/** A frame from an agent; what else it holds is ignored. */
export const SocketFrame = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("ack"),
    id: z.union([z.string().max(MAX_CONSUMER_NAME_CHARS), z.number()]).optional(),
    event_ids: z.array(EventRef).min(1).max(MAX_ACKED_IDS).optional(),
    up_to: EventRef.optional(),
  }),
  z.object({ type: z.literal("more") }),
  z.object({ type: z.literal("ping") }),
]);

const ConsumerOut = z
  .object({
    name: z.string(),
    acknowledged_up_to: z.number().int(),
    lag: z.number().int().meta({ description: "Events that are not acknowledged" }),
    leased: z.number().int().meta({ description: "Events that one of its workers holds" }),
    updated_at: z.string(),
  })
  .meta({ id: "PullConsumer" });

export const ConsumerList = z
  .object({ consumers: z.array(ConsumerOut), has_more: z.boolean() })
  .meta({ id: "PullConsumerList" });

export const SeekBody = z
  .object({
    to: z
      .union([z.enum(["start", "end"]), EventRef])
      .optional()
      .meta({
        description: "All up to this event counts as acknowledged, nothing beyond it does",
      }),
    time: z.iso.datetime({ offset: true }).optional().meta({
      description: "As `to`, with the last event accepted before this time",
    }),
  })
  .refine(({ to, time }) => (to === undefined) !== (time === undefined), { error: "needs either to or time" })
  .meta({ id: "SeekConsumer", example: { to: "end" } });

export const PulledEvents = z
  .object({
    events: z.array(z.looseObject({})).meta({ description: "In the application's dialect, oldest first" }),
    next: z.number().int().meta({ description: "Pass it as `after` to read on" }),
    has_more: z.boolean(),
  })
  .meta({ id: "PulledEvents" });

/** As where events are read; the body may say it instead. */
export const AckQuery = z.object({ consumer: ConsumerName.optional() });

export const AckBody = z
  .object({
    consumer: ConsumerName.optional(),
    event_ids: z.array(EventRef).min(1).max(MAX_ACKED_IDS).optional(),
    up_to: EventRef.optional(),
  })
  .refine(({ event_ids, up_to }) => (event_ids === undefined) !== (up_to === undefined), {
    error: "needs either event_ids or up_to",
  })
  .meta({ id: "AckEvents", example: { event_ids: [1, 2] } });

export const AckOut = z
  .object({
    acknowledged_up_to: z.number().int().meta({ description: "Every event up to here is acknowledged" }),
  })
  .meta({ id: "AckEventsOut" });
