import { perSecond, runtimeCpuMs, type Stage } from "./stage.ts";

const RECEIVER_DELAY_MS = 100;
const TARGET_BY_CONCURRENCY: Record<number, number> = { 60: 450 };

/** How much of what its concurrency allows reaches a receiver that takes its time, and what that costs. */
export async function measureSlowReceiver(stage: Stage): Promise<void> {
  stage.heading(`Delivering to one endpoint that needs ${RECEIVER_DELAY_MS} ms, by requests at a time`);
  for (const concurrency of [6, 60]) {
    const app = await stage.warmApplication(1, { concurrency });
    await stage.listen(200, RECEIVER_DELAY_MS);
    const forMs = 6000 * stage.pace;
    const ideal = (concurrency * 1000) / RECEIVER_DELAY_MS;
    const { result, spentMs } = await runtimeCpuMs(await stage.server(), async () => {
      const published = await stage.publish({
        paths: [`${app.path}/batch`],
        isBatch: true,
        eventsPerCall: 100,
        connections: 1,
        forMs: 20_000,
        maxCalls: Math.ceil((ideal * forMs) / 1000 / 100),
      });
      return stage.arrived(published.events);
    });
    const { delivered, firstAtMs, lastAtMs } = result;
    const atLeast = TARGET_BY_CONCURRENCY[concurrency];
    stage.add(
      {
        id: `ideal.slow.${concurrency}`,
        title: `concurrency ${concurrency}: if every request began when another ended`,
        value: ideal,
        unit: "events/s",
      },
      {
        id: `deliver.slow.${concurrency}`,
        title: `concurrency ${concurrency}: measured (${delivered} events)`,
        value: perSecond(delivered, firstAtMs, lastAtMs),
        unit: "events/s",
        floor: `ideal.slow.${concurrency}`,
        ...(atLeast === undefined ? {} : { atLeast }),
      },
      {
        id: `deliver.slow.${concurrency}.cpu`,
        title: `concurrency ${concurrency}: processor time per event, accepting included`,
        value: spentMs / Math.max(1, delivered),
        unit: "CPU ms",
      },
    );
  }
}
