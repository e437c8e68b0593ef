import { perSecond, runtimeCpuMs, type Stage } from "./stage.ts";

/** What the same runtime does with none of Posthorn in it. */
export async function measureFloors(stage: Stage): Promise<void> {
  stage.heading("Floors: a bare Worker and a bare object on the same runtime");
  await stage.withServer("bench/floor/serve.ts", async (server) => {
    await stage.publish({ paths: ["/one"], forMs: 1000 }, server.url);
    const one = await runtimeCpuMs(server, () => stage.publish({ paths: ["/one"] }, server.url));
    const batch = await stage.publish(
      { paths: ["/batch"], connections: 10, isBatch: true, eventsPerCall: 100, forMs: 4000 * stage.pace },
      server.url,
    );
    await stage.listen();
    const request = { url: `${stage.target}/floor`, forMs: 4000 * stage.pace };
    await fetch(`${server.url}/deliver`, {
      method: "POST",
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(30_000),
    });
    const delivered = await stage.receive.ask("arrivals", null);
    const { result } = one;
    stage.add(
      {
        id: "floor.accept",
        title: "accept: one D1 batch of the same two rows, 50 connections",
        value: perSecond(result.events, result.startedAtMs, result.endedAtMs),
        unit: "events/s",
      },
      { id: "floor.accept.p50", title: "  latency p50", value: result.latencyMs.p50, unit: "ms" },
      { id: "floor.accept.p99", title: "  latency p99", value: result.latencyMs.p99, unit: "ms" },
      {
        id: "floor.accept.cpu",
        title: "  processor time of the runtime per event",
        value: one.spentMs / Math.max(1, result.events),
        unit: "CPU ms",
      },
      {
        id: "floor.accept.batch",
        title: "accept: one D1 batch of 200 rows per 100 events, 10 connections",
        value: perSecond(batch.events, batch.startedAtMs, batch.endedAtMs),
        unit: "events/s",
      },
      {
        id: "floor.deliver",
        title: "deliver: an object that only fetches, 6 at a time",
        value: perSecond(delivered.delivered, delivered.firstAtMs, delivered.lastAtMs),
        unit: "events/s",
      },
    );
  });
}
