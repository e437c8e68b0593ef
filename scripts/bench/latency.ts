import type { Figure } from "./figures.ts";
import type { Arrivals } from "./receive.ts";
import type { Stage } from "./stage.ts";

const LIGHT_PER_SECOND = 50;
const SHARE_OF_CAPACITY = 0.8;

/** From the publish call being sent to the receiver having read the request. */
export async function measureLatency(stage: Stage): Promise<void> {
  stage.heading("Latency end to end: publish call sent until the receiver has it, one endpoint");
  const { path } = await stage.warmApplication(1);
  await stage.listen();
  const warm = await stage.publish({
    paths: [path],
    connections: 4,
    perSecond: LIGHT_PER_SECOND,
    forMs: 1000,
  });
  await stage.arrived(warm.events);
  const light = await measureLatencyAt(stage, { path, rate: LIGHT_PER_SECOND, forMs: 10_000 * stage.pace });
  stage.add(
    ...latencyFigures(light, `latency.light`, `at ${LIGHT_PER_SECOND} events/s`, { p50: 10, p99: 50 }),
  );
  const capacity = stage.valueOf("deliver.1");
  if (capacity === null) {
    stage.note("capacity is not known without the section delivery: 80 % of it is not measured");
    return;
  }
  const rate = Math.round(capacity * SHARE_OF_CAPACITY);
  const busy = await measureLatencyAt(stage, { path, rate, forMs: 8000 * stage.pace });
  stage.add(
    ...latencyFigures(busy, "latency.busy", `at ${rate} events/s, 80 % of what one endpoint sustains`, {}),
  );
}

export async function measureLatencyAt(
  stage: Stage,
  { path, rate, forMs }: { path: string; rate: number; forMs: number },
): Promise<Arrivals> {
  await stage.listen();
  const published = await stage.publish({ paths: [path], connections: 50, perSecond: rate, forMs });
  return stage.arrived(published.events);
}

export function latencyFigures(
  { latencyMs, delivered }: Arrivals,
  id: string,
  title: string,
  most: { p50?: number; p99?: number },
): Figure[] {
  return [
    {
      id: `${id}.p50`,
      title: `${title} (${delivered} events): p50`,
      value: latencyMs.p50,
      unit: "ms",
      ...(most.p50 === undefined ? {} : { atMost: most.p50 }),
    },
    { id: `${id}.p95`, title: "  p95", value: latencyMs.p95, unit: "ms" },
    {
      id: `${id}.p99`,
      title: "  p99",
      value: latencyMs.p99,
      unit: "ms",
      ...(most.p99 === undefined ? {} : { atMost: most.p99 }),
    },
  ];
}
