import { plainId, TASK_ID_PREFIX } from "../../core/ids.ts";
import { MAX_RUNNING_REPLAYS } from "../../core/limits/tasks.ts";
import type { ReplayData, ReplayFilter, ReplayKind, ReplayOrder } from "../../core/replay.ts";
import { endpointStub } from "../../delivery/stub.ts";
import { logError } from "../../log.ts";
import { insertTask, type Task } from "../../store/background-tasks.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import { positionRange } from "../../store/log-range.ts";
import { endpointAddress } from "../../store/task-sources.ts";
import type { ServiceContext } from "../context.ts";
import { writeStep } from "./step.ts";

export type ReplayRequest = { kind: ReplayKind; sinceMs: number; untilMs: number; filter: ReplayFilter };

export type ReplayOutcome =
  | { kind: "started"; task: Task }
  | { kind: "endpoint_disabled" }
  | { kind: "limit_reached" };

/**
 * Has the endpoint's object read a stretch of the log again. Once this says "started" it will be done: an object that
 * could not be told is told by the upkeep.
 */
export async function startReplay(
  ctx: ServiceContext,
  endpoint: EndpointRecord,
  { kind, sinceMs, untilMs, filter }: ReplayRequest,
): Promise<ReplayOutcome> {
  if (endpoint.disabled) return { kind: "endpoint_disabled" };
  const { env, nowMs } = ctx;
  const { appKey, endpointKey } = endpoint;
  const range = await positionRange(env.DB, { appKey, sinceMs, untilMs });
  const id = plainId(TASK_ID_PREFIX, nowMs, ctx.random);
  const data: ReplayData = {
    messagesSent: 0,
    messagesSkipped: 0,
    progress: { done: 0, total: range.upTo - range.after },
  };
  const fresh = { id, appKey, endpointKey, kind, input: { ...range, filter }, cursor: {}, data };
  const task = await insertTask(env.DB, fresh, { maxRunning: MAX_RUNNING_REPLAYS, nowMs });
  if (task === null) return { kind: "limit_reached" };
  await tellObject(ctx, endpoint, { taskId: id, kind, filter, ...range });
  return { kind: "started", task };
}

/** Of one that nothing has been heard of for a while: its object may never have been told. */
export async function resumeReplay(ctx: ServiceContext, task: Task): Promise<void> {
  const { id: taskId, kind, appKey, endpointKey, cursor, data } = task;
  const endpoint =
    appKey === null || endpointKey === null
      ? null
      : await endpointAddress(ctx.env.DB, { appKey, endpointKey });
  if (endpoint === null) {
    await writeStep(ctx, {
      task,
      status: "failed",
      cursor,
      data: { ...data, error: "The endpoint is gone" },
    });
    return;
  }
  const { after, upTo, filter } = task.input as Omit<ReplayOrder, "taskId" | "kind">;
  await tellObject(ctx, endpoint, { taskId, kind: kind as ReplayKind, after, upTo, filter });
}

async function tellObject(
  { env }: ServiceContext,
  endpoint: { appKey: number; endpointId: string },
  order: ReplayOrder,
): Promise<void> {
  try {
    await endpointStub(env, endpoint).replay(order);
  } catch (error) {
    logError("replay.start_failed", error, { endpoint: endpoint.endpointId, task: order.taskId });
  }
}
