import { invariant } from "../../core/invariant.ts";
import { getTask } from "../../store/background-tasks.ts";
import { purgePayloads } from "../../store/task-sources.ts";
import { type TaskStep, writeStep } from "./step.ts";

/** Removes every payload that the application had logged when it was asked for, a chunk a step. */
export const purgeContent: TaskStep = async (ctx, task) => {
  const { appKey, input, cursor } = task;
  invariant(appKey !== null, `purge of no application: ${task.id}`);
  const upTo = Number(input["upTo"]);
  const after = Number(cursor["after"]);
  if (after >= upTo) return writeStep(ctx, { task, status: "finished", cursor, data: task.data });
  const { DB } = ctx.env;
  const isMine = await purgePayloads(DB, { task, appKey, after, upTo, nowMs: Date.now() });
  return isMine ? getTask(DB, task.id) : null;
};
