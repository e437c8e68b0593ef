/** One agent: takes events, works, acknowledges; loses its line and its memory at random moments. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Book, Line } from "./book.ts";
import { type Ack, type Kind, type Opened, openLine } from "./lines.ts";

export type AgentOptions = {
  kind: Kind;
  url: () => string;
  token: string;
  consumer: string;
  book: Book;
  /** With another worker of the same consumer: what is handed out is leased for so long. Null: alone. */
  leaseSeconds: number | null;
  random: () => number;
};

export type AgentCounts = { lines: number; cut: number; forgot: number; failures: Map<string, number> };

/** A line is cut after this long on average; the agent then knows what it has in hand, or has forgotten it. */
const LINE_LIVES_MS = 40_000;
const FORGETS = 0.3;
/** At this many of the batches it is cut before it can acknowledge, while it does, or after. */
const CUT_AT_BATCH = 0.1;
const LIMITS = [1, 3, 10, 50];
const FIRST_PAUSE_MS = 300;
const MAX_PAUSE_MS = 10_000;
const MAX_FAILURES_NAMED = 20;

export class Agent {
  readonly counts: AgentCounts = { lines: 0, cut: 0, forgot: 0, failures: new Map() };
  readonly #options: AgentOptions;
  /** Received and not known to be acknowledged. */
  readonly #inHand = new Set<number>();
  #last: number | null = null;
  #isCalm = false;
  #stop = new AbortController();

  constructor(options: AgentOptions) {
    this.#options = options;
  }

  /** From now on nothing is cut any more. */
  calm(): void {
    this.#isCalm = true;
  }

  stop(): void {
    this.#stop.abort();
  }

  async run(): Promise<void> {
    const { random } = this.#options;
    let pauseMs = FIRST_PAUSE_MS;
    while (!this.#stop.signal.aborted) {
      const isWhole = await this.#line();
      pauseMs = isWhole ? FIRST_PAUSE_MS : Math.min(MAX_PAUSE_MS, 2 * pauseMs);
      if (!isWhole) await sleep(pauseMs * random(), undefined, { signal: this.#stop.signal }).catch(() => {});
    }
  }

  /** One connection, or one poll. False: the agent should wait before the next. */
  async #line(): Promise<boolean> {
    const { kind, random, token, consumer, leaseSeconds, url } = this.#options;
    const cut = new AbortController();
    const livesMs = -Math.log(1 - random()) * LINE_LIVES_MS;
    const timer = this.#isCalm ? undefined : setTimeout(() => cut.abort(), livesMs);
    const line: Line = { startedAtMs: performance.now(), highest: 0 };
    this.counts.lines++;
    let gotSomething = false;
    try {
      const opened = openLine(kind, {
        ...{ url: url(), token, consumer, leaseSeconds },
        after: kind === "stream" && this.#inHand.size > 0 ? this.#last : null,
        limit: LIMITS[Math.floor(random() * LIMITS.length)] ?? 1,
        signal: AbortSignal.any([cut.signal, this.#stop.signal]),
      });
      // What it still knows to have taken does not come again behind the last one.
      if (kind === "stream") await this.#acknowledge(opened, cut);
      for await (const batch of opened.batches) {
        gotSomething = true;
        for (const event of batch) this.#take(line, event);
        await this.#acknowledge(opened, cut);
      }
      return true;
    } catch (error) {
      if (!cut.signal.aborted && !this.#stop.signal.aborted) this.#failed(error);
      return gotSomething;
    } finally {
      clearTimeout(timer);
      if (cut.signal.aborted) this.#wasCut();
      cut.abort();
    }
  }

  #take(line: Line, event: { position: number; n: number }): void {
    this.#options.book.received(line, event);
    this.#inHand.add(event.position);
    this.#last = event.position;
  }

  /** All of it, in one of the ways there are; perhaps cut off before, or in the middle. */
  async #acknowledge(opened: Opened, cut: AbortController): Promise<void> {
    const { random, book } = this.#options;
    if (this.#inHand.size === 0) return;
    const isCut = !this.#isCalm && random() < CUT_AT_BATCH;
    if (isCut && random() < 0.5) cut.abort();
    if (isCut) setTimeout(() => cut.abort(), 20 * random());
    for (const ack of this.#acks()) {
      const positions =
        "up_to" in ack ? [...this.#inHand].filter((position) => position <= ack.up_to) : ack.event_ids;
      cut.signal.throwIfAborted();
      await opened.acknowledge(ack);
      book.acknowledged(positions, performance.now());
      for (const position of positions) this.#inHand.delete(position);
    }
  }

  #acks(): Ack[] {
    const { random, leaseSeconds } = this.#options;
    const positions = [...this.#inHand].toSorted((a, b) => a - b);
    const last = positions.at(-1);
    if (last === undefined) return [];
    // What another worker holds must not be acknowledged with it.
    if (leaseSeconds === null && random() < 0.4) return [{ up_to: last }];
    const shuffled = positions
      .map((position) => ({ position, at: random() }))
      .toSorted((a, b) => a.at - b.at)
      .map(({ position }) => position);
    const half = Math.ceil(shuffled.length / 2);
    return [shuffled.slice(0, half), shuffled.slice(half)]
      .filter((ids) => ids.length > 0)
      .map((ids) => ({ event_ids: ids }));
  }

  #wasCut(): void {
    this.counts.cut++;
    if (this.#options.random() >= FORGETS) return;
    this.counts.forgot++;
    this.#inHand.clear();
    this.#last = null;
  }

  #failed(error: unknown): void {
    const { failures } = this.counts;
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const text = cause instanceof Error ? cause.message : String(cause);
    if (failures.has(text) || failures.size < MAX_FAILURES_NAMED)
      failures.set(text, (failures.get(text) ?? 0) + 1);
  }
}
