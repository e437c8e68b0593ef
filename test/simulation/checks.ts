/** The invariants of the design, by number, held against what the object does. */
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import type { LoggedEvent } from "../../src/core/event.ts";
import { MAX_IN_FLIGHT_CHARS, REQUESTS_PER_OBJECT } from "../../src/core/limits/delivery.ts";
import { DUE_PAGE, MAX_READY_EVENTS } from "../../src/core/limits/endpoint-object.ts";
import type { Task } from "../../src/delivery/hand.ts";
import { Queue } from "../../src/delivery/queue.ts";
import type { SqlRow } from "../../src/delivery/queue-schema.ts";
import type { Sent } from "./deps.ts";
import { takeMostReady } from "./seen-tasks.ts";
import type { World } from "./world.ts";

/** One second's worth of sends may go at once (core/rate.ts). */
const BURST_MS = 1000;
/** What is due and what is resent comes on top of what is taken. */
const MOST_IN_HAND = MAX_READY_EVENTS + 2 * DUE_PAGE;

export class Checks {
  readonly #world: World;
  /** Cost in ms of the sends under a rate so far, and the most that the bucket can have held before each. */
  #spentMs = 0;
  #lowestMs = Number.POSITIVE_INFINITY;

  constructor(world: World) {
    this.#world = world;
  }

  /** An attempt begins. */
  sends(sent: Sent, event: LoggedEvent, task: Task | null): void {
    const { config } = sent;
    const { knownVersion } = this.#world;
    if (task === null) this.#violated("3", `${event.position} is sent for no task`);
    if (config.version < knownVersion)
      this.#violated("8", `${event.position} goes by version ${config.version}, ${knownVersion} was known`);
    if (config.state !== "enabled")
      this.#violated("8", `${event.position} goes to a ${config.state} endpoint`);
    if (typeof this.#row("SELECT stop_reason FROM state")?.["stop_reason"] === "string")
      this.#violated("8", `${event.position} goes to an endpoint that is to be disabled`);
    this.#sameBytes(event);
    this.#inFlight(sent);
    this.#rate(sent);
    if (!sent.isManual && task !== null) this.#scheduled(sent, task);
  }

  /** An attempt has ended for the object, which will record it. */
  answered(sent: Sent, outcome: AttemptOutcome): void {
    if (outcome !== sent.outcome) this.#violated("3", `${sent.position} ends as no receiver has answered`);
  }

  #scheduled(sent: Sent, task: Task): void {
    const { position, instance, config } = sent;
    const { timeline, log, replays } = this.#world;
    const accepted = log.accepted[position - 1];
    if (sent.replayId !== null) replays.sends(sent, sent.replayId);
    const isReplayed = replays.mayConcern(position);
    if (accepted?.subscribed !== true && !isReplayed)
      this.#violated("3", `${position} was never for this endpoint`);
    if (instance.inFlight.some((other) => !other.isManual && other.position === position))
      this.#violated("3", `${position} is in flight already`);
    if (
      this.#world.sent.some(
        (other) => other.atReceiver && !other.isManual && other.position === position && !other.instance.dead,
      )
    )
      this.#violated("3", `${position} is at the receiver still when it is attempted again`);
    if (this.#isEnded(position) && !isReplayed)
      this.#violated("3", `${position} had ended before it is attempted`);
    if (position < log.canceledBefore(config.version) && !isReplayed)
      this.#violated("8", `${position} was canceled before it is attempted`);
    const notBeforeMs = task.waiting?.nextAtMs ?? task.event.deliverAtMs ?? 0;
    if (notBeforeMs > timeline.latestWallMs) this.#violated("3", `${position} is attempted before its time`);
    if (config.policy.ordering === "fifo") this.#order(position);
  }

