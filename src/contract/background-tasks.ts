/** Background tasks and the calls that begin them (reference svix.md §1.7, §1.9, §1.18). */
import { z } from "zod";
import { TASK_KINDS, TASK_STATUSES, type TaskKind, type TaskStatus } from "../core/background-task.ts";
import { MAX_ENDPOINT_EVENT_TYPES, MAX_UID_CHARS } from "../core/limits/resources.ts";
import { MAX_STATS_APPS } from "../core/limits/tasks.ts";
import { listOut, NAME_PATTERN, PageQuery, TimeIn, TimeOut, timeText } from "./fields.ts";
import { Channel, EventTypeName, MessageIn, Tag } from "./messages.ts";

export const TaskPath = z.object({ task_id: z.string() });

export const ListTasksQuery = PageQuery.extend({
  status: z.enum(TASK_STATUSES).optional(),
  task: z.enum(TASK_KINDS).optional(),
});

const START = {
  id: z.string(),
  status: z.enum(TASK_STATUSES),
  task: z.enum(TASK_KINDS),
  updatedAt: TimeOut,
};

export const BackgroundTaskOut = z
  .object({
    ...START,
    data: z.record(z.string(), z.unknown()).meta({
      description: "What it has found or done; `progress` says how much of it, also while it runs",
    }),
  })
  .meta({ id: "BackgroundTaskOut" });
export type BackgroundTaskOut = z.output<typeof BackgroundTaskOut>;
export const BackgroundTaskList = listOut(BackgroundTaskOut, "BackgroundTaskOut");

export const RecoverOut = z.object(START).meta({ id: "RecoverOut" });
export const ReplayOut = z.object(START).meta({ id: "ReplayOut" });
export const MessageBroadcastOut = z.object(START).meta({ id: "MessageBroadcastOut" });
export const ExpungeAllContentsOut = z.object(START).meta({ id: "ExpungeAllContentsOut" });
export const AggregateEventTypesOut = z.object(START).meta({ id: "AggregateEventTypesOut" });
export const AppUsageStatsOut = z
  .object({ ...START, unresolvedAppIds: z.array(z.string()) })
  .meta({ id: "AppUsageStatsOut" });

type TaskSource = { id: string; status: TaskStatus; kind: TaskKind; updatedAtMs: number };

export function toTaskStart({ id, status, kind, updatedAtMs }: TaskSource) {
  return { id, status, task: kind, updatedAt: timeText(updatedAtMs) };
}

export function toTaskOut(
  task: TaskSource & { data: Record<string, unknown>; lists: Record<string, unknown[]> },
): z.output<typeof BackgroundTaskOut> {
  return { ...toTaskStart(task), data: { ...EMPTY_LISTS[task.kind], ...task.data, ...task.lists } };
}

/** Of kinds whose result is a list: it is there also when nothing was found. */
const EMPTY_LISTS: Partial<Record<TaskKind, Record<string, unknown[]>>> = {
  "application.stats": { appStats: [] },
  "event-type.aggregate": { event_types: [] },
  "message.broadcast": { messagesCreated: [], messagesFailed: [] },
};

const Stretch = { since: TimeIn, until: TimeIn.nullish() };

export const RecoverIn = z.object(Stretch).meta({ id: "RecoverIn" });
export const ReplayIn = z.object(Stretch).meta({ id: "ReplayIn" });
export const BulkReplayIn = z
  .object({
    ...Stretch,
    eventTypes: z.array(EventTypeName).max(MAX_ENDPOINT_EVENT_TYPES).nullish(),
    channel: Channel.nullish(),
    tag: Tag.nullish(),
    status: z
      .literal([0, 1, 2, 3, 4])
      .nullish()
      .meta({ type: "integer", description: "Success 0, pending 1, failed 2, sending 3, canceled 4" }),
    statusCodeClass: z
      .literal([0, 100, 200, 300, 400, 500])
      .nullish()
      .meta({ type: "integer", description: "Of the last attempt; 0: there was no response" }),
  })
  .meta({ id: "BulkReplayIn" });
export type BulkReplayIn = z.output<typeof BulkReplayIn>;

export const ReplayCountOut = z
  .object({
    messages: z.number().int().meta({ description: "Messages that would be sent now, each once" }),
    withoutPayload: z
      .number()
      .int()
      .meta({ description: "That fit as well, and cannot be sent: their payloads are gone" }),
    approximated: z
      .boolean()
      .meta({ description: "There may be more: the stretch is too long to be counted" }),
  })
  .meta({ id: "ReplayCount" });

export const CancelMsgsIn = z.object({ createdBefore: TimeIn }).meta({ id: "CancelMsgsIn" });

export const AppUsageStatsIn = z
  .object({
    since: TimeIn,
    until: TimeIn,
    appIds: z.array(z.string().min(1).max(MAX_UID_CHARS).regex(NAME_PATTERN)).max(MAX_STATS_APPS).nullish(),
  })
  .meta({ id: "AppUsageStatsIn" });

const { eventType, eventId, payload, channels, payloadRetentionPeriod, payloadRetentionHours } =
  MessageIn.shape;
export const MessageBroadcastIn = z
  .object({ eventType, eventId, payload, channels, payloadRetentionPeriod, payloadRetentionHours })
  .refine((message) => message.payloadRetentionPeriod == null || message.payloadRetentionHours == null, {
    path: ["payloadRetentionHours"],
    error: "is mutually exclusive with payloadRetentionPeriod",
  })
  .meta({ id: "MessageBroadcastIn" });
