/** Upkeep of what was deleted or has ended: its rows go when retention ends (attempts stay readable until then). */
import { hashSliceAt } from "../core/hash-slices.ts";
import { MAX_PURGE_CHUNKS_PER_RUN, PRUNE_DELETED_AFTER_MS, RETENTION_MS } from "../core/limits/upkeep.ts";
import { pruneApplication, pruneEndpoints, pruneKeys, pruneLog } from "../store/prune.ts";
import { readCursor, writeCursor } from "../store/upkeep.ts";
import type { ServiceContext } from "./context.ts";

/** Removes the next deleted endpoints, and the keys and tokens of the slice whose turn it is. */
export async function prune(ctx: ServiceContext): Promise<void> {
  const { DB } = ctx.env;
  const from = await readCursor(DB, "prune-endpoints");
  const [appKey = 0, endpointKey = 0] = from ?? [];
  const place = await pruneEndpoints(DB, {
    after: { appKey, endpointKey },
    beforeMs: ctx.nowMs - PRUNE_DELETED_AFTER_MS,
  });
  if (from !== null || place !== null) {
    const cursor = place === null ? null : [place.appKey, place.endpointKey];
    await writeCursor(DB, { task: "prune-endpoints", cursor, nowMs: ctx.nowMs });
  }
  const slice = hashSliceAt(ctx.nowMs);
  for (let chunk = 0; chunk < MAX_PURGE_CHUNKS_PER_RUN; chunk++) {
    if (!(await pruneKeys(DB, { ...slice, beforeMs: ctx.nowMs - RETENTION_MS }))) return;
  }
}

/** Removes an application deleted long ago, once its log is gone. */
export async function pruneDeletedApplication(ctx: ServiceContext, appKey: number): Promise<void> {
  const { DB } = ctx.env;
  for (let chunk = 0; chunk < MAX_PURGE_CHUNKS_PER_RUN; chunk++) {
    if (!(await pruneLog(DB, appKey))) return pruneApplication(DB, appKey);
  }
}
