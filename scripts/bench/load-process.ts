/** The load generator, in a process of its own: closed loops as fast as answers come, or calls at a steady rate. */
import { answer } from "./child.ts";
import { monotonicMs, percentilesOf } from "./clock.ts";
import { HttpConnection, postText } from "./http-connection.ts";
import type { LoadQuestions, LoadResult, Publishing } from "./load.ts";

const ANSWER_WITHIN_MS = 20_000;
const PAYLOAD_BYTES = 360;
let serial = 0;
/** No two runs of this process share an idempotency key. */
const RUN = `${process.pid}-${Date.now()}`;

answer<LoadQuestions>({ publish });

async function publish(job: Publishing): Promise<LoadResult> {
  const run = new Run(job);
  const connections = Array.from({ length: job.connections }, () => new HttpConnection(job.origin));
  const startedAtMs = monotonicMs();
  const loops = connections.map((connection, index) =>
    job.perSecond === null
      ? run.closedLoop(connection, startedAtMs)
      : run.pacedLoop(connection, index, startedAtMs),
  );
  await Promise.all(loops);
  const endedAtMs = monotonicMs();
  for (const connection of connections) connection.close();
  return {
    calls: run.latenciesMs.length,
    events: run.latenciesMs.length * job.eventsPerCall,
    failures: Object.fromEntries(run.failures),
    startedAtMs,
    endedAtMs,
    latencyMs: percentilesOf(run.latenciesMs),
  };
}

class Run {
  readonly latenciesMs: number[] = [];
  readonly failures = new Map<string, number>();
  readonly #job: Publishing;
  #calls = 0;

  constructor(job: Publishing) {
    this.#job = job;
  }

  async closedLoop(connection: HttpConnection, startedAtMs: number): Promise<void> {
    const { forMs, maxCalls } = this.#job;
    while (monotonicMs() - startedAtMs < forMs && this.#calls < maxCalls)
      await this.#call(connection, monotonicMs());
  }

  /** Latency counts from when the call was due: a server that stalls does not slow the clock down. */
  async pacedLoop(connection: HttpConnection, index: number, startedAtMs: number): Promise<void> {
    const { forMs, connections, perSecond } = this.#job;
    const everyMs = (1000 * connections) / (perSecond ?? 1);
    for (
      let dueMs = startedAtMs + (everyMs * index) / connections;
      dueMs - startedAtMs < forMs;
      dueMs += everyMs
    ) {
      const waitMs = dueMs - monotonicMs();
      if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
      // A timer may fire late; what it is late is not the server's doing.
      await this.#call(connection, waitMs > 0 ? monotonicMs() : dueMs);
    }
  }

  async #call(connection: HttpConnection, atMs: number): Promise<void> {
    const call = this.#calls++;
    const { origin, paths, key, withKeys } = this.#job;
    const headers: Record<string, string> = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
    };
    if (withKeys) headers["idempotency-key"] = `${RUN}-${serial++}`;
    const path = paths[call % paths.length] ?? "/";
    try {
      const { status, body } = await connection.exchange(
        postText(origin + path, headers, this.#body(atMs)),
        ANSWER_WITHIN_MS,
      );
      if (status >= 200 && status < 300) this.latenciesMs.push(monotonicMs() - atMs);
      else this.#note(`${status} ${body.slice(0, 80)}`);
    } catch (error) {
      this.#note(error instanceof Error ? error.message : String(error));
    }
  }

  #note(failure: string): void {
    this.failures.set(failure, (this.failures.get(failure) ?? 0) + 1);
  }

  #body(atMs: number): string {
    const { eventsPerCall, isBatch } = this.#job;
    if (!isBatch) return message(atMs);
    return `{"messages":[${Array.from({ length: eventsPerCall }, () => message(atMs)).join(",")}]}`;
  }
}

/** `t` is when the call was sent: the receiver needs nothing else to tell how long the event took. */
function message(atMs: number): string {
  const start = `{"n":${serial++},"t":${atMs.toFixed(3)},"pad":"`;
  return `{"eventType":"bench.event","payload":${start}${"x".repeat(PAYLOAD_BYTES - start.length - 2)}"}}`;
}
