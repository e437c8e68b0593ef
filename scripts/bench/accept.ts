import type { LoadResult } from "./load.ts";
import { type Load, perSecond, runtimeCpuMs, type Stage } from "./stage.ts";

const TARGET_RATIO = 0.8;
/** While publishers saturate the accept path, at least this share of what is accepted must be delivered meanwhile. */
const TARGET_SHARE = 1 / 3;

export async function measureAccept(stage: Stage): Promise<void> {
  stage.heading("Accepting: 50 connections, 360-byte payloads, each call with an idempotency key");
  const none = await stage.application(0);
  const one = await stage.warmApplication(1);
  const batched = await stage.application(0);
  await stage.publish({ paths: [none.path], forMs: 1000 });
  await measure(stage, { id: "accept.single.none", title: "no endpoint", load: { paths: [none.path] } });
  await stage.listen();
  const before = await measure(stage, {
    id: "accept.single.one",
    title: "one endpoint",
    load: { paths: [one.path] },
  });
  const meanwhile = await stage.receive.ask("arrivals", null);
  stage.add({
    id: "accept.share",
    title: "  delivered meanwhile, of what was accepted",
    value: meanwhile.delivered / Math.max(1, before.events),
    unit: "share",
    atLeast: TARGET_SHARE,
  });
  const all = await stage.arrived(before.events);
  stage.add({
    id: "accept.backlog.drain",
    title: "  rate at which the rest was delivered afterwards",
    value: perSecond(all.delivered - meanwhile.delivered, before.endedAtMs, all.lastAtMs),
    unit: "events/s",
  });
  const unkeyed = await stage.publish({ paths: [none.path], withKeys: false, forMs: 4000 * stage.pace });
  stage.add({
    id: "accept.single.unkeyed",
    title: "no endpoint, no idempotency key (one row)",
    value: perSecond(unkeyed.events, unkeyed.startedAtMs, unkeyed.endedAtMs),
    unit: "events/s",
  });
  const batch = await stage.publish({
    paths: [`${batched.path}/batch`],
    connections: 10,
    isBatch: true,
    eventsPerCall: 100,
    forMs: 5000 * stage.pace,
  });
  stage.add({
    id: "accept.batch.none",
    title: "no endpoint, 100 events a call, 10 connections",
    value: perSecond(batch.events, batch.startedAtMs, batch.endedAtMs),
    unit: "events/s",
    floor: "floor.accept.batch",
    ratioAtLeast: TARGET_RATIO,
  });
}

async function measure(
  stage: Stage,
  { id, title, load }: { id: string; title: string; load: Load },
): Promise<LoadResult> {
  const { result, spentMs } = await runtimeCpuMs(await stage.server(), () => stage.publish(load));
  stage.add(
    {
      id,
      title,
      value: perSecond(result.events, result.startedAtMs, result.endedAtMs),
      unit: "events/s",
      floor: "floor.accept",
      ratioAtLeast: TARGET_RATIO,
    },
    {
      id: `${id}.p50`,
      title: "  latency p50",
      value: result.latencyMs.p50,
      unit: "ms",
      floor: "floor.accept.p50",
    },
    { id: `${id}.p95`, title: "  latency p95", value: result.latencyMs.p95, unit: "ms" },
    {
      id: `${id}.p99`,
      title: "  latency p99",
      value: result.latencyMs.p99,
      unit: "ms",
      floor: "floor.accept.p99",
    },
    {
      id: `${id}.cpu`,
      title: "  processor time of the runtime per event",
      value: spentMs / Math.max(1, result.events),
      unit: "CPU ms",
      floor: "floor.accept.cpu",
    },
  );
  return result;
}
