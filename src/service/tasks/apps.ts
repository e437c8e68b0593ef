/** Tasks that walk over applications, a page a step. */
import type { TaskLists } from "../../core/background-task.ts";
import { TASK_APPS_A_STEP } from "../../core/limits/tasks.ts";
import type { Task } from "../../store/background-tasks.ts";
import { listTaskApps, type TaskApp, type TaskApps } from "../../store/task-sources.ts";
import type { ServiceContext } from "../context.ts";
import { progressOf, type TaskStep, writeStep } from "./step.ts";

/** Which applications the task is about. */
function appsOf({ input, createdAtMs }: Pick<Task, "input" | "createdAtMs">): TaskApps {
  const only = input["appIds"];
  return { only: Array.isArray(only) ? only.map(String) : null, untilMs: createdAtMs };
}

type Page = (ctx: ServiceContext, task: Task, apps: readonly TaskApp[]) => Promise<TaskLists>;

/** A step over the next page of applications; `work` says what it found of them, as lists by name. */
export function overApps(work: Page): TaskStep {
  return async (ctx, task) => {
    const after = String(task.cursor["after"] ?? "");
    const page = { after, limit: TASK_APPS_A_STEP };
    const apps = await listTaskApps(ctx.env.DB, appsOf(task), page);
    const lists = apps.length === 0 ? {} : await work(ctx, task, apps);
    const { done, total } = progressOf(task);
    const isLast = apps.length < TASK_APPS_A_STEP;
    const progress = { done: done + apps.length, total: isLast ? done + apps.length : total };
    return writeStep(ctx, {
      task,
      status: isLast ? "finished" : "running",
      cursor: { after: apps.at(-1)?.id ?? after },
      data: { ...task.data, progress },
      lists,
    });
  };
}
