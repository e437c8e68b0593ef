/** What the steps of background tasks have in common. */
import {
  joinedLists,
  type TaskLists,
  type TaskProgress,
  type TaskStatus,
} from "../../core/background-task.ts";
import { MAX_TOLD_TASK_CHARS } from "../../core/limits/tasks.ts";
import { type Advance, advanceTask, type Task, withResults } from "../../store/background-tasks.ts";
import type { ServiceContext } from "../context.ts";
import { tellOperational } from "../operational.ts";

/**
 * Does the next step of a running task and writes it. The task as it is then; null: somebody else has done the step. It
 * may be done twice, after a crash or by two at the same time, so what it does must be the same the second time.
 */
export type TaskStep = (ctx: ServiceContext, task: Task) => Promise<Task | null>;

/** Writes a step; of the last one the operational log is told first, so that no crash can keep it from being told. */
export async function writeStep(
  ctx: ServiceContext,
  step: Pick<Advance, "task" | "cursor" | "data"> & {
    status: TaskStatus;
    lists?: TaskLists;
  },
): Promise<Task | null> {
  const { task, status, data, lists = {} } = step;
  if (status !== "running") await tellEnd(ctx, { task, status, data, lists });
  return advanceTask(ctx.env.DB, { ...step, lists, nowMs: Date.now() });
}

async function tellEnd(
  ctx: ServiceContext,
  end: { task: Task; status: TaskStatus; data: Record<string, unknown>; lists: TaskLists },
): Promise<void> {
  const { id, kind, resultChars } = end.task;
  const isShort = resultChars + JSON.stringify(end.lists).length <= MAX_TOLD_TASK_CHARS;
  const [view] = isShort ? await withResults(ctx.env.DB, [end.task]) : [];
  const data = { ...end.data, ...(isShort ? joinedLists(view?.lists ?? {}, end.lists) : {}) };
  await tellOperational(ctx, [
    {
      id: `background_task.finished.${id}`,
      event: { type: "background_task.finished", data: { taskId: id, task: kind, status: end.status, data } },
    },
  ]);
}

export function progressOf(task: Task): TaskProgress {
  const progress = task.data["progress"] as Partial<TaskProgress> | undefined;
  return { done: progress?.done ?? 0, total: progress?.total ?? 0 };
}
