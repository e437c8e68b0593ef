import { perSecond, type Stage } from "./stage.ts";

const TARGET_RATIO_ONE = 0.6;
const TARGET_SUSTAINED = 1000;
const FAN_OUT = 10;
const RECEIVER_DELAY_MS = 100;

/** From the first publish call to the last arrival: what accepting and delivering together can sustain. */
export async function measureDelivery(stage: Stage): Promise<void> {
  stage.heading("Delivering end to end: published by 50 connections until the last has arrived");
  for (const endpoints of [1, 10, 100]) {
    const apps = [];
    for (let n = 0; n < endpoints; n++) apps.push(await stage.warmApplication(1));
    const { delivered, rate } = await run(stage, { paths: apps.map(({ path }) => path), each: 1 });
    stage.add({
      id: `deliver.${endpoints}`,
      title: `to ${endpoints} endpoint${endpoints === 1 ? "" : "s"} (${delivered} events)`,
      value: rate,
      unit: "events/s",
      floor: "floor.deliver",
      atLeast: TARGET_SUSTAINED,
    });
  }
  const fan = await stage.warmApplication(FAN_OUT);
  const { rate } = await run(stage, { paths: [fan.path], each: FAN_OUT });
  stage.add({
    id: "deliver.fan-out",
    title: `fan-out ${FAN_OUT}: deliveries`,
    value: rate,
    unit: "events/s",
    floor: "floor.deliver",
  });
  await measureBacklog(stage);
}

async function run(
  stage: Stage,
  { paths, each }: { paths: string[]; each: number },
): Promise<{ delivered: number; rate: number }> {
  await stage.listen();
  const published = await stage.publish({ paths, forMs: 4000 * stage.pace });
  const { delivered, lastAtMs } = await stage.arrived(published.events * each);
  return { delivered, rate: perSecond(delivered, published.startedAtMs, lastAtMs) };
}

/** Delivery alone: the events are in the log before the receiver answers anything. */
async function measureBacklog(stage: Stage): Promise<void> {
  const { uid, path, endpoints } = await stage.application(1);
  const endpoint = `app/${uid}/endpoint/${endpoints[0]?.id ?? ""}`;
  await stage.listen(200, RECEIVER_DELAY_MS);
  const published = await stage.publish({
    paths: [`${path}/batch`],
    isBatch: true,
    eventsPerCall: 100,
    connections: 4,
    forMs: 30_000,
    maxCalls: Math.ceil(60 * stage.pace),
  });
  const before = await stage.receive.ask("arrivals", null);
  await stage.receive.ask("behave", { status: 200, delayMs: 0 });
  const { delivered, lastAtMs } = await stage.arrived(published.events);
  stage.add({
    id: "deliver.backlog",
    title: `a backlog to one endpoint, nothing published meanwhile (${delivered - before.delivered} events)`,
    value: perSecond(delivered - before.delivered, published.endedAtMs, lastAtMs),
    unit: "events/s",
    floor: "floor.deliver",
    ratioAtLeast: TARGET_RATIO_ONE,
  });
  await stage.api("DELETE", endpoint);
}
