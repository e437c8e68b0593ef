import { BY_HAND_CHANNEL } from "../../core/matching.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { acceptEvents } from "./accept-events.ts";
import { type ResendOutcome, resend } from "./resend.ts";

export type HandEvent = {
  /** Id of the application. */
  application: string;
  eventType: string;
  /** JSON text. */
  payload: string;
};

export type SendByHandOutcome =
  | { kind: "queued"; appKey: number; position: number; createdAtMs: number }
  | { kind: Exclude<ResendOutcome, "queued"> }
  | { kind: "not_found" }
  | { kind: "unavailable" };

/**
 * Logs an event that is for one endpoint alone, whatever any endpoint subscribes to, and has it sent once, outside the
 * schedule. The event is in the log like any other, so its attempt is found and can be repeated.
 */
export async function sendByHand(
  ctx: ServiceContext,
  endpoint: EndpointRecord,
  { application, eventType, payload }: HandEvent,
): Promise<SendByHandOutcome> {
  if (endpoint.disabled) return { kind: "endpoint_disabled" };
  const accepted = await acceptEvents(ctx, {
    application,
    implicit: null,
    // Not a payload of the publisher's: its schema says nothing about this one.
    checked: true,
    events: [
      {
        eventType,
        eventId: null,
        channels: [BY_HAND_CHANNEL],
        tags: null,
        deliverAtMs: null,
        payloadExpiresAtMs: null,
        payload,
        idempotencyHash: null,
      },
    ],
  });
  if (accepted.kind === "no-application") return { kind: "not_found" };
  const result = accepted.kind === "accepted" ? accepted.results[0] : undefined;
  if (accepted.kind !== "accepted" || result?.kind !== "appended") return { kind: "unavailable" };
  const outcome = await resend(ctx, result.event, endpoint);
  if (outcome !== "queued") return { kind: outcome };
  const { position, createdAtMs } = result.event;
  return { kind: "queued", appKey: accepted.appKey, position, createdAtMs };
}
