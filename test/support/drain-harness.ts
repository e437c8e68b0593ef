/** A drain over a real object's storage, with a clock, an alarm, a log and a receiver that the test moves. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import { DEFAULT_BREAKER } from "../../src/core/breaker.ts";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import type { LoggedEvent } from "../../src/core/event.ts";
import type { ReplayNews } from "../../src/core/replay.ts";
import { Drain, type DrainDeps } from "../../src/delivery/drain.ts";
import type { EndpointReport } from "../../src/delivery/ledger.ts";
import { Notices } from "../../src/delivery/notices.ts";
import { Queue } from "../../src/delivery/queue.ts";
import { DeliveryReader } from "../../src/delivery/queue-deliveries.ts";
import { NoticeQueue } from "../../src/delivery/queue-notices.ts";
import type { SqlExec } from "../../src/delivery/queue-schema.ts";
import type { Told } from "../../src/store/operational-log.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";
import { answered } from "./outcomes.ts";
import { standingIn } from "./standing.ts";

const START_MS = Date.UTC(2026, 10, 20, 12);

export const OK: AttemptOutcome = answered(200);

type Sending = { position: number; atMs: number; finish(outcome: AttemptOutcome): Promise<void> };

export class Harness {
  nowMs = START_MS;
  alarmAtMs: number | null = null;
  armings = 0;
  events: LoggedEvent[] = [];
  config: EndpointConfig;
  drain: Drain;
  readonly queue: Queue;
  readonly deliveries: DeliveryReader;
  /** Requests that have been made and not answered. */
  open: Sending[] = [];
  sent: { position: number; atMs: number }[] = [];
  reports: EndpointReport[] = [];
  /** What was told of each replay last. */
  replays = new Map<string, ReplayNews>();
  /** What has reached the operational log. */
  told: Told[] = [];
  failTelling = false;
  errors: string[] = [];
  logReads = 0;
  /** Answers at once; null: the test answers through {@link open}. */
  answer: ((position: number, attempt: number) => AttemptOutcome) | null = () => OK;
  failLog = false;
  #timers: { atMs: number; work: () => void }[] = [];
  readonly #exec: SqlExec;

  /** By the object's statements so far. */
  readonly #countRowsWritten: () => number;

  constructor(exec: SqlExec, config: Partial<EndpointConfig>, countRowsWritten = () => 0) {
    this.#exec = exec;
    this.#countRowsWritten = countRowsWritten;
    this.config = aConfig(config);
    this.queue = new Queue(exec);
    this.deliveries = new DeliveryReader(exec);
    this.drain = this.#newDrain(false);
  }

  get rowsWritten(): number {
    return this.#countRowsWritten();
  }

  /** The object dies with all it had in memory, and starts again. */
  crash({ byAlarm = false } = {}): void {
    this.#timers = [];
    this.open = [];
    this.drain = this.#newDrain(byAlarm);
  }

  append(count: number, overrides: Partial<LoggedEvent> = {}): LoggedEvent[] {
    const added = Array.from({ length: count }, (_, index) => ({
      position: this.events.length + index + 1,
      createdAtMs: this.nowMs,
      eventType: "a.b",
      eventId: null,
      channels: null,
      tags: null,
      deliverAtMs: null,
      payload: "{}",
      ...overrides,
    }));
    this.events.push(...added);
    return added;
  }

  /** Appends and hints, as accepting does. */
  async publish(count: number, overrides: Partial<LoggedEvent> = {}): Promise<void> {
    const events = this.append(count, overrides);
    await this.drain.hint(this.config.version, events, events.at(-1)?.position ?? 0);
    await settleMicrotasks();
  }

  /** First contact: the object learns its configuration and finds nothing to do. */
  async meetAndSettle(): Promise<void> {
    await this.drain.reload();
    await this.advance(10_000);
  }

  /** Lets time pass, firing timers and alarms in order. */
  async advance(byMs: number): Promise<void> {
    const end = this.nowMs + byMs;
    for (;;) {
      const next = Math.min(this.alarmAtMs ?? Infinity, ...this.#timers.map(({ atMs }) => atMs));
      if (next > end) break;
      this.nowMs = Math.max(this.nowMs, next);
      await this.#fire(next);
      await settleMicrotasks();
    }
    this.nowMs = end;
  }

  async fireAlarm(): Promise<void> {
    this.alarmAtMs = null;
    this.drain.alarmFired();
    await this.drain.wake();
    await settleMicrotasks();
  }

  async changeConfig(change: Partial<EndpointConfig>): Promise<void> {
    this.config = { ...this.config, ...change, version: this.config.version + 1 };
    await this.drain.reload();
    await settleMicrotasks();
  }

  /** How each position stands: `3: success`. */
  standing(): Record<number, string> {
    return Object.fromEntries(standingIn(this.deliveries));
  }

  async #fire(atMs: number): Promise<void> {
    const due = this.#timers.filter((timer) => timer.atMs <= atMs);
    this.#timers = this.#timers.filter((timer) => timer.atMs > atMs);
    for (const { work } of due) work();
    if (this.alarmAtMs !== null && this.alarmAtMs <= atMs) await this.fireAlarm();
  }

  #newDrain(byAlarm: boolean): Drain {
    return new Drain(this.#deps(), { byAlarm, armedAtMs: byAlarm ? null : this.alarmAtMs });
  }

  #deps(): DrainDeps {
    const life = { dead: false };
    const alive = this.open;
    return {
      queue: new Queue(this.#exec),
      nowMs: () => this.nowMs,
      random: () => 0.5,
      after: (delayMs, work) => this.#timers.push({ atMs: this.nowMs + Math.max(1, delayMs), work }),
      armAlarm: (atMs) => {
        this.armings++;
        this.alarmAtMs = atMs;
      },
      disarmAlarm: () => {
        this.alarmAtMs = null;
      },
      readConfig: async () => this.config,
      readLog: async (after, limit) => {
        this.logReads++;
        if (this.failLog) throw new Error("the log is out of reach");
        const events = this.events.filter(({ position }) => position > after).slice(0, limit);
        return { config: this.config, events: events.map(({ payload: _, ...header }) => header) };
      },
      readEvents: async (positions) => this.events.filter(({ position }) => positions.includes(position)),
      canSend: () => true,
      send: async (event) => {
        this.sent.push({ position: event.position, atMs: this.nowMs });
        const outcome = await this.#outcomeOf(event.position, alive);
        if (life.dead) await new Promise(() => undefined);
        return { outcome, durationMs: 1, url: this.config.url, requestHeaders: {} };
      },
      report: async (report) => void this.reports.push(report),
      reportReplays: async (news) => {
        if (this.failTelling) throw new Error("D1 is away");
        for (const one of news) this.replays.set(one.taskId, one);
      },
      disable: async (_reason, version) => {
        if (version !== this.config.version || this.config.state !== "enabled") return;
        const from = this.events.length + 1;
        this.config = {
          ...this.config,
          state: "disabled",
          version: version + 1,
          spans: [...this.config.spans, { from, filter: null }],
        };
      },
      notices: new Notices(new NoticeQueue(this.#exec), {
        tell: async (told) => {
          if (this.failTelling) throw new Error("the operational log is out of reach");
          this.told.push(...told);
        },
        logError: (event) => this.errors.push(event),
      }),
      logError: (event) => this.errors.push(event),
    };
  }

  #outcomeOf(position: number, open: Sending[]): Promise<AttemptOutcome> {
    const attempt = this.sent.filter((sent) => sent.position === position).length;
    if (this.answer !== null) return Promise.resolve(this.answer(position, attempt));
    return new Promise((resolve) => {
      const sending = {
        position,
        atMs: this.nowMs,
        finish: async (outcome: AttemptOutcome) => {
          open.splice(open.indexOf(sending), 1);
          resolve(outcome);
          await settleMicrotasks();
        },
      };
      open.push(sending);
    });
  }
}

