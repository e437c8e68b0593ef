import { startTask } from "../../service/tasks/background-tasks.ts";
import type { Task } from "../../store/background-tasks.ts";
import type { HttpContext } from "../app-env.ts";
import { ApiError } from "../errors.ts";

/** Begins a task, and works on it after the answer: a small one is done within a moment. */
export async function beginTask(c: HttpContext, task: Parameters<typeof startTask>[1]): Promise<Task> {
  const started = await startTask(c.get("services"), task);
  if (started === "limit_reached") {
    throw new ApiError("limit_reached", "Too many tasks of this kind run already");
  }
  c.executionCtx.waitUntil(started.run());
  return started.task;
}
