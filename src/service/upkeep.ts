/** What the cron does every minute: wakes endpoints behind their log, and lets go of what retention has ended. */
import { expiredKeysBelow } from "../core/event-keys.ts";
import { inTurn } from "../core/in-turn.ts";
import {
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
  type PurgeCandidate,
  purgeEvents,
  purgeIdempotencyKeys,
} from "../store/upkeep.ts";
import { judgeAlerts } from "./alerting/alerts.ts";
import { followOperations, noteFailing, sendMails } from "./alerting/incidents.ts";
import type { ServiceContext } from "./context.ts";
import { sampleDeployment } from "./deployment.ts";
import { goOn, inChunks } from "./piecemeal.ts";
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

async function guarded(event: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    logError(event, error);
  }
}

/** Wakes the objects of endpoints that are behind: their hints, or their alarm, were lost. */
function sweep(ctx: ServiceContext): Promise<void> {
  return goOn(ctx, "sweep", async ([appKey = 0, endpointKey = 0]) => {
    const page = await listForSweep(ctx.env.DB, {
      after: { appKey, endpointKey },
      limit: SWEEP_ENDPOINTS_PER_RUN,
      nowMs: ctx.nowMs,
    });
    const behind = page.filter((endpoint) => endpoint.behind);
    await wakeAll(ctx, behind);
    if (behind.length > 0) logInfo("upkeep.woke", { endpoints: behind.length });
    const last = page.length === SWEEP_ENDPOINTS_PER_RUN ? page.at(-1) : undefined;
    return last === undefined ? null : [last.appKey, last.endpointKey];
  });
}

async function wakeAll(ctx: ServiceContext, endpoints: LaggingEndpoint[]): Promise<void> {
  await inTurn(endpoints, SWEEP_CONCURRENCY, async (endpoint) => {
    try {
      await endpointStub(ctx.env, endpoint).settle();
    } catch (error) {
      logError("upkeep.wake_failed", error, { endpoint: endpoint.endpointId });
    }
  });
}

/** Purges a page of applications: of a deleted one the whole log, later all of it; of the others what is past retention. */
function purge(ctx: ServiceContext): Promise<void> {
  return goOn(ctx, "purge-events", async ([after = 0]) => {
    const page = await listPurgeCandidates(ctx.env.DB, { after, limit: PURGE_APPS_PER_RUN });
    for (const candidate of page) await purgeApplication(ctx, candidate);
    const last = page.length === PURGE_APPS_PER_RUN ? page.at(-1) : undefined;
    return last === undefined ? null : [last.key];
  });
}

async function purgeApplication(
  ctx: ServiceContext,
  { key: appKey, deletedAtMs, oldestEventAtMs }: PurgeCandidate,
): Promise<void> {
  const { nowMs } = ctx;
  const { DB } = ctx.env;
  if (deletedAtMs !== null && deletedAtMs < nowMs - PRUNE_DELETED_AFTER_MS) {
    return pruneDeletedApplication(ctx, appKey);
  }
  if (oldestEventAtMs === null) return;
  const beforeMs = deletedAtMs === null ? nowMs - RETENTION_MS : nowMs;
  if (oldestEventAtMs < beforeMs) await inChunks(() => purgeEvents(DB, { appKey, beforeMs }));
  const beforeDay = expiredKeysBelow(nowMs);
  await inChunks(() => purgeIdempotencyKeys(DB, { appKey, beforeDay }));
}

/** Walks the log for payloads kept for a shorter time than their events. */
function expire(ctx: ServiceContext): Promise<void> {
  return goOn(ctx, "expire-payloads", async ([appKey = 0, position = 0]) => {
    const place = await expirePayloads(ctx.env.DB, { after: { appKey, position }, nowMs: ctx.nowMs });
    return place === null ? null : [place.appKey, place.position];
  });
}
