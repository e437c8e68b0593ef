import { inTurn } from "../../core/in-turn.ts";
import { MAX_TOLD_HUBS, SWEEP_CONCURRENCY } from "../../core/limits/upkeep.ts";
import { tellHub } from "../../feed/stub.ts";
import { type GrownLog, listUntold, rememberTold } from "../../store/live-applications.ts";
import type { ServiceContext } from "../context.ts";

/**
 * Who appends tells the hub; when that was lost, a hub that sleeps with open sockets would never know. Where nothing was
 * appended nobody is woken: an application whose agents only wait costs two rows read.
 */
export async function tellHubs({ env }: ServiceContext): Promise<void> {
  const untold = await listUntold(env.DB, MAX_TOLD_HUBS);
  const told: GrownLog[] = [];
  await inTurn(untold, SWEEP_CONCURRENCY, async (grown) => {
    if (await tellHub(env, grown.appKey, grown.head)) told.push(grown);
  });
  await rememberTold(env.DB, told);
}
