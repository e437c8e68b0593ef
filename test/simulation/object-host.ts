/** The platform's side of an endpoint's object: starts it, calls it, fires its alarm, kills it (src/delivery/object.ts). */
import { Drain } from "../../src/delivery/drain.ts";
import { drainDeps, type Sent } from "./deps.ts";
import type { World } from "./world.ts";

/** One life of the object, from its start to its crash. */
export type Instance = {
  id: number;
  dead: boolean;
  inFlight: Sent[];
  /** Calls to it, of it, and its timers: while there are any the platform keeps it in memory. */
  pending: number;
};

type Running = { instance: Instance; drain: Drain };

export class ObjectHost {
  readonly #world: World;
  #running: Running | null = null;
  #started = 0;
  /** Whose handler runs, and which alarm it takes away when it ends: until then a crash brings that back. */
  #firing: { instance: Instance; takesMs: number | null } | null = null;
  /** Alarms that went off meanwhile. */
  #held: number[] = [];
  /** Grows when the alarm is set, so that what was planned for the one before is void. */
  #arming = 0;

  constructor(world: World) {
    this.#world = world;
    world.storage.onAlarmChange = () => this.planAlarm();
  }

  get instance(): Instance | null {
    return this.#running?.instance ?? null;
  }

  /** An alarm is set, or the one that fired comes back if its handler does not end. */
  get isAlarmStanding(): boolean {
    return this.#world.storage.alarmAtMs !== null;
  }

  armAlarm(atMs: number | null): void {
    this.#world.note(() => `  alarm ${atMs === null ? "unset" : `set for ${clock(atMs)}`}`);
    if (this.#firing !== null) this.#firing.takesMs = null;
    this.#world.storage.setAlarm(atMs);
  }

  /** An RPC; `done` once its answer has left, which is when what it wrote is durable. */
  call(name: string, work: (drain: Drain) => void | Promise<void>, done: () => void = () => undefined): void {
    const { instance, drain } = this.#running ?? this.#start(false);
    this.#world.note(() => `${name} at #${instance.id}`);
    instance.pending++;
    const run = async () => work(drain);
    run()
      .then(() => {
        this.#world.storage.gate();
        done();
      })
      .catch((error) => this.#world.unexpected(name, error))
      .finally(() => instance.pending--);
  }

  /** Memory is gone, and with it everything that ran. */
  crash(): void {
    const instance = this.instance;
    if (instance === null) return;
    instance.dead = true;
    this.#running = null;
    const firing = this.#firing;
    this.#endFiring();
    const lost = this.#world.storage.crash(this.#world.random);
    this.#world.note(() => `#${instance.id} dies${lost > 0 ? `, and its last ${lost} turns are lost` : ""}`);
    // An alarm whose handler did not end fires again, unless another was set meanwhile.
    if (firing !== null && firing.takesMs === this.#world.storage.alarmAtMs) this.planAlarm(2000);
    this.#world.checks.crashed();
  }

  /** Put away by the platform when nothing runs and nothing is awaited: nothing is lost but memory. */
  evict(): void {
    const instance = this.instance;
    if (instance === null || instance.pending + instance.inFlight.length > 0 || this.#firing !== null) return;
    this.#world.note(() => `#${instance.id} is put away`);
    this.#world.storage.gate();
    instance.dead = true;
    this.#running = null;
  }

  /** For good: the run is over. */
  stop(): void {
    if (this.#running !== null) this.#running.instance.dead = true;
    this.#running = null;
  }

  /** Decides when the alarm that stands will fire. */
  planAlarm(delayMs = 0): void {
    const { timeline, storage, random, faults } = this.#world;
    const arming = ++this.#arming;
    const { alarmAtMs } = storage;
    if (alarmAtMs === null) return;
    if (random.chance(faults.alarmDropped)) {
      this.#world.note(() => `  the alarm for ${clock(alarmAtMs)} will never fire`);
      return;
    }
    const inMs = Math.max(alarmAtMs - timeline.wallMs, delayMs, 0);
    const lateMs = random.chance(faults.alarmLate) ? random.int(100, 60_000) : random.int(0, 10);
    const early = random.chance(faults.alarmEarly);
    const firesInMs = early ? random.int(0, Math.min(inMs, 60_000)) : inMs + lateMs;
    timeline.after(firesInMs, () => {
      if (arming === this.#arming) this.#fire(arming);
    });
    if (random.chance(faults.alarmRepeated)) {
      timeline.after(firesInMs + random.int(1, 5000), () => this.#fire(arming));
    }
  }

  /** As `EndpointObject.alarm` does. One handler runs at a time. */
  #fire(arming: number): void {
    const { storage } = this.#world;
    if (this.#firing !== null) {
      this.#held.push(arming);
      return;
    }
    const { instance, drain } = this.#running ?? this.#start(true);
    this.#world.note(() => `the alarm fires at #${instance.id}`);
    const firing = { instance, takesMs: arming === this.#arming ? storage.alarmAtMs : null };
    this.#firing = firing;
    drain.alarmFired();
    drain
      .wake()
      .catch((error) => this.#world.violated("7", `the alarm's handler threw: ${error}`))
      .finally(() => {
        if (firing.takesMs !== null) storage.setAlarm(null);
        this.#endFiring();
        this.#world.note(() => `  the alarm's handler has ended, alarm ${shown(storage.alarmAtMs)}`);
      });
  }

  #endFiring(): void {
    this.#firing = null;
    for (const arming of this.#held) this.#world.timeline.after(1, () => this.#fire(arming));
    this.#held = [];
  }

  #start(byAlarm: boolean): Running {
    const instance: Instance = { id: ++this.#started, dead: false, inFlight: [], pending: 0 };
    const armedAtMs = byAlarm ? null : this.#world.storage.alarmAtMs;
    this.#world.note(() => `#${instance.id} starts, alarm ${byAlarm ? "fired" : shown(armedAtMs)}`);
    const drain = new Drain(drainDeps(this.#world, instance), { byAlarm, armedAtMs });
    this.#running = { instance, drain };
    return this.#running;
  }
}

function shown(alarmAtMs: number | null): string {
  return alarmAtMs === null ? "unset" : `set for ${clock(alarmAtMs)}`;
}

function clock(atMs: number): string {
  return new Date(atMs).toISOString().slice(8, 23);
}
