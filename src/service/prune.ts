/** Upkeep of what was deleted or has ended: its rows go when retention ends (attempts stay readable until then). */
import { hashSliceAt } from "../core/hash-slices.ts";
import { PRUNE_DELETED_AFTER_MS, RETENTION_MS } from "../core/limits/upkeep.ts";
import { pruneApplication, pruneEndpoints, pruneKeys, pruneLog } from "../store/prune.ts";
import type { ServiceContext } from "./context.ts";
import { goOn, inChunks } from "./piecemeal.ts";

/** Removes the next deleted endpoints, and the keys and tokens of the slice whose turn it is. */
export async function prune(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  await goOn(ctx, "prune-endpoints", async ([appKey = 0, endpointKey = 0]) => {
    const beforeMs = ctx.nowMs - PRUNE_DELETED_AFTER_MS;
    const place = await pruneEndpoints(DB, { after: { appKey, endpointKey }, beforeMs });
    return place === null ? null : [place.appKey, place.endpointKey];
  });
  const slice = hashSliceAt(ctx.nowMs);
  await inChunks(() => pruneKeys(DB, { ...slice, beforeMs: ctx.nowMs - RETENTION_MS }));
}

/** Removes an application deleted long ago, once its log is gone. */
export async function pruneDeletedApplication(ctx: ServiceContext, appKey: number): Promise<void> {
  const { DB } = ctx.env;
  const isEmpty = await inChunks(() => pruneLog(DB, appKey));
  if (isEmpty) await pruneApplication(DB, appKey);
}
