import { MAX_TOLD_HUBS, SWEEP_CONCURRENCY } from "../../core/limits/upkeep.ts";
import { tellHub } from "../../feed/stub.ts";
import { type GrownLog, listUntold, rememberTold } from "../../store/live-applications.ts";
import type { ServiceContext } from "../context.ts";

/**
 * Who appends tells the hub; when that was lost, a hub that sleeps with open sockets would never know. Where nothing was
 * appended nobody is woken: an application whose agents only wait costs two rows read.
 */
export async function tellHubs({ env }: ServiceContext): Promise<void> {
  const queue = await listUntold(env.DB, MAX_TOLD_HUBS);
  const told: GrownLog[] = [];
  const worker = async () => {
    for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
      if (await tellHub(env, next.appKey, next.head)) told.push(next);
    }
  };
  await Promise.all(Array.from({ length: SWEEP_CONCURRENCY }, worker));
  await rememberTold(env.DB, told);
}
