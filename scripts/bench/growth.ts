import { medianMs } from "./clock.ts";
import { lengthenLogs } from "./seed.ts";
import type { Stage } from "./stage.ts";

const FIRST = 1000;
const CALLS = 40;
const TARGET_GROWTH = 1.5;

/** Latency of reading and publishing as the logs of one application and endpoint grow. */
export async function measureGrowth(stage: Stage, sizes: readonly number[]): Promise<void> {
  stage.heading(`Growth: p50 of ${CALLS} calls, one after another, as the logs grow`);
  const { uid, path, endpoints } = await stage.application(1);
  const endpointId = endpoints[0]?.id ?? "";
  await stage.listen();
  const load = { paths: [`${path}/batch`], isBatch: true, eventsPerCall: 100, connections: 1, forMs: 30_000 };
  const { events } = await stage.publish({ ...load, maxCalls: FIRST / 100 });
  await stage.arrived(events);
  const message = await stage.api<{ id: string }>("POST", `app/${uid}/msg`, {
    eventType: "a.b",
    payload: {},
  });
  await stage.arrived(events + 1);
  const reads: [id: string, title: string, path: string][] = [
    ["messages", "list of messages", `app/${uid}/msg?limit=50`],
    ["attempts", "list of an endpoint's attempts", `app/${uid}/attempt/endpoint/${endpointId}?limit=50`],
    [
      "failed",
      "list of its failed attempts, of which there are none",
      `app/${uid}/attempt/endpoint/${endpointId}?status=2`,
    ],
    ["message", "attempts of one message", `app/${uid}/attempt/msg/${message.id}`],
  ];
  for (const size of [FIRST, ...sizes]) {
    if (size > FIRST)
      await stage.offline((dataDir) => lengthenLogs({ dataDir, uid, endpointId, count: size }));
    for (const [id, title, read] of reads) {
      await measure(stage, { id, title, size, call: () => stage.api("GET", read) });
    }
    const publish = () => stage.api("POST", `app/${uid}/msg`, { eventType: "a.b", payload: {} });
    await measure(stage, { id: "publish", title: "publish", size, call: publish });
  }
}

type Measured = { id: string; title: string; size: number; call: () => Promise<unknown> };

async function measure(stage: Stage, { id, title, size, call }: Measured): Promise<void> {
  stage.add({
    id: `growth.${id}.${size}`,
    title: `${title}, ${size.toLocaleString("en-US")} events`,
    value: await medianMs(CALLS, call),
    unit: "ms",
    ...(size === FIRST ? {} : { floor: `growth.${id}.${FIRST}`, ratioAtMost: TARGET_GROWTH }),
  });
}
