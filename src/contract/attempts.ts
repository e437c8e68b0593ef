/** Attempts, and how messages stand with endpoints, as the API shows them (reference svix.md §1.5, §1.18). */
import { z } from "zod";
import { MESSAGE_STATUS, type MessageStatusName } from "../core/attempt.ts";
import type { AttemptRow } from "../core/attempt-log.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { EndpointOut } from "./endpoints.ts";
import { listOut, PageQuery, QueryFlag, TimeIn, TimeOut, timeText } from "./fields.ts";
import { EventQuery, MessageOut } from "./messages.ts";

const STATUSES = ["0", "1", "2", "3", "4"] as const;
const STATUS_CODE_CLASSES = ["0", "100", "200", "300", "400", "500"] as const;

const StatusQuery = z.enum(STATUSES).transform(Number).optional().meta({
  description: "Success 0, pending 1, failed 2, sending 3, canceled 4",
});
const ExpandedStatuses = QueryFlag.default(false).meta({
  description: "Show canceled (4) as such; it is shown as failed (2) otherwise",
});

const AttemptConditions = EventQuery.omit({ with_content: true }).extend({
  status: StatusQuery,
  status_code_class: z.enum(STATUS_CODE_CLASSES).transform(Number).optional(),
});
export type AttemptConditions = z.output<typeof AttemptConditions>;

export const CountAttemptsQuery = AttemptConditions;

const AttemptListQuery = PageQuery.omit({ order: true }).extend({
  ...AttemptConditions.shape,
  with_content: EventQuery.shape.with_content,
  expanded_statuses: ExpandedStatuses,
});

export const EndpointAttemptsQuery = AttemptListQuery.extend({ with_msg: QueryFlag.default(false) });
export const MessageAttemptsQuery = AttemptListQuery.extend({
  endpoint_id: z.string().min(1).max(MAX_UID_CHARS).optional(),
});
export const GetAttemptQuery = z.object({ expanded_statuses: ExpandedStatuses });

export const AttemptedMessagesQuery = PageQuery.omit({ order: true }).extend({
  ...EventQuery.shape,
  status: StatusQuery,
  expanded_statuses: ExpandedStatuses,
});
export const AttemptedEndpointsQuery = PageQuery.omit({ order: true }).extend({
  expanded_statuses: ExpandedStatuses,
});

export const EndpointStatsQuery = z.object({ since: TimeIn.optional(), until: TimeIn.optional() });

export const AttemptPath = z.object({ app_id: z.string(), msg_id: z.string(), attempt_id: z.string() });
export const MessageEndpointPath = z.object({
  app_id: z.string(),
  msg_id: z.string(),
  endpoint_id: z.string(),
});

const StatusNumber = z.number().int().min(0).max(4);
const StatusText = z.enum(["success", "pending", "fail", "sending", "canceled"]);

const DeliveryStatus = {
  status: StatusNumber,
  statusText: StatusText,
  nextAttempt: TimeOut.nullable(),
};
export type DeliveryStatus = { status: number; statusText: MessageStatusName; nextAttempt: string | null };

export const MessageAttemptOut = z
  .object({
    id: z.string(),
    msgId: z.string(),
    endpointId: z.string(),
    timestamp: TimeOut,
    url: z.string(),
    response: z.string().meta({ description: "The body, or what went wrong when there was no response" }),
    responseStatusCode: z.number().int().meta({ description: "0: there was no response" }),
    responseDurationMs: z.number().int(),
    triggerType: z.number().int().meta({ description: "By the schedule 0, by hand 1" }),
    ...DeliveryStatus,
    failure: z
      .string()
      .nullable()
      .meta({ description: "Kind of failure: status, timeout, network or blocked; null on success" }),
    msg: MessageOut.optional(),
  })
  .meta({ id: "MessageAttemptOut" });
export type MessageAttemptOut = z.output<typeof MessageAttemptOut>;

export const MessageAttemptList = listOut(MessageAttemptOut, "MessageAttemptOut");

/** Of all endpoints of a message; `unreachable` is ours. */
export const MessageAttemptsOut = MessageAttemptList.extend({
  unreachable: z
    .array(z.string())
    .optional()
    .meta({ description: "Endpoints whose logs cannot be read now: their attempts are missing" }),
}).meta({ id: "ListResponse_MessageAttemptOut_OfMessage" });

export const MessageAttemptHeadersOut = z
  .object({
    sentHeaders: z.record(z.string(), z.string()),
    responseHeaders: z.array(z.tuple([z.string(), z.string()])).nullable(),
    sensitive: z.array(z.string()),
  })
  .meta({ id: "MessageAttemptHeadersOut" });

export const CountOut = z
  .object({ count: z.number().int(), approximated: z.boolean() })
  .meta({ id: "CountOut" });

export const EndpointMessageOut = MessageOut.extend(DeliveryStatus).meta({ id: "EndpointMessageOut" });
export const EndpointMessageList = listOut(EndpointMessageOut, "EndpointMessageOut");

export const MessageEndpointOut = EndpointOut.extend(DeliveryStatus).meta({ id: "MessageEndpointOut" });
export const MessageEndpointList = listOut(MessageEndpointOut, "MessageEndpointOut");

export const EmptyResponse = z.object({}).meta({ id: "EmptyResponse" });

const Total = z.number().int();
export const EndpointStatsOut = z
  .object({ success: Total, pending: Total, sending: Total, fail: Total, canceled: Total })
  .meta({ id: "EndpointStats" });
export type EndpointStatsOut = z.output<typeof EndpointStatsOut>;

/** Of whole hours (SDKs from 2.6 on). */
export const EndpointAttemptStatsOut = z
  .object({ success: Total, fail: Total, canceled: Total })
  .meta({ id: "EndpointAttemptStats" });

/** What a status filter means: canceled deliveries are failed ones for who does not know them. */
export function statusesIn(status: number | undefined, expanded: boolean): number[] | null {
  if (status === undefined) return null;
  return !expanded && status === MESSAGE_STATUS.fail ? [status, MESSAGE_STATUS.canceled] : [status];
}

const STATUS_NAMES = new Map(
  Object.entries(MESSAGE_STATUS).map(([name, status]) => [status as number, name as MessageStatusName]),
);

export function toDeliveryStatus(
  { status, nextAtMs }: { status: number; nextAtMs: number | null },
  expanded: boolean,
): DeliveryStatus {
  const shown = status === MESSAGE_STATUS.canceled && !expanded ? MESSAGE_STATUS.fail : status;
  return {
    status: shown,
    statusText: STATUS_NAMES.get(shown) ?? "fail",
    nextAttempt: nextAtMs === null ? null : timeText(nextAtMs),
  };
}

export type AttemptSource = { attempt: AttemptRow; id: string; msgId: string; endpointId: string };

export function toAttemptOut(
  { attempt, id, msgId, endpointId }: AttemptSource,
  { withContent, expanded }: { withContent: boolean; expanded: boolean },
): MessageAttemptOut {
  return {
    id,
    msgId,
    endpointId,
    timestamp: timeText(attempt.startedAtMs),
    url: attempt.url,
    response: withContent ? attempt.response : "{}",
    responseStatusCode: attempt.statusCode,
    responseDurationMs: attempt.durationMs,
    triggerType: attempt.trigger,
    ...toDeliveryStatus(attempt, expanded),
    failure: attempt.failure,
  };
}
