import { setTimeout as sleep } from "node:timers/promises";
import { monotonicMs } from "./clock.ts";
import { perSecond, type Stage } from "./stage.ts";

const RETRY_SECONDS = 3;
const RETRIES = 20;
const FIRST_ATTEMPTS_WITHIN_MS = 10_000;

/** A receiver answers 503 to everything, then recovers with a backlog waiting. */
export async function measureOutage(stage: Stage): Promise<void> {
  stage.heading("After an outage of the receiver");
  const retrySchedule = Array.from({ length: RETRIES }, () => RETRY_SECONDS);
  const { path } = await stage.application(1, { retrySchedule, jitter: false });
  await stage.listen(503);
  const { events } = await stage.publish({
    paths: [`${path}/batch`],
    isBatch: true,
    eventsPerCall: 100,
    connections: 2,
    forMs: 20_000,
    maxCalls: Math.ceil(30 * stage.pace),
  });
  const deadline = monotonicMs() + FIRST_ATTEMPTS_WITHIN_MS * stage.pace;
  while ((await stage.receive.ask("arrivals", null)).requests < events && monotonicMs() < deadline)
    await sleep(50);
  const { requests } = await stage.receive.ask("arrivals", null);
  await stage.receive.ask("behave", { status: 200, delayMs: 0 });
  const recoveredAtMs = monotonicMs();
  const { delivered, firstAtMs, lastAtMs } = await stage.arrived(events, 90_000);
  stage.add(
    {
      id: "outage.drain",
      title: `drain of ${delivered} events (${requests} failed attempts before)`,
      value: perSecond(delivered, firstAtMs, lastAtMs),
      unit: "events/s",
      floor: "floor.deliver",
    },
    {
      id: "outage.first",
      title: "  recovery until the first delivery",
      value: firstAtMs - recoveredAtMs,
      unit: "ms",
    },
    {
      id: "outage.all",
      title: "  recovery until the last delivery",
      value: lastAtMs - recoveredAtMs,
      unit: "ms",
    },
  );
}
