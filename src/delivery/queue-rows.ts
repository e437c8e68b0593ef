/** How the object's tables hold events, and deliveries that wait. */
import type { EventHeader } from "../core/event.ts";
import type { SqlRow } from "./queue-schema.ts";

/** A delivery that waits for its next attempt. */
export type Waiting = {
  nextAtMs: number;
  position: number;
  attempts: number;
  event: EventHeader;
  /** Of a replay: endings of the subscription before this position came before it and do not cancel it; else 0. */
  sparedBefore: number;
};

export function waitingOf(row: SqlRow): Waiting {
  const position = Number(row["position"]);
  return {
    nextAtMs: Number(row["next_at"]),
    position,
    attempts: Number(row["attempts"]),
    event: eventOf(position, row["event"]),
    sparedBefore: Number(row["spared_before"]),
  };
}

export function eventJson({ position: _, ...header }: EventHeader): string {
  const { createdAtMs, eventType, eventId, channels, tags, deliverAtMs } = header;
  return JSON.stringify({ createdAtMs, eventType, eventId, channels, tags, deliverAtMs });
}

export function eventOf(position: number, json: SqlRow[string] | undefined): EventHeader {
  return { position, ...(JSON.parse(String(json)) as Omit<EventHeader, "position">) };
}
