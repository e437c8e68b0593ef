/**
 * Work that runs on after its call was answered: begun by the call itself, gone on with by the upkeep until it is done.
 * Replays are tasks too, run by the objects of their endpoints (./replay.ts).
 */
import type { TaskKind } from "../../core/background-task.ts";
import { plainId, TASK_ID_PREFIX } from "../../core/ids.ts";
import {
  MAX_RESUMED_TASKS,
  MAX_RUNNING_TASKS,
  TASK_GIVE_UP_MS,
  TASK_RUN_MS,
  TASK_STALE_MS,
  TASK_STEPS_A_RUN,
} from "../../core/limits/tasks.ts";
import { RETENTION_MS } from "../../core/limits/upkeep.ts";
import { logError } from "../../log.ts";
import {
  getTask,
  insertTask,
  listStaleTasks,
  type NewTask,
  purgeTasks,
  type Task,
} from "../../store/background-tasks.ts";
import { isDatabaseUnavailable } from "../../store/failures.ts";
import type { ServiceContext } from "../context.ts";
import { countAttempts } from "./app-stats.ts";
import { broadcast } from "./broadcast.ts";
import { listSubscribed } from "./event-type-usage.ts";
import { purgeContent } from "./purge-content.ts";
import { resumeReplay } from "./replay.ts";
import { type TaskStep, writeStep } from "./step.ts";

/** Kinds that steps are made of. */
const STEPS = {
  "application.stats": countAttempts,
  "message.broadcast": broadcast,
  "event-type.aggregate": listSubscribed,
  "application.purge_content": purgeContent,
} as const satisfies Partial<Record<TaskKind, TaskStep>>;

type SteppedKind = keyof typeof STEPS;

export type StartedTask = { task: Task; run: () => Promise<void> };

/** Writes the task down: from then on it will be done. `run` does what can be done at once, and never throws. */
export async function startTask(
  ctx: ServiceContext,
  task: Pick<NewTask, "appKey" | "input" | "cursor" | "data"> & { kind: SteppedKind },
): Promise<StartedTask | "limit_reached"> {
  const { nowMs, env } = ctx;
  const id = plainId(TASK_ID_PREFIX, nowMs, ctx.random);
  const fresh = { ...task, id, endpointKey: null };
  const started = await insertTask(env.DB, fresh, { maxRunning: MAX_RUNNING_TASKS, nowMs });
  if (started === null) return "limit_reached";
  return { task: started, run: () => runTask(ctx, started) };
}

/** Goes on with tasks that nobody works on, and forgets old ones. */
export async function keepUpTasks(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const beforeMs = ctx.nowMs - TASK_STALE_MS;
  const endAtMs = Date.now() + TASK_RUN_MS;
  for (const task of await listStaleTasks(DB, { beforeMs, limit: MAX_RESUMED_TASKS })) {
    if (Date.now() >= endAtMs) break;
    if (isStepped(task.kind)) await runTask(ctx, task, endAtMs);
    else await resumeReplay(ctx, task);
  }
  await purgeTasks(DB, ctx.nowMs - RETENTION_MS);
}

function isStepped(kind: TaskKind): kind is SteppedKind {
  return kind in STEPS;
}

async function runTask(ctx: ServiceContext, task: Task, endAtMs = Date.now() + TASK_RUN_MS): Promise<void> {
  const step = isStepped(task.kind) ? STEPS[task.kind] : null;
  let current: Task | null = task;
  try {
    for (let steps = 0; step !== null && steps < TASK_STEPS_A_RUN && Date.now() < endAtMs; steps++) {
      current = await step(ctx, current);
      if (current?.status !== "running") return;
    }
  } catch (error) {
    logError("task.step_failed", error, { task: task.id });
    if (!isDatabaseUnavailable(error)) await giveUpIfHopeless(ctx, task.id);
  }
}

/** What failed now may go well in a minute, but not for ever. */
async function giveUpIfHopeless(ctx: ServiceContext, id: string): Promise<void> {
  try {
    const task = await getTask(ctx.env.DB, id);
    if (task?.status !== "running" || Date.now() - task.updatedAtMs < TASK_GIVE_UP_MS) return;
    const data = { ...task.data, error: "Its steps kept failing" };
    await writeStep(ctx, { task, status: "failed", cursor: task.cursor, data });
  } catch (error) {
    logError("task.step_failed", error, { task: id });
  }
}
