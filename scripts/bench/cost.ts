import { setTimeout as sleep } from "node:timers/promises";
import { makeApplication } from "./api.ts";
import type { Meter } from "./metered/meter.ts";
import { BENCH_KEY, type ServerProcess } from "./server-process.ts";
import type { Stage } from "./stage.ts";

/** Dollars per million, beyond what the subscription includes (reference cloudflare.md §2 and §5). */
const PRICE = {
  d1Row: 1,
  objectRow: 1,
  objectRequest: 0.15,
  workerRequest: 0.3,
  cpuMs: 0.02,
  gbSecond: 12.5,
};
/** The same assumptions as the reference's table: 3 ms of processor time to accept, a receiver that needs 500 ms. */
const ACCEPT_CPU_MS = 3;
const RECEIVER_SECONDS = 0.5;
const OBJECT_GB = 0.128;
const CONCURRENCY = 6;
/** What the purge after retention will write: the event, its key, and the attempt. */
const PURGED_ROWS = 3;

const TARGET_DOLLARS = 6;
const TARGET_ROWS = 2;
const QUIET_AFTER_MS = 4000;
const LIGHT_EVERY_MS = 3500;

/** Rows written, counted by the database and the objects themselves on a metered server, and what they cost. */
export async function measureCost(stage: Stage): Promise<void> {
  stage.heading("Cost: rows written per event delivered at its first attempt to one endpoint");
  await stage.withServer("bench/metered/serve.ts", async (server) => {
    const api = { url: server.url, key: BENCH_KEY };
    await makeApplication(api, { uid: "cost", urls: [`${stage.target}/cost`] });
    const path = "/api/v1/app/cost/msg";
    await stage.listen();
    await stage.publish({ paths: [path], connections: 1, forMs: 5000, maxCalls: 5 }, server.url);
    await quiet(stage, 5);
    const load = await counted(server, async () => {
      await stage.listen();
      const { events } = await stage.publish({ paths: [path], forMs: 4000 * stage.pace }, server.url);
      await quiet(stage, events);
      return events;
    });
    report(stage, { id: "cost.load", title: "under load", inFlight: CONCURRENCY, ...load });
    const light = await counted(server, async () => {
      const events = stage.pace < 1 ? 2 : 4;
      await stage.listen();
      for (let n = 0; n < events; n++) {
        await stage.publish({ paths: [path], connections: 1, forMs: 1000, maxCalls: 1 }, server.url);
        await sleep(LIGHT_EVERY_MS);
      }
      await quiet(stage, events);
      return events;
    });
    report(stage, { id: "cost.light", title: `one event every ${LIGHT_EVERY_MS} ms`, inFlight: 1, ...light });
  });
}

/** Everything has arrived, and the object has settled, flushed and gone to sleep. */
async function quiet(stage: Stage, events: number): Promise<void> {
  await stage.arrived(events);
  await sleep(QUIET_AFTER_MS);
}

async function counted(
  server: ServerProcess,
  work: () => Promise<number>,
): Promise<{ meter: Meter; events: number }> {
  const read = async () => {
    const response = await fetch(`${server.url}/bench/meter`, { signal: AbortSignal.timeout(5000) });
    return (await response.json()) as Meter;
  };
  const before = await read();
  const events = await work();
  const after = await read();
  const names = Object.keys(after) as (keyof Meter)[];
  const spent = Object.fromEntries(names.map((name) => [name, (after[name] - before[name]) / events]));
  return { meter: spent as Meter, events };
}

type Counted = { id: string; title: string; inFlight: number; meter: Meter; events: number };

function report(stage: Stage, { id, title, inFlight, meter, events }: Counted): void {
  const alarmRows = meter.alarmsSet + meter.alarmsDeleted;
  const objectRows = meter.objectRows + alarmRows;
  const dollars = dollarsOf(meter, inFlight);
  stage.add(
    {
      id: `${id}.d1`,
      title: `${title} (${events} events): D1`,
      value: meter.rowsWritten,
      unit: "rows",
      atMost: TARGET_ROWS + 0.05,
    },
    {
      id: `${id}.object`,
      title: "  the endpoint's object, alarms included",
      value: objectRows,
      unit: "rows",
    },
    { id: `${id}.alarms`, title: "    of these, alarms set or deleted", value: alarmRows, unit: "rows" },
    {
      id: `${id}.requests`,
      title: "  calls of objects, and alarms",
      value: requestsOf(meter),
      unit: "calls",
    },
    {
      id: `${id}.trips`,
      title: "  D1 round trips, the object's included",
      value: meter.roundTrips,
      unit: "calls",
    },
    { id: `${id}.dollars`, title: "  per million events", value: dollars, unit: "$", atMost: TARGET_DOLLARS },
    {
      id: `${id}.dollars.purged`,
      title: "  with their purge after retention",
      value: dollars + PURGED_ROWS * PRICE.objectRow,
      unit: "$",
    },
  );
}

/** The endpoint's, and the log writer's. */
function requestsOf({ hints, alarms, appends }: Meter): number {
  return hints + alarms + appends;
}

function dollarsOf(meter: Meter, inFlight: number): number {
  const objectRows = meter.objectRows + meter.alarmsSet + meter.alarmsDeleted;
  return (
    PRICE.workerRequest +
    PRICE.cpuMs * ACCEPT_CPU_MS +
    PRICE.d1Row * meter.rowsWritten +
    PRICE.objectRow * objectRows +
    PRICE.objectRequest * requestsOf(meter) +
    PRICE.gbSecond * OBJECT_GB * (RECEIVER_SECONDS / inFlight)
  );
}
