/** Agents: they poll, wait or listen on a socket, take events, acknowledge them sooner or later, die and come back. */
import type { PullQuery, PullResult } from "../../../src/feed/pull.ts";
import type { Acknowledged, AcknowledgeResult } from "../../../src/service/pull/acknowledge-events.ts";
import type { Random } from "../random.ts";
import { IN_FLIGHT_MS, type Ledger } from "./ledger.ts";
import type { ClientSocket } from "./model-sockets.ts";
import { Owner, type VirtualTime } from "./virtual-time.ts";

export type AgentPlan = {
  name: string;
  kind: "poll" | "wait" | "socket";
  consumer: string;
  eventTypes: string[] | null;
  limit: number;
  leaseMs: number | null;
  /** Follows the log from its own place and acknowledges nothing. */
  isTail: boolean;
};

/** The Worker, as the agent's requests meet it. */
export type Front = {
  pull(query: PullQuery, waitMs: number): Promise<PullResult>;
  acknowledge(consumer: string, acked: Acknowledged): Promise<AcknowledgeResult>;
  connect(plan: AgentPlan, after: number | null): Promise<ClientSocket | null>;
};

export type AgentDeps = {
  time: VirtualTime;
  random: Random;
  ledger: Ledger;
  front: Front;
  appKey: number;
  trace(line: string): void;
};

/** Nobody asks for it: it is beyond the end for ever. */
const NEVER = 1_000_000;
const GIVE_UP_MS = 30_000;

export class Agent {
  readonly plan: AgentPlan;
  readonly #deps: AgentDeps;
  #session = new Owner("nobody");
  /** Everything up to here has come in this session, so far as it was asked for; null: it began with what it owes. */
  seenTo: number | null = null;
  /** A tail's own place, which it keeps when it dies. */
  #place = 0;
  readonly arrivedMs = new Map<number, number>();
  #socket: ClientSocket | null = null;
  isConnected = false;
  /** Chances, in one step. */
  faults = { dies: 0, wrongAck: 0, keepsQuiet: 0 };

  constructor(plan: AgentPlan, deps: AgentDeps) {
    this.plan = plan;
    this.#deps = deps;
  }

  start(): void {
    this.stop();
    const session = new Owner(this.plan.name);
    this.#session = session;
    this.seenTo = this.plan.isTail ? this.#place : null;
    this.#deps.time.as(session, () => void this.#live());
  }

  stop(): void {
    this.#session.alive = false;
    this.isConnected = false;
    this.#socket?.close();
    this.#socket = null;
  }

  /** With what a tail remembers, all else forgotten. */
  die(): void {
    this.#deps.trace(`${this.plan.name} dies`);
    this.stop();
    const delayMs = this.#deps.random.int(10, 20_000);
    // A session of waiting, so that another end of it is no second beginning.
    this.#session = new Owner(`${this.plan.name}, dead`);
    this.#deps.time.as(this.#session, () => this.#deps.time.after(delayMs, () => this.start()));
  }

