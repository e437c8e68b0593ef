/** Work of the upkeep that is done piece by piece: one run does only so much, and never holds the database for long. */
import { MAX_PURGE_CHUNKS_PER_RUN } from "../core/limits/upkeep.ts";
import { readCursor, type UpkeepTask, writeCursor } from "../store/upkeep.ts";
import type { ServiceContext } from "./context.ts";

/** Removes chunk after chunk until nothing is left, or the run has done enough; whether nothing is left. */
export async function inChunks(removeChunk: () => Promise<boolean>): Promise<boolean> {
  for (let chunk = 0; chunk < MAX_PURGE_CHUNKS_PER_RUN; chunk++) if (!(await removeChunk())) return true;
  return false;
}

/**
 * Goes on with a walk from where the last run came to; `walk` says where it has come to now, null: to the end. Most runs
 * see everything at once: then there is no cursor, and no row is written.
 */
export async function goOn(
  ctx: ServiceContext,
  task: UpkeepTask,
  walk: (from: number[]) => Promise<number[] | null>,
): Promise<void> {
  const { DB } = ctx.env;
  const from = await readCursor(DB, task);
  const to = await walk(from ?? []);
  if (from !== null || to !== null) await writeCursor(DB, { task, cursor: to, nowMs: ctx.nowMs });
}
