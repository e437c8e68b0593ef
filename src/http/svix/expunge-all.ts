import { createRoute } from "@hono/zod-openapi";
import { AppPath } from "../../contract/applications.ts";
import { ExpungeAllContentsOut, toTaskStart } from "../../contract/background-tasks.ts";
import { positionRange } from "../../store/log-range.ts";
import type { HttpApp } from "../app-env.ts";
import { requireApp, requirePublisher } from "../auth.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { beginTask } from "./begin-task.ts";

const route = createRoute({
  method: "post",
  path: "/api/v1/app/{app_id}/msg/expunge-all-contents",
  tags: ["Message"],
  operationId: "v1.message.expunge-all-contents",
  summary: "Forget the payloads of all messages the application has by now",
  request: { params: AppPath },
  responses: { 202: jsonResponse(ExpungeAllContentsOut, "Begun, as a background task"), ...FAILURES },
});

/** Of what has not been sent by then nothing is sent any more (reference svix.md §2.13). */
export function registerExpungeAll(app: HttpApp): void {
  app.openapi(route, async (c) => {
    requirePublisher(c);
    const { key: appKey } = await requireApp(c);
    const { DB } = c.get("services").env;
    const range = await positionRange(DB, { appKey, sinceMs: 0, untilMs: Number.MAX_SAFE_INTEGER });
    const task = await beginTask(c, {
      kind: "application.purge_content",
      appKey,
      input: range,
      cursor: { after: range.after },
      data: { messagesPurged: 0, progress: { done: 0, total: range.upTo - range.after } },
    });
    return c.json(toTaskStart(task), 202);
  });
}
