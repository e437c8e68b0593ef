/** What the cron does every minute: wakes endpoints behind their log, and lets go of what retention has ended. */
import { expiredKeysBelow } from "../core/event-keys.ts";
import {
  MAX_PURGE_CHUNKS_PER_RUN,
  PRUNE_DELETED_AFTER_MS,
  PURGE_APPS_PER_RUN,
  RETENTION_MS,
  SWEEP_CONCURRENCY,
  SWEEP_ENDPOINTS_PER_RUN,
} from "../core/limits/upkeep.ts";
import { endpointStub } from "../delivery/stub.ts";
import { logError, logInfo } from "../log.ts";
import { pruneAuditLog } from "../store/audit-log.ts";
import { type LaggingEndpoint, listForSweep } from "../store/endpoint-status.ts";
import { purgeCalls } from "../store/idempotency.ts";
import {
  expirePayloads,
  listPurgeCandidates,
  purgeEvents,
  purgeIdempotencyKeys,
  readCursor,
  type UpkeepTask,
  writeCursor,
} from "../store/upkeep.ts";
import { judgeAlerts } from "./alerting/alerts.ts";
import { followOperations, noteFailing, sendMails } from "./alerting/incidents.ts";
import type { ServiceContext } from "./context.ts";
import { sampleDeployment } from "./deployment.ts";
import { prune, pruneDeletedApplication } from "./prune.ts";
import { tellHubs } from "./pull/tell-hubs.ts";
import { keepUpTasks } from "./tasks/background-tasks.ts";

export async function runUpkeep(ctx: ServiceContext): Promise<void> {
  await guarded("upkeep.sweep_failed", () => sweep(ctx));
  // After the sweep: what it woke has told by now how it stands.
  await guarded("upkeep.sample_failed", () => sampleDeployment(ctx));
  await guarded("upkeep.hubs_failed", () => tellHubs(ctx));
  await guarded("upkeep.purge_failed", () => purge(ctx));
  await guarded("upkeep.expiry_failed", () => expire(ctx));
  await guarded("upkeep.prune_failed", () => prune(ctx));
  await guarded("upkeep.tasks_failed", () => keepUpTasks(ctx));
  await guarded("upkeep.follow_failed", () => followOperations(ctx));
  await guarded("upkeep.alerts_failed", () => judgeAlerts(ctx));
  await guarded("upkeep.failing_failed", () => noteFailing(ctx));
  await guarded("upkeep.mails_failed", () => sendMails(ctx));
  await guarded("upkeep.audit_failed", () => inChunks(() => pruneAuditLog(ctx.env.DB, ctx.nowMs)));
  await guarded("upkeep.answers_failed", () => inChunks(() => purgeCalls(ctx.env.DB, ctx.nowMs)));
}

async function guarded(event: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logError(event, error);
  }
}

/** Wakes the objects of endpoints that are behind: their hints, or their alarm, were lost. */
export async function sweep(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const [appKey = 0, endpointKey = 0] = (await readCursor(DB, "sweep")) ?? [];
  const page = await listForSweep(DB, {
    after: { appKey, endpointKey },
    limit: SWEEP_ENDPOINTS_PER_RUN,
    nowMs: ctx.nowMs,
  });
  const behind = page.filter((endpoint) => endpoint.behind);
  await wakeAll(ctx, behind);
  const last = page.length === SWEEP_ENDPOINTS_PER_RUN ? page.at(-1) : undefined;
  await moveCursor(ctx, "sweep", {
    from: appKey === 0 ? null : [appKey, endpointKey],
    to: last === undefined ? null : [last.appKey, last.endpointKey],
  });
  if (behind.length > 0) logInfo("upkeep.woke", { endpoints: behind.length });
}

async function wakeAll(ctx: ServiceContext, endpoints: LaggingEndpoint[]): Promise<void> {
  const queue = [...endpoints];
  const worker = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      try {
        await endpointStub(ctx.env, next).settle();
      } catch (error) {
        logError("upkeep.wake_failed", error, { endpoint: next.endpointId });
      }
    }
  };
  await Promise.all(Array.from({ length: SWEEP_CONCURRENCY }, worker));
}

/** Purges a page of applications: of a deleted one the whole log, later all of it; of the others what is past retention. */
export async function purge(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const { nowMs } = ctx;
  const [after = 0] = (await readCursor(DB, "purge-events")) ?? [];
  const page = await listPurgeCandidates(DB, { after, limit: PURGE_APPS_PER_RUN });
  const beforeDay = expiredKeysBelow(nowMs);
  for (const { key, deletedAtMs, oldestEventAtMs } of page) {
    const beforeMs = deletedAtMs === null ? nowMs - RETENTION_MS : nowMs;
    if (deletedAtMs !== null && deletedAtMs < nowMs - PRUNE_DELETED_AFTER_MS) {
      await pruneDeletedApplication(ctx, key);
      continue;
    }
    if (oldestEventAtMs === null) continue;
    if (oldestEventAtMs < beforeMs) await inChunks(() => purgeEvents(DB, { appKey: key, beforeMs }));
    await inChunks(() => purgeIdempotencyKeys(DB, { appKey: key, beforeDay }));
  }
  const last = page.length === PURGE_APPS_PER_RUN ? page.at(-1) : undefined;
  await moveCursor(ctx, "purge-events", {
    from: after === 0 ? null : [after],
    to: last === undefined ? null : [last.key],
  });
}

/** Walks the log for payloads kept for a shorter time than their events. */
export async function expire(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const from = await readCursor(DB, "expire-payloads");
  const [appKey = 0, position = 0] = from ?? [];
  const place = await expirePayloads(DB, { after: { appKey, position }, nowMs: ctx.nowMs });
  await moveCursor(ctx, "expire-payloads", {
    from,
    to: place === null ? null : [place.appKey, place.position],
  });
}

/** One run removes only so much, so that it never holds the database for long. */
async function inChunks(removeChunk: () => Promise<boolean>): Promise<void> {
  for (let chunk = 0; chunk < MAX_PURGE_CHUNKS_PER_RUN; chunk++) if (!(await removeChunk())) return;
}

/** Most runs see everything at once: then there is no cursor, and no row is written. */
async function moveCursor(
  ctx: ServiceContext,
  task: UpkeepTask,
  { from, to }: { from: number[] | null; to: number[] | null },
): Promise<void> {
  if (from === null && to === null) return;
  await writeCursor(ctx.env.DB, { task, cursor: to, nowMs: ctx.nowMs });
}
