import { MessageBroadcastIn, MessageBroadcastOut, toTaskStart } from "../../contract/background-tasks.ts";
import { MAX_MESSAGE_BODY_BYTES } from "../../core/limits/publishing.ts";
import type { BroadcastInput } from "../../service/tasks/broadcast.ts";
import { countTaskApps } from "../../store/task-sources.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { schemaFailure } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { beginTask } from "./begin-task.ts";
import { expiryOf, payloadText, readPublish } from "./publish.ts";

const tags = ["Message"];
const path = "/api/v1/msg/broadcast";
const route = {
  method: "post",
  path,
  tags,
  operationId: "v1.message.broadcast",
  summary: "Publish a message in every application, as a background task",
  request: { body: jsonBody(MessageBroadcastIn) },
  responses: { 202: jsonResponse(MessageBroadcastOut, "Begun, as a background task"), ...FAILURES },
} as const;

/** One message for all (reference svix.md §1.18). */
export function registerBroadcast(app: HttpApp): void {
  // Reads its body itself: the payload is kept as text, so no framework may parse it first.
  app.openAPIRegistry.registerPath(route);
  app.post(path, async (c) => {
    requirePublisher(c);
    const publish = await readPublish(c, MAX_MESSAGE_BODY_BYTES);
    const message = MessageBroadcastIn.safeParse(publish.json);
    if (!message.success) throw schemaFailure("json", message.error.issues);
    const { eventType, eventId, channels } = message.data;
    const { env, nowMs } = c.get("services");
    const input: BroadcastInput = {
      eventType,
      eventId: eventId ?? null,
      channels: channels ?? null,
      payloadExpiresAtMs: expiryOf(message.data, nowMs),
      payload: payloadText(publish.text, { start: 0, end: publish.text.length }),
    };
    const total = await countTaskApps(env.DB, { only: null, untilMs: nowMs });
    const task = await beginTask(c, {
      kind: "message.broadcast",
      appKey: null,
      input,
      cursor: { after: "" },
      data: { progress: { done: 0, total } },
    });
    return c.json(toTaskStart(task), 202);
  });
}
