/** Svix's polling endpoints (reference svix.md §2.14). */
import { z } from "zod";
import { DEFAULT_POLL_LEASE_MS, MAX_CONSUMER_NAME_CHARS, MAX_LEASE_SECONDS } from "../core/limits/pull.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { positionOfIterator } from "../core/poller.ts";
import { NAME_PATTERN, PageQuery, TimeIn } from "./fields.ts";
import { Channel, EventTypeName, MessageOut } from "./messages.ts";

const { limit } = PageQuery.shape;

export const PositionIterator = z
  .string()
  .refine((text) => text === "" || positionOfIterator(text) !== null, { error: "Invalid iterator" })
  .transform((text) => positionOfIterator(text) ?? undefined)
  .optional()
  .meta({ type: "string", description: "As a call before has answered; without it, from where it began" });

const Sink = z.string().min(1).max(MAX_UID_CHARS).regex(NAME_PATTERN).meta({
  description: "An endpoint's id or uid: the events it listens to; any other name: all of the application's",
});

export const PollerPath = z.object({
  app_id: z.string().meta({ description: "The application's id or uid" }),
  sink_id: Sink,
});

export const PollerConsumerPath = PollerPath.extend({
  consumer_id: z.string().min(1).max(MAX_CONSUMER_NAME_CHARS).regex(NAME_PATTERN),
});

export const PollQuery = z.object({
  limit,
  iterator: PositionIterator,
  event_type: EventTypeName.optional(),
  channel: Channel.optional(),
  after: TimeIn.optional().meta({ description: "Without an iterator: begin with what was accepted then" }),
});

export const PollConsumerQuery = z.object({ limit, iterator: PositionIterator });

const PollMessageOut = MessageOut.extend({
  headers: z.record(z.string(), z.string()).nullable(),
}).meta({ id: "PollingEndpointMessageOut" });

export const PollOut = z
  .object({
    data: z.array(PollMessageOut),
    iterator: z
      .string()
      .meta({ description: "Pass it to read on; with a consumer, it also says that `data` is done" }),
    done: z.boolean(),
  })
  .meta({ id: "PollingEndpointOut" });

export const PollSeekIn = z.object({ after: TimeIn }).meta({ id: "PollingEndpointConsumerSeekIn" });
export const PollSeekOut = z.object({ iterator: z.string() }).meta({ id: "PollingEndpointConsumerSeekOut" });

export const LeasedPollQuery = z.object({
  limit,
  lease_duration_ms: z.coerce
    .number()
    .int()
    .min(0)
    .max(1000 * MAX_LEASE_SECONDS)
    .default(DEFAULT_POLL_LEASE_MS)
    .meta({
      description: "For so long, or until it is committed, nothing is handed out to the consumer again",
    }),
  starting_position: z.enum(["earliest", "latest"]).optional().meta({
    description: "Where a consumer begins that has not polled before",
  }),
});

const LeasedMessageOut = PollMessageOut.extend({
  offset: z.number().int(),
}).meta({ id: "PollerV2MessageOut" });

export const LeasedPollOut = z
  .object({ data: z.array(LeasedMessageOut), done: z.boolean() })
  .meta({ id: "PollerV2PollOut" });

export const CommitIn = z
  .object({ offset: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER) })
  .meta({ id: "PollerV2CommitIn", description: "Everything of the sink up to this offset is done" });
