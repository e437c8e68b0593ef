/** One application, its log, its hub and its agents; what fails, and how often, the seed decides. */
import { HubOutbox } from "../../../src/accept/hub-outbox.ts";
import { isAcknowledged } from "../../../src/core/acks.ts";
import type { SocketState } from "../../../src/core/socket.ts";
import type { Env } from "../../../src/env.ts";
import { pullWaiting } from "../../../src/feed/pull-waiting.ts";
import { openSocket, tellHub } from "../../../src/feed/stub.ts";
import { createServiceContext } from "../../../src/service/context.ts";
import { acknowledgeEvents } from "../../../src/service/pull/acknowledge-events.ts";
import { tellHubs } from "../../../src/service/pull/tell-hubs.ts";
import type { Random } from "../random.ts";
import { Agent, type AgentPlan, type Front } from "./agents.ts";
import { type HubClass, HubHost } from "./hub-host.ts";
import { Ledger } from "./ledger.ts";
import type { ModelD1 } from "./model-d1.ts";
import type { ClientSocket } from "./model-sockets.ts";
import { Owner, type VirtualTime } from "./virtual-time.ts";

const APP_KEY = 7;
const CRON_MS = 60_000;
const WRITER_LATENCY_MS = 20;

export class World {
  readonly host: HubHost;
  readonly ledger: Ledger;
  readonly agents: Agent[];
  violation: string | null = null;
  readonly trace: string[] | null;
  /** Of hints to the hub. */
  hintsLost: number;
  readonly #time: VirtualTime;
  readonly #random: Random;
  readonly #d1: ModelD1;
  readonly #env: Env;
  readonly #writer = new Owner("writer");
  #outbox: HubOutbox;

