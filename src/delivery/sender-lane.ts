import { DurableObject } from "cloudflare:workers";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { LANE_REPORT_DELAY_MS, REQUESTS_PER_OBJECT } from "../core/limits/delivery.ts";
import type { Env } from "../env.ts";
import { createSender, type Sender } from "./attempt.ts";
import type { LaneResult } from "./lane-pool.ts";

type Report = (results: LaneResult[]) => Promise<void> | void;

/** More connections for one busy endpoint: signs, sends and reports. Keeps nothing, decides nothing (ADR 007). */
export class SenderLane extends DurableObject<Env> {
  readonly #sender: Sender;
  #inFlight = 0;

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env);
    this.#sender = createSender(env);
  }

  /** Makes one attempt for each event and tells of each soon after it has ended; answers what it has not told yet. */
  async send(config: EndpointConfig, events: LoggedEvent[], report: Report): Promise<LaneResult[]> {
    // Left from an endpoint object that died meanwhile: what would have to wait for them could miss its timeout.
    if (this.#inFlight + events.length > REQUESTS_PER_OBJECT) throw new Error("the lane is still busy");
    this.#inFlight += events.length;
    const outbox = new Outbox(report);
    const attempts = events.map(async (event, index) => {
      const result = await this.#attempt(event, config);
      this.#inFlight--;
      outbox.add({ index, ...result });
    });
    await Promise.all(attempts);
    return outbox.close();
  }

  async #attempt(event: LoggedEvent, config: EndpointConfig): Promise<Omit<LaneResult, "index">> {
    try {
      return { sent: await this.#sender.send(event, config), error: "" };
    } catch (error) {
      return { sent: null, error: error instanceof Error ? error.message : "the attempt failed" };
    }
  }
}

/** Receivers answer in bursts: what ends within a moment is told in one call. */
class Outbox {
  readonly #report: Report;
  #results: LaneResult[] = [];
  #timer: ReturnType<typeof setTimeout> | null = null;
  #telling: Promise<void> = Promise.resolve();

  constructor(report: Report) {
    this.#report = report;
  }

  add(result: LaneResult): void {
    this.#results.push(result);
    this.#timer ??= setTimeout(() => this.#tell(), LANE_REPORT_DELAY_MS);
  }

  /** What was not told yet; after what was, so that nothing told seems lost. */
  async close(): Promise<LaneResult[]> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    const rest = this.#results;
    this.#results = [];
    await this.#telling;
    return rest;
  }

  #tell(): void {
    this.#timer = null;
    const results = this.#results;
    this.#results = [];
    // Whom it does not reach has died, or will miss them and send them again.
    const told = Promise.resolve(this.#report(results)).catch(() => undefined);
    this.#telling = Promise.all([this.#telling, told]).then(() => undefined);
  }
}
