import { latencyFigures, measureLatencyAt } from "./latency.ts";
import { residentMiB } from "./server-process.ts";
import type { Stage } from "./stage.ts";

const SLOW_MS = 1000;
const FLOOD_CALLS = 100;
const EVENTS_PER_CALL = 100;
const PER_SECOND = 50;

/** One application has 10,000 events waiting for a slow endpoint: what another notices of it, and the memory it takes. */
export async function measureOverload(stage: Stage): Promise<void> {
  stage.heading("Overload: 10,000 events of another application wait for an endpoint that needs a second");
  const quiet = await stage.warmApplication(1);
  const flooding = await stage.warmApplication(1);
  const forMs = 5000 * stage.pace;
  const before = await measureLatencyAt(stage, { path: quiet.path, rate: PER_SECOND, forMs });
  stage.add(...latencyFigures(before, "overload.before", `before, at ${PER_SECOND} events/s`, {}));
  await stage.receive.ask("slow", { path: `/${flooding.uid}/`, delayMs: SLOW_MS });
  await stage.publish({
    paths: [`${flooding.path}/batch`],
    isBatch: true,
    eventsPerCall: EVENTS_PER_CALL,
    connections: 2,
    forMs: 60_000,
    maxCalls: FLOOD_CALLS,
  });
  const during = await measureLatencyAt(stage, { path: quiet.path, rate: PER_SECOND, forMs });
  stage.add(...latencyFigures(during, "overload.during", `during, at ${PER_SECOND} events/s`, {}));
  const { workerd = 0 } = await residentMiB((await stage.server()).pid);
  stage.add({ id: "overload.memory", title: "memory of the runtime then", value: workerd, unit: "MiB" });
  await stage.receive.ask("slow", null);
}