  constructor(
    time: VirtualTime,
    random: Random,
    tools: { d1: ModelD1; Hub: HubClass; trace: string[] | null },
  ) {
    const { d1, Hub, trace } = tools;
    [this.#time, this.#random, this.#d1, this.trace] = [time, random, d1, trace];
    const keys = { POSTHORN_KEY: "sk_simulation", POSTHORN_MASTER_KEY: `${"A".repeat(43)}=` };
    const env = { DB: d1, ...keys, FEED_HUB: { getByName: () => this.host.stub() } };
    this.#env = env as unknown as Env;
    this.host = new HubHost({ time, random, Hub, env, appKey: APP_KEY });
    this.ledger = new Ledger((message) => {
      this.violation ??= message;
    });
    this.#outbox = this.#newOutbox();
    d1.reset(time, random);
    d1.now(
      `INSERT INTO applications (key, id, name, metadata, policy, created_at, updated_at)
       VALUES (?, 'app_1', 'Simulated', '{}', '{}', 0, 0)`,
      APP_KEY,
    );
    this.hintsLost = random.pick(0, 0.1, 0.5);
    const faulty = random.chance(0.8);
    d1.faults = { before: faulty ? random.next() * 0.1 : 0, after: faulty ? random.next() * 0.05 : 0 };
    this.host.lost = faulty ? random.next() * 0.2 : 0;
    this.agents = plansOf(random).map((plan) => this.#agent(plan, faulty));
  }

  /** Commits an event; who appended tells the hub if somebody waits, and if nothing comes in between. */
  publish(eventType: string, { isHintLost = this.#random.chance(this.hintsLost) } = {}): number {
    const { nowMs } = this.#time;
    const position = this.ledger.head + 1;
    this.#d1.now(
      "INSERT INTO events (app_key, position, created_at, event_type, payload) VALUES (?, ?, ?, ?, ?)",
      ...[APP_KEY, position, nowMs, eventType, this.#random.chance(0.2) ? bigPayload(position) : "{}"],
    );
    this.ledger.events.push({ position, eventType });
    const isLive = this.#d1.now("SELECT 1 FROM live_applications WHERE app_key = ?", APP_KEY).length > 0;
    this.say(
      `published ${position} ${eventType}${isLive ? "" : ", nobody is told"}${isHintLost ? ", hint lost" : ""}`,
    );
    if (isLive && !isHintLost) {
      const delayMs = this.#random.int(0, WRITER_LATENCY_MS);
      this.#time.as(this.#writer, () =>
        this.#time.after(delayMs, () => this.#outbox.tell(APP_KEY, position)),
      );
    }
    return position;
  }

  /** The first of these events whose acknowledgement is not stored. One that nobody made breaks a rule of its own. */
  firstUnkept(consumer: string, positions: readonly number[]): number | undefined {
    const [row] = this.#d1.now("SELECT acked_up_to, acked_beyond FROM consumers WHERE name = ?", consumer);
    if (row === undefined) return positions[0];
    const acks = { upTo: Number(row.acked_up_to), beyond: JSON.parse(String(row.acked_beyond)) };
    const strange = positions.find(
      (position) => isAcknowledged(acks, position) && !this.ledger.mayBeAcknowledged(consumer, position),
    );
    if (strange !== undefined) {
      this.ledger.violated(`event ${strange} counts as acknowledged by ${consumer}, where nobody did so`);
    }
    return positions.find((position) => !isAcknowledged(acks, position));
  }

  /** The upkeep, every minute. */
  startCron(): void {
    const cron = new Owner("cron");
    const run = async (): Promise<void> => {
      await tellHubs(createServiceContext(this.#env)).catch(() => {});
      this.#time.after(CRON_MS, run);
    };
    this.#time.as(cron, () => this.#time.after(this.#random.int(0, CRON_MS), run));
  }

  calmDown(): void {
    this.hintsLost = 0;
    this.host.lost = 0;
    this.#d1.faults = { before: 0, after: 0 };
    for (const agent of this.agents) {
      agent.faults = { dies: 0, wrongAck: 0, keepsQuiet: 0 };
      // What it kept quiet about comes again when it comes again.
      agent.die();
    }
  }

  say(line: string): void {
    this.trace?.push(`${((this.#time.nowMs / 1000) % 100_000).toFixed(3)} ${line}`);
  }

  #newOutbox(): HubOutbox {
    return new HubOutbox(async (appKey, upTo) => {
      await tellHub(this.#env, appKey, upTo);
    });
  }

  #agent(plan: AgentPlan, faulty: boolean): Agent {
    const { ledger } = this;
    const deps = { time: this.#time, random: this.#random, ledger, front: this.#front(), appKey: APP_KEY };
    const agent = new Agent(plan, { ...deps, trace: (line) => this.say(line) });
    if (faulty) agent.faults = { dies: 0.05, wrongAck: 0.05, keepsQuiet: 0.2 };
    return agent;
  }

  #front(): Front {
    return {
      pull: (query, waitMs) => pullWaiting(createServiceContext(this.#env).env, query, waitMs),
      acknowledge: (name, acked) =>
        acknowledgeEvents(createServiceContext(this.#env), { appKey: APP_KEY, name }, acked),
      connect: (plan, after) => this.#connect(plan, after),
    };
  }

  async #connect(plan: AgentPlan, after: number | null): Promise<ClientSocket | null> {
    const { consumer, eventTypes, limit, leaseMs } = plan;
    const state: SocketState = {
      ...{ consumer, eventTypes, limit, leaseMs, sentTo: after, skipsAcknowledged: after === null },
      mayAcknowledge: true,
      tokenHash: "",
      // Tokens are another matter.
      checkedAtMs: Number.MAX_SAFE_INTEGER,
      unanswered: { events: 0, chars: 0 },
      held: null,
    };
    return (await openSocket(this.#env, APP_KEY, state)) as ClientSocket | null;
  }
}

function bigPayload(position: number): string {
  return JSON.stringify({ text: "x".repeat(100 + (position % 7) * 50) });
}

/** A few consumers; all workers of one use leases or none does. */
function plansOf(random: Random): AgentPlan[] {
  const consumers = Array.from({ length: random.int(1, 3) }, (_, n) => ({
    consumer: `c${n}`,
    leaseMs: random.pick(null, null, 20_000, 60_000),
    eventTypes: random.pick<string[] | null>(null, null, ["a"]),
  }));
  return consumers.flatMap((shared) =>
    Array.from({ length: random.int(1, 2) }, (_, n): AgentPlan => {
      const kind = random.pick("poll", "wait", "socket", "socket");
      const isTail = shared.leaseMs === null && random.chance(0.25);
      const limit = random.pick(1, 3, 50);
      return {
        ...shared,
        name: `${shared.consumer}.${n} ${kind}${isTail ? " tail" : ""}`,
        kind,
        limit,
        isTail,
      };
    }),
  );
}
