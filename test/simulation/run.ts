import { scheduleActions } from "./actions.ts";
import { findUnfinished } from "./end-checks.ts";
import { takeMostReady } from "./seen-tasks.ts";
import { ObjectStorage } from "./storage.ts";
import { type Violation, World } from "./world.ts";

export type Failure = Violation & { seed: number; trace: string[] };

const MINUTE_MS = 60_000;
/** Steps after which an object that is not done is held to spin. */
const MAX_STEPS = 20_000;
/** Longer than any schedule, one event after another, with every clock put back. */
const CALM_MS = 8 * 86_400_000;

/** Runs seeds one after another over one storage. */
export class Simulation {
  #storage: ObjectStorage | null = null;

  /** What broke, with what led there; null when all held. */
  async run(seed: number): Promise<Failure | null> {
    if ((await this.#runOnce(seed, null)) === null) return null;
    const trace: string[] = [];
    const violation = await this.#runOnce(seed, trace);
    const again = violation ?? {
      invariant: "own bug",
      message: "the run did not repeat: it is not deterministic",
    };
    return { ...again, seed, trace };
  }

  async #runOnce(seed: number, trace: string[] | null): Promise<Violation | null> {
    this.#storage ??= new ObjectStorage();
    const world = new World(seed, this.#storage, trace);
    if (trace !== null) describe(world);
    takeMostReady();
    begin(world);
    await runUntil(world, world.plan.horizonMs);
    world.calmDown();
    await finish(world);
    // What is still awaited must not write into the next run's storage.
    world.host.stop();
    this.#storage.reset();
    return world.violation;
  }
}

function begin(world: World): void {
  const { log, random, timeline } = world;
  for (let count = random.int(0, 2); count > 0; count--) log.appendAt(timeline.wallMs);
  log.createEndpointNow();
  scheduleActions(world);
}

async function runUntil(world: World, untilMs: number): Promise<void> {
  const { timeline, storage, checks, host, random } = world;
  while (world.violation === null) {
    const work = timeline.take(untilMs);
    if (work === null) break;
    world.steps++;
    storage.passTo(timeline.elapsedMs);
    work();
    await turnOver();
    storage.endTurn(timeline.elapsedMs);
    checks.step();
    if (random.chance(world.faults.crash)) host.crash();
    else if (random.chance(world.faults.evict)) host.evict();
  }
  timeline.passTo(untilMs);
}

/** Lets time pass until all has ended. */
async function finish(world: World): Promise<void> {
  const { timeline } = world;
  const endMs = timeline.elapsedMs + CALM_MS;
  let stepMs = MINUTE_MS;
  let unfinished = findUnfinished(world);
  while (world.violation === null && unfinished !== null) {
    if (timeline.elapsedMs >= endMs || world.steps > MAX_STEPS) {
      world.violated(unfinished.invariant, unfinished.message);
      break;
    }
    await runUntil(world, timeline.elapsedMs + stepMs);
    stepMs = Math.min(stepMs * 2, 60 * MINUTE_MS);
    unfinished = findUnfinished(world);
  }
}

/** Everything that follows from what was resolved has run when the next macrotask starts. */
function turnOver(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

function describe({ plan, trace }: World): void {
  const { policy, dialect, ratePerSecond } = plan.config;
  const faults = Object.entries(plan.faults).filter(([, probability]) => probability > 0);
  trace?.push(
    `endpoint: ${JSON.stringify({ ...policy, dialect: dialect.name, ratePerSecond, eventTypes: plan.eventTypes })}`,
    `faults: ${faults.map(([name, probability]) => `${name} ${probability.toFixed(3)}`).join(", ")}`,
    `receiver: ${JSON.stringify(plan.moods.map((mood) => Object.fromEntries(Object.entries(mood).filter(([, weight]) => weight > 0))))}`,
  );
}
