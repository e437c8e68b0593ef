import { Random } from "../random.ts";
import type { HubClass } from "./hub-host.ts";
import { ModelD1 } from "./model-d1.ts";
import { VirtualTime } from "./virtual-time.ts";
import { World } from "./world.ts";

export type Failure = { seed: number; invariant: string; message: string; trace: string[] };

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
/** A lease, an attempt that fails, an upkeep: all of that is over by then. */
const CALM_MS = 10 * MINUTE_MS;
/** At the latest the upkeep finds what nobody was told of. */
const FOUND_WITHIN_MS = 2 * MINUTE_MS;
/** What is told arrives at once. */
const TOLD_WITHIN_MS = 1 * SECOND_MS;
/** A hub that only holds sockets has let go of everything by then. */
const ASLEEP_WITHIN_MS = 30 * SECOND_MS;

export class FollowerSimulation {
  readonly #d1 = new ModelD1();
  readonly #Hub: HubClass;

  constructor(Hub: HubClass) {
    this.#Hub = Hub;
  }

  /** What broke, with what led there; null when all held. */
  async run(seed: number): Promise<Failure | null> {
    if ((await this.#runOnce(seed, null)) === null) return null;
    const trace: string[] = [];
    const message = (await this.#runOnce(seed, trace)) ?? "the run did not repeat: it is not deterministic";
    return { seed, invariant: "followers", message, trace };
  }

  async #runOnce(seed: number, trace: string[] | null): Promise<string | null> {
    const random = new Random(seed);
    const time = new VirtualTime();
    time.install(() => random.next());
    const world = new World(time, random, { d1: this.#d1, Hub: this.#Hub, trace });
    Object.assign(globalThis, { WebSocketPair: pairOf(world), Response: AnswerOfHub });
    if (trace !== null) for (const { plan } of world.agents) trace.push(JSON.stringify(plan));
    world.startCron();
    for (const agent of world.agents) agent.start();
    await storm(world, time, random);
    await calm(world, time);
    return world.violation;
  }
}

/** Events come, and whatever can go wrong does. */
async function storm(world: World, time: VirtualTime, random: Random): Promise<void> {
  const { host } = world;
  const isRough = random.chance(0.8);
  const untilMs = time.nowMs + random.int(1, 5) * MINUTE_MS;
  while (time.nowMs < untilMs && world.violation === null) {
    await time.runUntil(time.nowMs + random.int(1, random.pick(50, 2000, 15_000)));
    const what = random.weighted({
      publish: 10,
      burst: 1,
      sleep: 5,
      crash: isRough ? 1 : 0,
      cut: isRough ? 2 : 0,
    });
    if (what === "publish") world.publish(random.pick("a", "b"));
    if (what === "burst") for (let n = random.int(2, 8); n > 0; n--) world.publish(random.pick("a", "b"));
    if (what === "sleep") host.hibernate();
    if (what === "cut") host.breakOne();
    if (what === "crash") {
      world.say("the hub is restarted");
      host.crash();
    }
    host.sweep();
  }
}

/** Nothing fails any more: everybody gets everything, and soon. */
async function calm(world: World, time: VirtualTime): Promise<void> {
  const { ledger, host, agents } = world;
  const step = async (atMost: number, until: () => boolean) => {
    const stepMs = SECOND_MS;
    const endMs = time.nowMs + atMost;
    while (time.nowMs < endMs && !until() && world.violation === null)
      await time.runUntil(time.nowMs + stepMs);
  };
  world.calmDown();
  world.say("calm");
  await step(CALM_MS, () => unfinished(world) === null);
  const left = unfinished(world);
  if (left !== null) ledger.violated(left);

  for (const isHintLost of [true, false]) {
    // Everybody has asked again and waits.
    await time.runUntil(time.nowMs + 5 * SECOND_MS);
    host.hibernate();
    const sentMs = time.nowMs;
    const position = world.publish("a", { isHintLost });
    const waiting = agents.filter(({ plan, isConnected }) => plan.kind === "wait" || isConnected);
    const isToldOf = waiting.filter(({ plan }) => plan.leaseMs === null);
    await step(FOUND_WITHIN_MS, () => unfinished(world) === null);
    const late = isToldOf.find(
      ({ arrivedMs }) =>
        (arrivedMs.get(position) ?? Number.POSITIVE_INFINITY) - sentMs >
        (isHintLost ? FOUND_WITHIN_MS : TOLD_WITHIN_MS),
    );
    const isSettled = late === undefined || ledger.mayBeAcknowledged(late.plan.consumer, position);
    if (late !== undefined && (!isSettled || late.plan.isTail)) {
      ledger.violated(
        `${late.plan.name} was not told of event ${position}${isHintLost ? ", whose hint was lost" : ""}`,
      );
    }
  }

  for (const agent of agents) if (agent.plan.kind !== "socket") agent.stop();
  await time.runUntil(time.nowMs + ASLEEP_WITHIN_MS + MINUTE_MS);
  if (!host.mayHibernate)
    ledger.violated(`the hub does not sleep while there are only sockets: ${host.busyWith}`);
}

function unfinished(world: World): string | null {
  const { agents, ledger } = world;
  for (const { plan, seenTo, arrivedMs } of agents) {
    const { consumer, eventTypes, isTail, name } = plan;
    const wanted = ledger.wanted(eventTypes, [0, ledger.head]);
    const missing = isTail
      ? wanted.find((position) => position > (seenTo ?? 0) && !arrivedMs.has(position))
      : world.firstUnkept(consumer, wanted);
    if (missing !== undefined) return `${name} has not got event ${missing}`;
  }
  return null;
}

function pairOf(world: World) {
  return class {
    constructor() {
      // biome-ignore lint/correctness/noConstructorReturn: the runtime's pair is no instance of its class either.
      return world.host.newPair();
    }
  };
}

/** Node's own refuses the status of an upgrade. */
class AnswerOfHub {
  readonly status: number;
  readonly webSocket: unknown;

  constructor(_body: null, { status, webSocket = null }: { status: number; webSocket?: unknown }) {
    this.status = status;
    this.webSocket = webSocket;
  }
}