  /** It has left the object; should that die now, something must bring the object back. */
  departed({ position }: Sent): void {
    if (!this.#world.host.isAlarmStanding) this.#violated("7", `${position} leaves and no alarm is set`);
  }

  readEvents(positions: readonly number[]): void {
    if (positions.length > MOST_IN_HAND) this.#violated("9", `${positions.length} events are read at once`);
  }

  /** The object died: what is durable must say of every event that it was, or will be, taken. */
  crashed(): void {
    const { position } = new Queue(this.#world.storage.exec).loadState();
    for (const { event, subscribed } of this.#world.log.accepted.slice(0, position)) {
      if (subscribed && !this.#isKnown(event.position))
        this.#violated("1", `the position is ${position}, and nothing says what became of ${event.position}`);
    }
  }

  /** Nothing is to be done for this event any more. */
  isOver(position: number): boolean {
    return this.#world.log.accepted[position - 1]?.subscribed !== true || this.#isEnded(position);
  }

  /** The service disabled the endpoint on its own account. */
  disabled(reason: string, version: number): void {
    const told = this.#world.sent.some(
      ({ config, outcome }) =>
        config.version === version && outcome?.kind === "responded" && outcome.statusCode === 410,
    );
    if (reason === "gone" && !told)
      this.#violated("8", `version ${version} is disabled for what an earlier one was answered`);
  }

  /** Holds after every step. */
  step(): void {
    const { host } = this.#world;
    const most = takeMostReady();
    if (most > MOST_IN_HAND) this.#violated("9", `${most} events are ready in memory`);
    if (host.isAlarmStanding) return;
    const work = this.#workLeft();
    if (work !== null) this.#violated("7", `no alarm is set, and there is ${work}`);
  }

  /** What the object must not forget to do. */
  #workLeft(): string | null {
    const state = this.#row("SELECT config ->> '$.state' AS state, stop_reason FROM state");
    if (typeof state?.["stop_reason"] === "string") return "an endpoint to disable";
    if ((this.#world.host.instance?.inFlight.length ?? 0) > 0) return "an attempt in flight";
    if (this.#row("SELECT 1 FROM replays WHERE NOT told LIMIT 1") !== undefined) return "a replay";
    if (state?.["state"] !== "enabled") return null;
    if (this.#row("SELECT 1 FROM waiting LIMIT 1") !== undefined) return "a delivery waiting";
    if (this.#row("SELECT 1 FROM manual_sends LIMIT 1") !== undefined) return "a resend queued";
    return null;
  }

  #sameBytes(event: LoggedEvent): void {
    const logged = this.#world.event(event.position);
    if (JSON.stringify(event) !== JSON.stringify(logged))
      this.#violated("4", `${event.position} goes out as ${JSON.stringify(event)}`);
  }

  #inFlight({ instance, config }: Sent): void {
    const most = config.policy.ordering === "fifo" ? 1 : config.policy.concurrency;
    if (instance.inFlight.length >= most)
      this.#violated("5", `${instance.inFlight.length + 1} in flight where ${most} may be`);
    const chars = instance.inFlight.reduce((sum, { event }) => sum + (event.payload?.length ?? 0), 0);
    if (instance.inFlight.length >= REQUESTS_PER_OBJECT && chars >= MAX_IN_FLIGHT_CHARS)
      this.#violated("9", `${chars} characters of payloads are in flight, and another follows`);
  }

  #order(position: number): void {
    const earlier = this.#world.log.accepted.slice(0, position - 1);
    const open = earlier.find(
      ({ event, subscribed }) => subscribed && !this.#isEnded(event.position) && !this.#isCanceled(event),
    );
    if (open !== undefined)
      this.#violated("5", `${position} is attempted and ${open.event.position} has not ended`);
  }

  /** Over any window the sends' costs are at most its length and one burst: kept as the most that is still free. */
  #rate({ config, apparentMs }: Sent): void {
    if (config.ratePerSecond === null) return;
    this.#lowestMs = Math.min(this.#lowestMs, this.#spentMs - apparentMs);
    this.#spentMs += 1000 / config.ratePerSecond;
    const overMs = this.#spentMs - apparentMs - this.#lowestMs - BURST_MS;
    if (overMs > 0.01)
      this.#violated("6", `sends cost ${Math.ceil(overMs)} ms more than some window and its burst`);
  }

  /** Canceled and not recorded as that yet: the object need not have read that far. */
  #isCanceled({ position }: LoggedEvent): boolean {
    return position < this.#world.log.canceledBefore(this.#world.log.config.version);
  }

  /** Attempted or canceled, and nothing more is to come. */
  #isEnded(position: number): boolean {
    const row = this.#row(
      `SELECT (EXISTS (SELECT 1 FROM attempts WHERE position = ?1 AND trigger = 0)
           OR EXISTS (SELECT 1 FROM first_tries WHERE position = ?1))
         AND NOT EXISTS (SELECT 1 FROM waiting WHERE position = ?1)
         OR EXISTS (SELECT 1 FROM canceled WHERE position = ?1) AS ended`,
      position,
    );
    return row?.["ended"] === 1;
  }

  #isKnown(position: number): boolean {
    return (
      this.#isEnded(position) || this.#row("SELECT 1 FROM waiting WHERE position = ?", position) !== undefined
    );
  }

  #row(query: string, ...bindings: number[]): SqlRow | undefined {
    return this.#world.storage.exec(query, ...bindings)[0];
  }

  #violated(invariant: string, message: string): void {
    this.#world.violated(invariant, message);
  }
}
