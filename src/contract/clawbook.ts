/** A consumer's webhooks as ClawBook's page has them (seeds/clawbook); its pages of deliveries are ours. */
import { z } from "zod";
import { MESSAGE_STATUS } from "../core/attempt.ts";
import type { AttemptRow } from "../core/attempt-log.ts";
import { ATTEMPT_ID_PREFIX, ENDPOINT_ID_PREFIX, idPattern } from "../core/ids.ts";
import { MAX_SECRET_CHARS } from "../core/limits/secrets.ts";
import { EventTypes, UrlText } from "./endpoints.ts";
import { PageQuery } from "./fields.ts";
import { EventTypeName } from "./messages.ts";

export const WEBHOOK_ID_PREFIX = "wh_";
const DELIVERY_ID_PREFIX = "del_";
export const CLAWBOOK_EVENT_ID_PREFIX = "evt_";
/** Stands for all events, where a list of them is shown or given. */
const ALL_EVENTS = "*";

export const WebhookPath = z.object({
  webhook_id: z.string().meta({ description: "The webhook's id, or the uid of the endpoint" }),
});

const Events = z.union([z.tuple([z.literal(ALL_EVENTS)]).transform(() => null), EventTypes]).meta({
  description: 'The events to send; `["*"]`, nothing or null: all',
  type: ["array", "null"],
  items: { type: "string" },
  uniqueItems: true,
  example: ["message.received", "message.sent"],
});
const Secret = z.string().min(1).max(MAX_SECRET_CHARS);

export const WebhookIn = z
  .object({
    url: UrlText,
    events: Events.optional(),
    secret: Secret.nullish().meta({ description: "Made up and shown once when left out" }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "WebhookIn" });

export const WebhookPatch = z
  .object({
    url: UrlText.optional(),
    events: Events.optional(),
    secret: Secret.optional().meta({
      description: "Signs from the next attempt on, and the old one no more",
    }),
    enabled: z.boolean().optional(),
  })
  .meta({ id: "WebhookPatch" });

const WebhookStatus = z.enum(["active", "failed", "disabled"]).meta({
  description:
    "`failed`: a delivery was given up after all its retries, and none has succeeded since; new events are sent all the same",
});

const SecondsText = z.string().meta({ format: "date-time" });

export const WebhookOut = z
  .object({
    id: z.string(),
    url: z.string(),
    events: z.array(z.string()),
    enabled: z.boolean(),
    status: WebhookStatus,
    created_at: SecondsText,
  })
  .meta({ id: "WebhookOut" });
export type WebhookOut = z.output<typeof WebhookOut>;

/** The only time that the secret is shown. */
export const CreatedWebhookOut = WebhookOut.extend({ secret: z.string().nullable() }).meta({
  id: "CreatedWebhookOut",
});

export const WebhookDeliveryOut = z
  .object({
    id: z.string(),
    event_id: z.string(),
    event: z.string().meta({ description: "The event's type" }),
    status: z.enum(["success", "failed"]),
    response_code: z.number().int().nullable().meta({ description: "Null: there was no response" }),
    response_time_ms: z.number().int(),
    timestamp: SecondsText,
    next_retry_at: SecondsText.nullable(),
  })
  .meta({ id: "WebhookDeliveryOut" });
export type WebhookDeliveryOut = z.output<typeof WebhookDeliveryOut>;

export const WebhookDetailOut = WebhookOut.extend({
  recent_deliveries: z.array(WebhookDeliveryOut),
}).meta({ id: "WebhookDetailOut" });

const Cursor = z.string().max(64).optional().meta({ description: "`next_cursor` of the page before" });
const NextCursor = z.string().nullable().meta({ description: "Null: there are no more" });

export const WebhookList = z
  .object({ data: z.array(WebhookOut), next_cursor: NextCursor })
  .meta({ id: "WebhookList" });
export const WebhookListQuery = z.object({ limit: PageQuery.shape.limit, cursor: Cursor });

export const WebhookDeliveryList = z
  .object({ data: z.array(WebhookDeliveryOut), next_cursor: NextCursor })
  .meta({ id: "WebhookDeliveryList" });

const DELIVERY_STATUSES = { success: MESSAGE_STATUS.success, failed: MESSAGE_STATUS.fail } as const;

export const WebhookDeliveriesQuery = WebhookListQuery.extend({
  status: z
    .enum(["success", "failed"])
    .transform((status) => DELIVERY_STATUSES[status])
    .optional(),
  event: EventTypeName.optional().meta({ description: "Deliveries of this type of event" }),
});

/** The event as the webhook gets it. */
export const WebhookTestOut = z
  .object({
    id: z.string(),
    type: z.string(),
    created_at: SecondsText,
    data: z.object({ webhook_id: z.string(), message: z.string() }),
  })
  .meta({ id: "WebhookTestOut" });

/** `2026-01-30T14:30:00Z`. */
export function secondsText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, "2026-01-30T14:30:00".length)}Z`;
}

/** The same id with the prefix of another noun: what follows it is one to one. */
function renamed(id: string, from: string, to: string): string {
  return id.startsWith(from) ? to + id.slice(from.length) : id;
}

export function webhookIdOf(endpointId: string): string {
  return renamed(endpointId, ENDPOINT_ID_PREFIX, WEBHOOK_ID_PREFIX);
}

/** The endpoint that a webhook's id means. Any other text may be an endpoint's uid. */
export function endpointNamed(webhookId: string): string {
  if (!idPattern(WEBHOOK_ID_PREFIX).test(webhookId)) return webhookId;
  return renamed(webhookId, WEBHOOK_ID_PREFIX, ENDPOINT_ID_PREFIX);
}

export function deliveryIdOf(attemptId: string): string {
  return renamed(attemptId, ATTEMPT_ID_PREFIX, DELIVERY_ID_PREFIX);
}

export function attemptIdOf(deliveryId: string): string {
  return renamed(deliveryId, DELIVERY_ID_PREFIX, ATTEMPT_ID_PREFIX);
}

export type WebhookSource = {
  endpointId: string;
  url: string;
  eventTypes: string[] | null;
  disabled: boolean;
  createdAtMs: number;
};

export function toWebhookOut(endpoint: WebhookSource, isExhausted: boolean): WebhookOut {
  return {
    id: webhookIdOf(endpoint.endpointId),
    url: endpoint.url,
    events: endpoint.eventTypes ?? [ALL_EVENTS],
    enabled: !endpoint.disabled,
    status: endpoint.disabled ? "disabled" : isExhausted ? "failed" : "active",
    created_at: secondsText(endpoint.createdAtMs),
  };
}

export function toDeliveryOut(
  attempt: AttemptRow,
  ids: { attemptId: string; eventId: string },
): WebhookDeliveryOut {
  return {
    id: deliveryIdOf(ids.attemptId),
    event_id: ids.eventId,
    event: attempt.event.eventType,
    status: attempt.status === MESSAGE_STATUS.success ? "success" : "failed",
    response_code: attempt.statusCode === 0 ? null : attempt.statusCode,
    response_time_ms: attempt.durationMs,
    timestamp: secondsText(attempt.startedAtMs),
    next_retry_at: attempt.nextAtMs === null ? null : secondsText(attempt.nextAtMs),
  };
}
