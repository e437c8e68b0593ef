/** One run: what a seed's plan makes happen, step by step, and what was seen. */
import type { LoggedEvent } from "../../src/core/event.ts";
import { LaneLostError } from "../../src/delivery/lane-pool.ts";
import { Checks } from "./checks.ts";
import { InjectedFault, type Sent } from "./deps.ts";
import { ModelLog } from "./model-log.ts";
import { ObjectHost } from "./object-host.ts";
import { drawPlan, type Faults, NO_FAULTS, type Plan, WELL } from "./plan.ts";
import { Random } from "./random.ts";
import { Replays } from "./replays.ts";
import type { ObjectStorage } from "./storage.ts";
import { Timeline } from "./timeline.ts";

export type Violation = { invariant: string; message: string };

export class World {
  readonly random: Random;
  readonly plan: Plan;
  readonly timeline: Timeline;
  readonly storage: ObjectStorage;
  readonly log: ModelLog;
  readonly host: ObjectHost;
  readonly checks: Checks;
  readonly replays: Replays;
  faults: Faults;
  mood: Plan["moods"][number];
  isCalm = false;
  /** Attempts in the order in which they began. */
  readonly sent: Sent[] = [];
  /** Resends by hand that were answered with "queued". */
  readonly resends: { position: number; version: number }[] = [];
  /** The newest configuration that the object has said it knows. */
  knownVersion = 0;
  violation: Violation | null = null;
  steps = 0;
  readonly trace: string[] | null;

  constructor(seed: number, storage: ObjectStorage, trace: string[] | null) {
    this.random = new Random(seed);
    this.plan = drawPlan(this.random);
    this.timeline = new Timeline(this.random);
    this.storage = storage;
    this.trace = trace;
    this.faults = this.plan.faults;
    this.mood = this.plan.moods[0] ?? this.#noMood();
    this.log = new ModelLog(this.plan.config, this.plan.eventTypes);
    this.host = new ObjectHost(this);
    this.checks = new Checks(this);
    this.replays = new Replays(this);
  }

  note(text: () => string): void {
    if (this.trace === null) return;
    const { elapsedMs, wallMs } = this.timeline;
    const clock = new Date(wallMs).toISOString().slice(8, 23);
    this.trace.push(
      `${String(this.steps).padStart(4)} +${(elapsedMs / 1000).toFixed(3)}s ${clock}  ${text()}`,
    );
  }

  /** The first one counts: what follows may only be its consequence. */
  violated(invariant: string, message: string): void {
    if (this.violation !== null) return;
    this.violation = { invariant, message };
    this.note(() => `VIOLATED ${invariant}: ${message}`);
  }

  /** From now on nothing fails, but for the receiver in some worlds. */
  calmDown(): void {
    this.faults = NO_FAULTS;
    this.isCalm = true;
    const recovers = this.random.chance(0.7);
    if (recovers) this.mood = WELL;
    this.note(() => `from here on nothing fails${recovers ? "" : " but the receiver"}`);
  }

  unexpected(where: string, error: unknown): void {
    if (error instanceof InjectedFault || (error instanceof LaneLostError && this.#losesLanes())) return;
    this.violated("own bug", `${where}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  }

  #losesLanes(): boolean {
    const { laneRefuses, laneDies, laneHangs, laneSilent } = this.plan.faults;
    return laneRefuses + laneDies + laneHangs + laneSilent > 0;
  }

  /** Some milliseconds, now and then far more. */
  latencyMs(): number {
    return this.random.chance(0.1) ? this.random.int(50, 3000) : this.random.int(1, 30);
  }

  event(position: number): LoggedEvent | null {
    return this.log.accepted[position - 1]?.event ?? null;
  }

  #noMood(): never {
    throw new Error("a plan without a mood");
  }
}
