/** Verbs on event types. */
import { invariant } from "../../core/invariant.ts";
import {
  deleteEventTypeRow,
  type EventType,
  type EventTypeChanges,
  type EventTypeFields,
  insertEventType,
  updateEventType,
  upsertEventType,
} from "../../store/event-types.ts";
import type { ServiceContext } from "../context.ts";
import { forgetPayloadChecks } from "../messages/accept-checked.ts";

/** Adds an event type or brings an archived one back; null when an active one has the name. */
export async function createEventType(
  { db, nowMs }: ServiceContext,
  name: string,
  fields: EventTypeFields,
): Promise<EventType | null> {
  const eventType = await insertEventType(db, { name, fields, atMs: nowMs });
  forgetPayloadChecks();
  return eventType;
}

/** Replaces the event type with this name, or adds it. */
export async function replaceEventType(
  { db, nowMs }: ServiceContext,
  name: string,
  fields: EventTypeFields,
): Promise<{ eventType: EventType; created: boolean }> {
  const { existed, eventType } = await upsertEventType(db, { name, fields, atMs: nowMs });
  forgetPayloadChecks();
  invariant(eventType, `service/catalogue/event-types.replaceEventType: ${name} not written`);
  return { eventType, created: !existed };
}

/** Changes what is given and leaves the rest; null when there is no such event type. */
export async function changeEventType(
  { db, nowMs }: ServiceContext,
  name: string,
  changes: EventTypeChanges,
): Promise<EventType | null> {
  const eventType = await updateEventType(db, { name, changes, atMs: nowMs });
  forgetPayloadChecks();
  return eventType;
}

/** Archives an event type, or removes it for good; false when there is none. */
export async function deleteEventType(
  { db, nowMs }: ServiceContext,
  name: string,
  expunge: boolean,
): Promise<boolean> {
  if (expunge) {
    const wasThere = await deleteEventTypeRow(db, name);
    forgetPayloadChecks();
    return wasThere;
  }
  return (await updateEventType(db, { name, changes: { archived: true }, atMs: nowMs })) !== null;
}
