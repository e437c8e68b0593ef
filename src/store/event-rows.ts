import type { EventHeader, LoggedEvent } from "../core/event.ts";
import { parsedOrNull } from "../core/json-column.ts";

/** A row of `events`, whole or headers only. */
export type EventRow = {
  position: number;
  created_at: number;
  event_type: string;
  event_id: string | null;
  channels: string | null;
  tags: string | null;
  deliver_at: number | null;
  payload_expires_at?: number | null;
  payload?: string | null;
};

export function headerOf(row: EventRow): EventHeader {
  return {
    position: row.position,
    createdAtMs: row.created_at,
    eventType: row.event_type,
    eventId: row.event_id,
    channels: parsedOrNull(row.channels),
    tags: parsedOrNull(row.tags),
    deliverAtMs: row.deliver_at,
  };
}

/** An expired payload reads as gone before the purge removes it. */
export function eventOf(row: EventRow, nowMs: number): LoggedEvent {
  const expiresAt = row.payload_expires_at ?? Number.POSITIVE_INFINITY;
  return { ...headerOf(row), payload: expiresAt <= nowMs ? null : (row.payload ?? null) };
}
