import { EVERY_ATTEMPT } from "../../core/attempt-log.ts";
import { inTurn } from "../../core/in-turn.ts";
import { ENDPOINT_FAN_OUT } from "../../core/limits/requests.ts";
import { MAX_COUNT_CALLS } from "../../core/limits/tasks.ts";
import { endpointStub } from "../../delivery/stub.ts";
import { type CountedEndpoint, listCountedEndpoints, type TaskApp } from "../../store/task-sources.ts";
import type { ServiceContext } from "../context.ts";
import { overApps } from "./apps.ts";

type Range = { sinceMs: number; untilMs: number };

/** How many attempts were made for each application, as its endpoints' own logs say (reference svix.md §1.7). */
export const countAttempts = overApps(async (ctx, { input }, apps) => {
  const range = { sinceMs: Number(input["sinceMs"]), untilMs: Number(input["untilMs"]) };
  const appStats: unknown[] = [];
  for (const app of apps) appStats.push(await statsOf(ctx, app, range));
  return { appStats };
});

async function statsOf(ctx: ServiceContext, app: TaskApp, range: Range): Promise<unknown> {
  let messageDestinations = 0;
  let approximated = false;
  const endpoints = await listCountedEndpoints(ctx.env.DB, app.key);
  await inTurn(endpoints, ENDPOINT_FAN_OUT, async (endpoint) => {
    if (hasMadeNone(endpoint, range)) return;
    const counter = { callsLeft: MAX_COUNT_CALLS, approximated: false };
    messageDestinations += await countWithin(ctx, endpoint, { ...range, counter });
    approximated ||= counter.approximated;
  });
  const isExact = approximated ? { approximated } : {};
  return { messageDestinations, appId: app.id, appUid: app.uid, ...isExact };
}

/** Its status says so: no need to wake its object. */
function hasMadeNone({ attempts, saidAtMs }: CountedEndpoint, { untilMs }: Range): boolean {
  return attempts === 0 && saidAtMs >= untilMs;
}

type Counting = Range & { counter: { callsLeft: number; approximated: boolean } };

/** An object counts only so many rows at once: a longer range is halved until it answers exactly. */
async function countWithin(
  ctx: ServiceContext,
  endpoint: CountedEndpoint,
  { sinceMs, untilMs, counter }: Counting,
): Promise<number> {
  const filter = { ...EVERY_ATTEMPT, afterMs: sinceMs, beforeMs: untilMs };
  counter.callsLeft--;
  const { count, approximated } = await endpointStub(ctx.env, endpoint).countAttempts(filter);
  if (!approximated) return count;
  const middleMs = Math.floor((sinceMs + untilMs) / 2);
  if (counter.callsLeft < 2 || middleMs === sinceMs) {
    counter.approximated = true;
    return count;
  }
  const later = await countWithin(ctx, endpoint, { sinceMs: middleMs, untilMs, counter });
  return later + (await countWithin(ctx, endpoint, { sinceMs, untilMs: middleMs, counter }));
}
