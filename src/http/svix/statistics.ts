import { createRoute } from "@hono/zod-openapi";
import {
  AggregateEventTypesOut,
  AppUsageStatsIn,
  AppUsageStatsOut,
  toTaskStart,
} from "../../contract/background-tasks.ts";
import { countTaskApps, resolveApps } from "../../store/task-sources.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { invalidAt } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse } from "../openapi.ts";
import { beginTask } from "./begin-task.ts";

const tags = ["Statistics"];

const appStats = createRoute({
  method: "post",
  path: "/api/v1/stats/usage/app",
  tags,
  operationId: "v1.statistics.aggregate-app-stats",
  summary: "Count the attempts made for each application, as a background task",
  request: { body: jsonBody(AppUsageStatsIn) },
  responses: { 202: jsonResponse(AppUsageStatsOut, "Begun, as a background task"), ...FAILURES },
});

const eventTypes = createRoute({
  method: "put",
  path: "/api/v1/stats/usage/event-types",
  tags,
  operationId: "v1.statistics.aggregate-event-types",
  summary: "List the event types that each application's endpoints ask for, as a background task",
  responses: { 202: jsonResponse(AggregateEventTypesOut, "Begun, as a background task"), ...FAILURES },
});

/** Both answer with a task that will hold the figures (reference svix.md §1.7). */
export function registerStatistics(app: HttpApp): void {
  app.openapi(appStats, async (c) => {
    requirePublisher(c);
    const { since, until, appIds } = c.req.valid("json");
    if (since >= until) throw invalidAt(["body", "until"], "must be after since");
    const { env, nowMs } = c.get("services");
    const resolved = appIds == null ? null : await resolveApps(env.DB, appIds);
    if (resolved?.size === 0) throw invalidAt(["body", "appIds"], "none of them is an application");
    const only = resolved === null ? null : [...new Set(resolved.values())];
    const total = await countTaskApps(env.DB, { only, untilMs: nowMs });
    const task = await beginTask(c, {
      kind: "application.stats",
      appKey: null,
      input: { sinceMs: since, untilMs: until, appIds: only },
      cursor: { after: "" },
      data: { progress: { done: 0, total } },
    });
    const unresolvedAppIds = [...new Set(appIds ?? [])].filter((name) => !resolved?.has(name));
    return c.json({ ...toTaskStart(task), unresolvedAppIds }, 202);
  });

  app.openapi(eventTypes, async (c) => {
    requirePublisher(c);
    const { env, nowMs } = c.get("services");
    const total = await countTaskApps(env.DB, { only: null, untilMs: nowMs });
    const task = await beginTask(c, {
      kind: "event-type.aggregate",
      appKey: null,
      input: {},
      cursor: { after: "" },
      data: { progress: { done: 0, total } },
    });
    return c.json(toTaskStart(task), 202);
  });
}
