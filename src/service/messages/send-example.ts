import type { LoggedEvent } from "../../core/event.ts";
import { isObject } from "../../core/json-object.ts";
import { newestSchema } from "../../core/json-schema.ts";
import { exampleOf } from "../../core/schema-example.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import { getEventType } from "../../store/event-types.ts";
import type { ServiceContext } from "../context.ts";
import { type SendByHandOutcome, sendByHand } from "./send-by-hand.ts";

/** What Svix sends to any endpoint to see whether it answers; no event type of this name is needed. */
const PING = { name: "svix.ping", payload: { success: true } };

export type ExampleOutcome =
  | { kind: "queued"; event: LoggedEvent }
  | Exclude<SendByHandOutcome, { kind: "queued" }>
  /** The type has no schema, or none that an object fits, or no example of this index. */
  | { kind: "no_example" };

/** Sends an endpoint, and no other one, an example of an event type. */
export async function sendExample(
  ctx: ServiceContext,
  { endpoint, application }: { endpoint: EndpointRecord; application: string },
  { eventType, exampleIndex }: { eventType: string; exampleIndex: number },
): Promise<ExampleOutcome> {
  const example = await exampleFor(ctx, eventType, exampleIndex);
  if (example.kind !== "found") return example;
  const payload = JSON.stringify(example.payload);
  const sent = await sendByHand(ctx, endpoint, { application, eventType, payload });
  if (sent.kind !== "queued") return sent;
  const event = await new EventLog(ctx.env.DB).get(sent.appKey, sent.position, ctx.nowMs);
  return event === null ? { kind: "unavailable" } : { kind: "queued", event };
}

type Example = { kind: "found"; payload: Record<string, unknown> } | { kind: "not_found" | "no_example" };

async function exampleFor({ db, flags }: ServiceContext, name: string, index: number): Promise<Example> {
  const eventType = await getEventType(db, name, flags);
  if (eventType === null) {
    return name === PING.name ? { kind: "found", payload: PING.payload } : { kind: "not_found" };
  }
  const payload = exampleOf(newestSchema(eventType.schemas), index);
  return eventType.schemas !== null && isObject(payload)
    ? { kind: "found", payload }
    : { kind: "no_example" };
}