  async #live(): Promise<void> {
    const { random, time } = this.#deps;
    for (;;) {
      if (random.chance(this.faults.dies)) {
        this.die();
        return;
      }
      try {
        if (this.plan.kind === "socket") await this.#listen();
        else await this.#ask();
      } catch {
        // Refused, or lost on its way: it tries again.
      }
      await time.sleep(this.plan.kind === "poll" ? random.int(100, 5000) : random.int(0, 300));
    }
  }

  async #ask(): Promise<void> {
    const { front, time, random, appKey, trace } = this.#deps;
    const { consumer: name, eventTypes, limit, leaseMs, isTail } = this.plan;
    const askedMs = time.nowMs;
    const after = isTail ? this.seenTo : null;
    const waitMs = this.plan.kind === "wait" ? random.int(1, 55) * 1000 : 0;
    const query = { consumer: { appKey, name }, after, limit, eventTypes, leaseMs };
    const page = await Promise.race([front.pull(query, waitMs), this.#tooLong(waitMs)]);
    if (page.kind !== "pulled") return;
    const positions = page.events.map(({ position }) => position);
    if (positions.length > 0) trace(`${this.plan.name} got ${positions.join(" ")}`);
    this.#check(positions, { after: after ?? 0, next: page.next, mayBeLeftOut: !isTail });
    this.#took(positions, askedMs);
    if (isTail) this.#moved(page.next);
    else await this.#work(positions);
  }

  async #tooLong(waitMs: number): Promise<never> {
    await this.#deps.time.sleep(waitMs + GIVE_UP_MS);
    throw new Error("no answer");
  }

  /** Until the line breaks. */
  async #listen(): Promise<void> {
    const { front, time, random } = this.#deps;
    const socket = await front.connect(this.plan, this.plan.isTail ? this.seenTo : null);
    if (socket === null) return;
    this.#socket = socket;
    this.#acking.length = 0;
    this.seenTo = this.plan.isTail ? this.seenTo : null;
    this.isConnected = true;
    const session = this.#session;
    await new Promise<void>((resolve) => {
      socket.heard = {
        closed: resolve,
        message: (text) => {
          if (session.alive) time.as(session, () => this.#frame(JSON.parse(text), socket));
        },
      };
      if (random.chance(this.faults.dies)) time.after(random.int(10, 60_000), () => socket.close());
      if (!socket.line.isOpen) resolve();
    });
    this.isConnected = false;
  }

  #frame(
    frame: { type: string; events?: { event_id: number }[]; next?: number; id?: number },
    socket: ClientSocket,
  ): void {
    const { time, ledger, random, trace } = this.#deps;
    if (frame.type === "acked") {
      const positions = this.#acking[frame.id ?? 0] ?? [];
      ledger.acknowledged(this.plan.consumer, positions, time.nowMs);
      if (positions.includes(NEVER)) ledger.violated(`${this.plan.name} acknowledged what is not there`);
    }
    if (frame.type !== "events") return;
    const positions = (frame.events ?? []).map(({ event_id: position }) => position);
    const next = frame.next ?? 0;
    trace(`${this.plan.name} was sent ${positions.join(" ")}, next ${next}`);
    const after = this.seenTo ?? 0;
    this.#check(positions, { after, next, mayBeLeftOut: !this.plan.isTail });
    this.#took(positions, time.nowMs - IN_FLIGHT_MS);
    if (this.plan.leaseMs === null) this.#moved(next);
    if (random.chance(this.faults.keepsQuiet)) return;
    time.after(random.int(0, 3000), () => this.#answer(positions, socket));
  }

  readonly #acking: number[][] = [];

  #answer(positions: readonly number[], socket: ClientSocket): void {
    const { time, random, ledger } = this.#deps;
    const { consumer, isTail } = this.plan;
    if (isTail) {
      socket.send('{"type":"more"}');
      return;
    }
    const wrong = random.chance(this.faults.wrongAck) ? [NEVER] : [];
    for (const ids of [wrong, positions]) {
      if (ids.length === 0) continue;
      const id = this.#acking.push([...ids]) - 1;
      ledger.acknowledging(consumer, ids, time.nowMs);
      socket.send(JSON.stringify({ type: "ack", event_ids: ids, id }));
    }
  }

  /** Acknowledges some, or all, in pieces. */
  async #work(positions: readonly number[]): Promise<void> {
    const { time, random } = this.#deps;
    await time.sleep(random.int(0, 2000));
    if (random.chance(this.faults.keepsQuiet)) return;
    if (random.chance(this.faults.wrongAck)) await this.#acknowledge([NEVER]);
    const some = positions.filter(() => !random.chance(this.faults.keepsQuiet));
    const half = random.int(0, some.length);
    await this.#acknowledge(some.slice(half));
    await this.#acknowledge(some.slice(0, half));
  }

  async #acknowledge(positions: readonly number[]): Promise<void> {
    if (positions.length === 0) return;
    const { front, ledger, time, random } = this.#deps;
    const { consumer, eventTypes, leaseMs } = this.plan;
    const last = positions.at(-1) ?? 0;
    const isWhole = positions.length > 1 && leaseMs === null && eventTypes === null;
    const acked =
      isWhole && random.chance(0.3) ? { upTo: positions[0] ?? last } : { positions: [...positions] };
    const covered = "upTo" in acked ? ledger.wanted(null, [0, acked.upTo]) : positions;
    ledger.acknowledging(consumer, covered, time.nowMs);
    const result = await front.acknowledge(consumer, acked);
    if (result.kind !== "acknowledged") return;
    if (last === NEVER) ledger.violated(`${this.plan.name} acknowledged what is not there`);
    ledger.acknowledged(consumer, covered, time.nowMs);
  }

  /** Each event once in a session, in order, and none left out but what is acknowledged, or held by another worker. */
  #check(
    positions: readonly number[],
    { after, next, mayBeLeftOut }: { after: number; next: number; mayBeLeftOut: boolean },
  ): void {
    const { ledger } = this.#deps;
    const { name, consumer, eventTypes, leaseMs } = this.plan;
    const wanted = ledger.wanted(eventTypes, [after, next]);
    const strange = positions.find((position) => !wanted.includes(position));
    if (strange !== undefined) ledger.violated(`${name} got event ${strange} between ${after} and ${next}`);
    if (leaseMs !== null) return;
    const missed = wanted.find(
      (position) =>
        !positions.includes(position) && !(mayBeLeftOut && ledger.mayBeAcknowledged(consumer, position)),
    );
    if (missed !== undefined) ledger.violated(`${name} missed event ${missed} between ${after} and ${next}`);
  }

  #took(positions: readonly number[], askedMs: number): void {
    const { ledger, time } = this.#deps;
    const { name, consumer, leaseMs, isTail } = this.plan;
    for (const position of positions) {
      if (!this.arrivedMs.has(position)) this.arrivedMs.set(position, time.nowMs);
    }
    if (!isTail) ledger.handedOut(consumer, positions, askedMs, name);
    if (leaseMs === null) return;
    const lease = { to: name, atMs: time.nowMs, untilMs: askedMs - IN_FLIGHT_MS + leaseMs };
    ledger.leased(consumer, positions, lease);
  }

  #moved(next: number): void {
    this.seenTo = next;
    if (this.plan.isTail) this.#place = next;
  }
}
