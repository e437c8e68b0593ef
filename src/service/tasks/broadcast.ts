import { messageId } from "../../core/ids.ts";
import { inTurn } from "../../core/in-turn.ts";
import { BROADCAST_FAN_OUT } from "../../core/limits/tasks.ts";
import type { NewEvent } from "../../store/event-append.ts";
import type { TaskApp } from "../../store/task-sources.ts";
import { hashToken } from "../access/tokens.ts";
import type { ServiceContext } from "../context.ts";
import { acceptChecked } from "../messages/accept-checked.ts";
import { overApps } from "./apps.ts";

/** What every application is sent. */
export type BroadcastInput = Pick<
  NewEvent,
  "eventType" | "eventId" | "channels" | "payloadExpiresAtMs" | "payload"
>;

type Sent = { created: { appId: string; msgId: string } } | { failed: { appId: string; reason: string } };

/**
 * Publishes the message in every application. An event of a broadcast without an event id gets the task's id for one:
 * like this a step done twice finds its events instead of making others, however long it was between.
 */
export const broadcast = overApps(async (ctx, task, apps) => {
  const input = task.input as BroadcastInput;
  const sent: Sent[] = [];
  await inTurn(apps, BROADCAST_FAN_OUT, async (app) => {
    const idempotencyHash = await hashToken(`${task.id}\n${app.id}`);
    const eventId = input.eventId ?? task.id;
    sent.push(await publish(ctx, app, { ...input, eventId, idempotencyHash, tags: null, deliverAtMs: null }));
  });
  return {
    messagesCreated: sent.flatMap((one) => ("created" in one ? [one.created] : [])),
    messagesFailed: sent.flatMap((one) => ("failed" in one ? [one.failed] : [])),
  };
});

async function publish(ctx: ServiceContext, { id: appId }: TaskApp, event: NewEvent): Promise<Sent> {
  const events = [{ event, payload: JSON.parse(event.payload) }];
  const accepted = await acceptChecked(ctx, { application: appId, implicit: null, events });
  if (accepted.kind === "unavailable") throw new Error("the event log cannot take the message now");
  if (accepted.kind === "no-application") return { failed: { appId, reason: "The application is gone" } };
  await accepted.tell();
  const [result] = accepted.results;
  if (result?.kind === "unfit")
    return { failed: { appId, reason: "The payload does not fit the event type's schema" } };
  if (result === undefined || result.kind === "conflict") {
    return { failed: { appId, reason: "A message with this event id already exists" } };
  }
  const { position, createdAtMs } = result.event;
  return { created: { appId, msgId: messageId({ appKey: accepted.appKey, position, createdAtMs }) } };
}
