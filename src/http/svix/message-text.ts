import { timeText } from "../../contract/fields.ts";
import type { MessageHead } from "../../contract/messages.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { messageId } from "../../core/ids.ts";
import { BY_HAND_CHANNEL } from "../../core/matching.ts";
import type { HttpContext } from "../app-env.ts";

/** Payloads that are gone, and payloads nobody asked for (reference svix.md §2.13). */
const EXPIRED = '{"expired":true}';
const NOT_SHOWN = "{}";

export function messageHead(appKey: number, event: Omit<LoggedEvent, "payload">): MessageHead {
  const { position, createdAtMs, deliverAtMs } = event;
  return {
    id: messageId({ appKey, position, createdAtMs }),
    eventType: event.eventType,
    eventId: event.eventId,
    channels: event.channels?.includes(BY_HAND_CHANNEL) ? null : event.channels,
    tags: event.tags,
    timestamp: timeText(createdAtMs),
    deliverAt: deliverAtMs === null ? null : timeText(deliverAtMs),
  };
}

/** A message as JSON text with its payload exactly as published. `extra` adds members of its own. */
export function messageText(
  appKey: number,
  event: LoggedEvent,
  withContent: boolean,
  extra: Record<string, unknown> = {},
): string {
  const payload = withContent ? (event.payload ?? EXPIRED) : NOT_SHOWN;
  const head = JSON.stringify({ ...messageHead(appKey, event), ...extra });
  return `${head.slice(0, -1)},"payload":${payload}}`;
}

/** A list's body around items that are JSON text already. */
export function listText(items: readonly string[], rest: Record<string, unknown>): string {
  return `{"data":[${items.join(",")}],${JSON.stringify(rest).slice(1)}`;
}

export function jsonText(c: HttpContext, text: string, status: 200 | 202): Response {
  return c.body(text, status, { "content-type": "application/json" });
}
