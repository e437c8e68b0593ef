import { z } from "zod";
import { MESSAGE_ID_PREFIX } from "../core/ids.ts";
import { MAX_EVENT_TYPE_CHARS } from "../core/limits/catalogue.ts";
import {
  MAX_BATCH_MESSAGES,
  MAX_BULK_EXPUNGE,
  MAX_CHANNEL_CHARS,
  MAX_CHANNELS,
  MAX_TAG_CHARS,
  MAX_TAGS,
} from "../core/limits/publishing.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { ApplicationIn } from "./applications.ts";
import { HttpErrorOut } from "./errors.ts";
import { listOut, NAME_PATTERN, PageQuery, QueryFlag, shallow, TimeIn, TimeOut, uidText } from "./fields.ts";

export const EventTypeName = z.string().min(1).max(MAX_EVENT_TYPE_CHARS).regex(NAME_PATTERN);
export const Channel = z
  .string()
  .min(1)
  .max(MAX_CHANNEL_CHARS)
  .regex(/^[a-zA-Z0-9\-_.:+]+$/);
export const Tag = z
  .string()
  .min(1)
  .max(MAX_TAG_CHARS)
  .regex(/^[a-zA-Z0-9\-_./\\#]+$/);

function isUnique(items: readonly string[]): boolean {
  return new Set(items).size === items.length;
}

const UNIQUE = { error: "items must be unique" };
const MAX_RETENTION_DAYS = 90;
const MAX_RETENTION_HOURS = 2160;

export const MessageIn = z
  .object({
    eventType: EventTypeName,
    eventId: uidText(MESSAGE_ID_PREFIX).nullish(),
    payload: shallow(z.record(z.string(), z.unknown())).meta({
      description: "Kept and delivered byte for byte; at most 1 MiB",
    }),
    channels: z.array(Channel).min(1).max(MAX_CHANNELS).refine(isUnique, UNIQUE).nullish(),
    tags: z.array(Tag).max(MAX_TAGS).refine(isUnique, UNIQUE).nullish(),
    application: ApplicationIn.nullish(),
    transformationsParams: z.record(z.string(), z.unknown()).nullish(),
    deliverAt: TimeIn.nullish(),
    payloadRetentionPeriod: z.number().int().min(1).max(MAX_RETENTION_DAYS).nullish(),
    payloadRetentionHours: z.number().int().min(1).max(MAX_RETENTION_HOURS).nullish(),
  })
  .refine((message) => message.payloadRetentionPeriod == null || message.payloadRetentionHours == null, {
    path: ["payloadRetentionHours"],
    error: "is mutually exclusive with payloadRetentionPeriod",
  })
  .meta({ id: "MessageIn" });
export type MessageIn = z.output<typeof MessageIn>;

export const MessageOut = z
  .object({
    id: z.string(),
    eventType: z.string(),
    eventId: z.string().nullable(),
    payload: z.record(z.string(), z.unknown()),
    channels: z.array(z.string()).nullable(),
    tags: z.array(z.string()).nullable(),
    timestamp: TimeOut,
    deliverAt: TimeOut.nullable(),
  })
  .meta({ id: "MessageOut" });
export type MessageOut = z.output<typeof MessageOut>;

/** Everything of {@link MessageOut} but the payload, which is written into the answer as text. */
export type MessageHead = Omit<z.output<typeof MessageOut>, "payload">;

export const MessageList = listOut(MessageOut, "MessageOut");

/** Ours: many messages in one call (and one round trip to the log). */
export const MessageBatchIn = z
  .object({ messages: z.array(z.unknown()).min(1).max(MAX_BATCH_MESSAGES) })
  .meta({ id: "MessageBatchIn" });

/** For the document: what each item of a batch is. */
export const MessageBatchBody = z.object({ messages: z.array(MessageIn).min(1).max(MAX_BATCH_MESSAGES) });

/** One result a message, in order: what was accepted, or why it was not. */
export const MessageBatchOut = z
  .object({ data: z.array(z.union([MessageOut, HttpErrorOut])) })
  .meta({ id: "MessageBatchOut" });

export const CreateMessageQuery = z.object({ with_content: QueryFlag.default(true) });

/** `event_types` comes in several spellings; http/query.ts reads it. */
const EVENT_TYPES_QUERY = z
  .string()
  .optional()
  .meta({ description: "Comma-separated; `event_types[]=` works too" });

/** Filters that lists of messages and attempts share. */
export const EventQuery = z.object({
  channel: Channel.optional(),
  tag: Tag.optional(),
  before: TimeIn.optional(),
  after: TimeIn.optional(),
  event_types: EVENT_TYPES_QUERY,
  with_content: QueryFlag.default(true),
});
export type EventQuery = z.output<typeof EventQuery>;

export const ListMessagesQuery = PageQuery.omit({ order: true }).extend(EventQuery.shape);

export const GetMessageQuery = z.object({ with_content: QueryFlag.default(true) });

/** What a message would be, to be asked who would get it. */
export const MessagePrecheckIn = z
  .object({
    eventType: EventTypeName,
    channels: z.array(Channel).min(1).max(MAX_CHANNELS).refine(isUnique, UNIQUE).nullish(),
  })
  .meta({ id: "MessagePrecheckIn" });

export const MessagePrecheckOut = z
  .object({ active: z.boolean().meta({ description: "Whether any enabled endpoint listens to it" }) })
  .meta({ id: "MessagePrecheckOut" });

export const BulkExpungeContentsIn = z
  .object({ ids: z.array(z.string().min(1).max(MAX_UID_CHARS)).max(MAX_BULK_EXPUNGE).optional() })
  .meta({ id: "BulkExpungeContentsIn" });

export const BulkExpungeContentsOut = z
  .object({ results: z.record(z.string(), z.enum(["expunged", "not-found"])) })
  .meta({ id: "BulkExpungeContentsOut" });

export const MessagePath = z.object({
  app_id: z.string().meta({ description: "The application's id or uid" }),
  msg_id: z.string().meta({ description: "The message's id or event id" }),
});
