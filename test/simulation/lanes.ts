/** The lanes that send for a busy endpoint: they die, hang, and are heard too late (src/delivery/sender-lane.ts). */
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import type { LoggedEvent } from "../../src/core/event.ts";
import { REQUESTS_PER_OBJECT } from "../../src/core/limits/delivery.ts";
import { Deadlines } from "../../src/delivery/deadlines.ts";
import { type LaneCall, LanePool, type LaneResult } from "../../src/delivery/lane-pool.ts";
import type { SentAttempt } from "../../src/delivery/ledger.ts";
import type { Instance } from "./object-host.ts";
import type { World } from "./world.ts";

/** How a call of a lane ends. */
type Fate = "well" | "refused" | "dies" | "hangs" | "silent";

/** One request; cut off when who made it dies, and its connection with it. */
export type Exchange = { answer: Promise<SentAttempt>; cutOff(): void };

/** The way to the receiver. */
export type Network = { exchange(event: LoggedEvent, config: EndpointConfig): Exchange };

/** A pool as an object has it, over lanes that fail as the world wants. */
export function simulatedPool(world: World, instance: Instance, network: Network): LanePool {
  const { timeline } = world;
  const busy = new Map<number, number>();
  return new LanePool({
    sendHere: (event, config) => network.exchange(event, config).answer,
    callLane: (lane, call) => callLane(world, { instance, network, busy, lane }, call),
    deadlines: new Deadlines({
      // Time that only passes: a lease must not end early because a clock was set.
      nowMs: () => timeline.elapsedMs,
      setTimer: (delayMs, fire) => {
        let canceled = false;
        instance.pending++;
        const settle = (work: () => void) => {
          if (canceled || instance.dead) return;
          canceled = true;
          instance.pending--;
          work();
        };
        timeline.after(delayMs, () => settle(fire));
        return () => settle(() => undefined);
      },
    }),
    nowMs: () => timeline.wallMs,
  });
}

type Lane = { instance: Instance; network: Network; busy: Map<number, number>; lane: number };

function callLane(
  world: World,
  { instance, network, busy, lane }: Lane,
  call: LaneCall,
): Promise<LaneResult[]> {
  const { random, timeline, faults } = world;
  const fate = fateOf(world);
  const { promise, resolve, reject } = Promise.withResolvers<LaneResult[]>();
  const count = (by: number) => busy.set(lane, (busy.get(lane) ?? 0) + by);
  const later = (delayMs: number, work: () => void) =>
    timeline.after(delayMs, () => {
      if (!instance.dead) work();
    });
  world.note(
    () =>
      `  #${instance.id} gives lane ${lane} ${call.events.map(({ position }) => position)}${fate === "well" ? "" : `, which ${fate}`}`,
  );
  if (fate === "refused") {
    later(random.int(0, 30), () => reject(new Error("refused")));
    return promise;
  }
  count(call.events.length);
  if ((busy.get(lane) ?? 0) > REQUESTS_PER_OBJECT)
    world.violated("5", `lane ${lane} has ${busy.get(lane)} requests in flight`);
  let died = false;
  let left = call.events.length;
  let toldAtMs = 0;
  if (fate === "dies") {
    later(random.int(0, 3000), () => {
      if (left === 0) return;
      died = true;
      count(-left);
      for (const { cutOff } of exchanges) cutOff();
      reject(new Error("the lane died"));
    });
  }
  const exchanges = call.events.map((event) => network.exchange(event, call.config));
  exchanges.forEach(({ answer }, index) => {
    answer.then((sent) => {
      if (died) return;
      count(-1);
      left--;
      const results = [{ index, sent, error: "" }];
      if (fate === "hangs") return;
      // What it says may come after the object has given it up, and again when it is done.
      const saysAfterMs = fate === "silent" ? random.int(1000, 90_000) : random.int(0, 20);
      const isLast = left === 0;
      // It answers only when all that it told before has arrived.
      const delayMs = isLast ? Math.max(saysAfterMs, toldAtMs - timeline.elapsedMs) : saysAfterMs;
      toldAtMs = Math.max(toldAtMs, timeline.elapsedMs + delayMs + 1);
      later(delayMs, () => (isLast ? resolve(results) : call.report(results)));
      if (random.chance(faults.laneRepeats)) later(delayMs, () => call.report(results));
    });
  });
  return promise;
}

function fateOf({ random, faults }: World): Fate {
  if (random.chance(faults.laneRefuses)) return "refused";
  if (random.chance(faults.laneDies)) return "dies";
  if (random.chance(faults.laneHangs)) return "hangs";
  return random.chance(faults.laneSilent) ? "silent" : "well";
}