export async function settleMicrotasks(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await Promise.resolve();
}

const LISTENS_TO_ALL = [{ from: 1, filter: { eventTypes: null, channels: null } }];

export function aConfig({ policy, ...overrides }: Partial<EndpointConfig>): EndpointConfig {
  const dialect = BUILT_IN_DIALECTS.get("standard");
  if (dialect === undefined) throw new Error("no standard dialect");
  return {
    appKey: 1,
    endpointKey: 2,
    endpointId: "ep_test",
    version: 1,
    state: "enabled",
    url: "https://receiver.example/hook",
    spans: LISTENS_TO_ALL,
    ratePerSecond: null,
    sealedSecrets: null,
    sealedHeaders: null,
    dialect,
    policy: {
      dialect: "standard",
      retrySchedule: [5, 300],
      timeoutSeconds: 15,
      concurrency: 6,
      ordering: "none",
      jitter: false,
      breaker: DEFAULT_BREAKER,
      ...policy,
    },
    ...overrides,
  };
}

let objects = 0;

/** Runs a test over a fresh object's storage. */
export async function withDrain(
  config: Omit<Partial<EndpointConfig>, "policy"> & { policy?: Partial<EndpointConfig["policy"]> },
  test: (harness: Harness) => Promise<void>,
): Promise<void> {
  const stub = env.ENDPOINT.getByName(`1.drain-harness-${objects++}-${crypto.randomUUID()}`);
  await runInDurableObject(stub, async (_instance, state) => {
    let rowsWritten = 0;
    const exec: SqlExec = (query, ...bindings) => {
      const cursor = state.storage.sql.exec(query, ...bindings);
      const rows = cursor.toArray();
      rowsWritten += cursor.rowsWritten;
      return rows;
    };
    await test(new Harness(exec, config as Partial<EndpointConfig>, () => rowsWritten));
  });
}
