import { createRoute } from "@hono/zod-openapi";
import {
  BackgroundTaskList,
  BackgroundTaskOut,
  ListTasksQuery,
  TaskPath,
  toTaskOut,
} from "../../contract/background-tasks.ts";
import { idPattern, TASK_ID_PREFIX } from "../../core/ids.ts";
import { MAX_PAGE_PAYLOAD_BYTES } from "../../core/limits/requests.ts";
import { scanOf } from "../../core/page.ts";
import { getTask, listTasks, type Task, withResults } from "../../store/background-tasks.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { notFoundError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { page, pageRequest } from "../pages.ts";

const tags = ["Background task"];
const path = "/api/v1/background-task";

const list = createRoute({
  method: "get",
  path,
  tags,
  operationId: "v1.background-task.list",
  summary: "List the background tasks of the last 90 days, newest first",
  request: { query: ListTasksQuery },
  responses: { 200: jsonResponse(BackgroundTaskList, "A page of tasks"), ...FAILURES },
});

const get = createRoute({
  method: "get",
  path: `${path}/{task_id}`,
  tags,
  operationId: "v1.background-task.get",
  summary: "Get a background task, with how far it is and what it has found",
  request: { params: TaskPath },
  responses: { 200: jsonResponse(BackgroundTaskOut, "The task"), ...FAILURES },
});

/** `/api/v1/background-task` (reference svix.md §1.9). A consumer sees the tasks of its own application. */
export function registerBackgroundTasks(app: HttpApp): void {
  app.openapi(list, async (c) => {
    const query = c.req.valid("query");
    const request = pageRequest(query, { defaultOrder: "descending", idPattern: idPattern(TASK_ID_PREFIX) });
    const { DB } = c.get("services").env;
    const { status = null, task: kind = null } = query;
    const found = await listTasks(DB, { appKey: appKeyOf(c), status, kind, scan: scanOf(request) });
    const wanted = found.slice(0, request.limit);
    const kept = fitting(wanted);
    const views = await withResults(DB, kept);
    const body = page(views, request, { idOf: ({ id }) => id, toDto: toTaskOut });
    return c.json({ ...body, done: found.length === kept.length }, 200);
  });

  app.openapi(get, async (c) => {
    const { DB } = c.get("services").env;
    const task = await getTask(DB, c.req.valid("param").task_id);
    const appKey = appKeyOf(c);
    if (task === null || (appKey !== null && task.appKey !== appKey)) throw notFoundError();
    const [view] = await withResults(DB, [task]);
    if (view === undefined) throw notFoundError();
    return c.json(toTaskOut(view), 200);
  });
}

function appKeyOf(c: HttpContext): number | null {
  const principal = c.get("principal");
  return principal.kind === "consumer" ? principal.appKey : null;
}

/** Some tasks find much: a page of such is cut into more pages, of one task at least. */
function fitting(tasks: readonly Task[]): Task[] {
  let chars = 0;
  return tasks.filter(({ resultChars }, index) => {
    chars += resultChars;
    return index === 0 || chars <= MAX_PAGE_PAYLOAD_BYTES;
  });
}
