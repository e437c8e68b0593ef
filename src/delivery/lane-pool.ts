import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { invariant } from "../core/invariant.ts";
import {
  LANE_GRACE_MS,
  LANE_REST_MS,
  MAX_RESPONSE_BODY_WAIT_MS,
  REQUESTS_PER_OBJECT,
  SENDER_LANES,
} from "../core/limits/delivery.ts";
import { type Deadlines, EXPIRED } from "./deadlines.ts";
import type { SentAttempt } from "./ledger.ts";

/** What became of one attempt of a batch: what was sent, or the text of an error of our own. */
export type LaneResult = { index: number; sent: SentAttempt | null; error: string };

export type LaneCall = {
  config: EndpointConfig;
  events: LoggedEvent[];
  report(results: LaneResult[]): void;
};

export type LanePoolDeps = {
  /** One attempt by the object itself. */
  sendHere(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt>;
  /** A batch of attempts by a lane. Reports them as they end; resolves after the last, with what it has not reported. */
  callLane(lane: number, call: LaneCall): Promise<LaneResult[]>;
  deadlines: Deadlines;
  nowMs(): number;
};

/** The lane died, or was not heard of in time: whether the receiver got the event is not known. No fault of its own. */
export class LaneLostError extends Error {}

type Job = {
  event: LoggedEvent;
  resolve(sent: SentAttempt): void;
  reject(error: Error): void;
};

type Batch = { config: EndpointConfig; jobs: Job[] };

type Lane = {
  number: number;
  /** Attempts that it was given and that have not ended, nor their lease. */
  busy: number;
  /** Given to it in this turn; they leave together when it ends. */
  batch: Batch | null;
  lostAtMs: number;
};

/**
 * Who makes an endpoint's attempts. An object may wait for six receivers at a time (reference cloudflare.md §1): the first
 * six attempts are the endpoint object's own, those beyond go to sender lanes, six to each. A lane owns nothing: what it
 * was given is leased, and comes back as lost when it fails or is silent for longer than an attempt can take (ADR 007).
 */
export class LanePool {
  readonly #deps: LanePoolDeps;
  readonly #lanes: Lane[] = Array.from({ length: SENDER_LANES }, (_, index) => ({
    number: index + 1,
    busy: 0,
    batch: null,
    lostAtMs: Number.NEGATIVE_INFINITY,
  }));
  #here = 0;

  constructor(deps: LanePoolDeps) {
    this.#deps = deps;
  }

  /** Whether there is somebody for one more attempt. Each end of an attempt of the object's own is an occasion to ask. */
  canSend(concurrency: number): boolean {
    return this.#here < REQUESTS_PER_OBJECT || this.#freeLane(concurrency) !== null;
  }

  /** One attempt; call when {@link canSend}. Rejects with {@link LaneLostError} if nobody can say what became of it. */
  send(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt> {
    if (this.#here < REQUESTS_PER_OBJECT) return this.#sendHere(event, config);
    const lane = this.#freeLane(config.policy.concurrency);
    invariant(lane !== null, "delivery/lane-pool: nobody is free");
    return this.#enlist(lane, event, config);
  }

  async #sendHere(event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt> {
    this.#here++;
    try {
      return await this.#deps.sendHere(event, config);
    } finally {
      this.#here--;
    }
  }

  /** No more lanes than the concurrency takes, and the idlest of them, so that batches are large and lanes few. */
  #freeLane(concurrency: number): Lane | null {
    const nowMs = this.#deps.nowMs();
    const most = Math.ceil((concurrency - REQUESTS_PER_OBJECT) / REQUESTS_PER_OBJECT);
    const free = this.#lanes
      .filter((lane) => !isResting(lane, nowMs))
      .slice(0, Math.max(0, most))
      .filter(({ busy }) => busy < REQUESTS_PER_OBJECT);
    const filling = free.find(({ batch }) => batch !== null);
    if (filling !== undefined) return filling;
    return free.reduce<Lane | null>(
      (best, lane) => (best === null || lane.busy < best.busy ? lane : best),
      null,
    );
  }

  #enlist(lane: Lane, event: LoggedEvent, config: EndpointConfig): Promise<SentAttempt> {
    if (lane.batch !== null && lane.batch.config !== config) this.#dispatch(lane);
    if (lane.batch === null) {
      lane.batch = { config, jobs: [] };
      queueMicrotask(() => this.#dispatch(lane));
    }
    const { promise, resolve, reject } = Promise.withResolvers<SentAttempt>();
    lane.batch.jobs.push({ event, resolve, reject });
    lane.busy++;
    return promise;
  }

  #dispatch(lane: Lane): void {
    const { batch } = lane;
    lane.batch = null;
    if (batch !== null) void this.#run(lane, batch);
  }

  /** One lease: ends when every attempt of it has, or when nothing more can come of it. Never throws. */
  async #run(lane: Lane, { config, jobs }: Batch): Promise<void> {
    const open = new Map(jobs.entries());
    // What is reported after the lease has ended was given back already: it counts no more.
    const settle = (results: readonly LaneResult[]) => {
      for (const { index, sent, error } of results) {
        const job = open.get(index);
        if (job === undefined) continue;
        open.delete(index);
        lane.busy--;
        if (sent === null) job.reject(new Error(error));
        else job.resolve(sent);
      }
    };
    const lost = await this.#call(lane, { config, events: jobs.map(({ event }) => event), report: settle });
    if (open.size === 0) return;
    lane.lostAtMs = this.#deps.nowMs();
    for (const job of open.values()) {
      lane.busy--;
      job.reject(new LaneLostError(`sender lane ${lane.number}: ${lost ?? "it did not report all"}`));
    }
    open.clear();
  }

  /** Why it is given up; null: it has answered. */
  async #call(lane: Lane, call: LaneCall): Promise<string | null> {
    const leaseMs = call.config.policy.timeoutSeconds * 1000 + MAX_RESPONSE_BODY_WAIT_MS + LANE_GRACE_MS;
    const lease = this.#deps.deadlines.start(leaseMs);
    try {
      const rest = await Promise.race([this.#deps.callLane(lane.number, call), lease.expired]);
      if (rest === EXPIRED) return `silent for ${leaseMs} ms`;
      call.report(rest);
      return null;
    } catch (error) {
      return error instanceof Error ? error.message : "its call failed";
    } finally {
      lease.clear();
    }
  }
}

/** Left alone after a loss for a short while; not for longer because a clock was put back. */
function isResting({ lostAtMs }: Lane, nowMs: number): boolean {
  const sinceMs = nowMs - lostAtMs;
  return sinceMs >= 0 && sinceMs < LANE_REST_MS;
}
