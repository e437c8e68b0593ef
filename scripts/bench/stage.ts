/** What every measurement stands on: the two helper processes, the server under measurement, and how long things take. */
import { callApi, type Endpoint, makeApplication } from "./api.ts";
import { type Child, startChild } from "./child.ts";
import { type Figure, judge, printFigure, printHeading } from "./figures.ts";
import type { LoadQuestions, LoadResult, Publishing } from "./load.ts";
import type { Arrivals, ReceiveQuestions } from "./receive.ts";
import { BENCH_KEY, cpuMs, residentMiB, type ServerProcess, startServer } from "./server-process.ts";

export type Load = Partial<Omit<Publishing, "origin" | "key">> & { paths: string[] };

const MEMORY_EVERY_MS = 500;
const SHOWN_ERRORS = 3;

export class Stage {
  readonly load: Child<LoadQuestions>;
  readonly receive: Child<ReceiveQuestions>;
  /** Where the receivers listen; any path is one. */
  readonly target: string;
  /** Factor on every duration: `--quick` makes it small. */
  readonly pace: number;
  readonly figures: Figure[] = [];
  /** The most that was seen at once of the servers this stage ran, in MiB by process. */
  readonly peakMiB = new Map<string, number>();
  #server: ServerProcess | null = null;
  #memory: NodeJS.Timeout | undefined;
  #uids = 0;

  static async open(pace: number): Promise<Stage> {
    const load = startChild<LoadQuestions>("load-process.ts");
    const receive = startChild<ReceiveQuestions>("receive-process.ts");
    return new Stage({ load, receive, target: await receive.ask("listen", null), pace });
  }

  private constructor(parts: Pick<Stage, "load" | "receive" | "target" | "pace">) {
    this.load = parts.load;
    this.receive = parts.receive;
    this.target = parts.target;
    this.pace = parts.pace;
  }

  async close(): Promise<void> {
    await this.#server?.remove();
    await this.load.end();
    await this.receive.end();
  }

  heading(text: string): void {
    printHeading(text);
  }

  /** Remembers and prints. */
  add(...figures: Figure[]): void {
    this.figures.push(...figures);
    for (const figure of judge(this.figures).slice(-figures.length)) printFigure(figure);
  }

  note(text: string): void {
    console.log(`    ${text}`);
  }

  valueOf(id: string): number | null {
    return this.figures.find((figure) => figure.id === id)?.value ?? null;
  }

  /** Posthorn as `npm start` runs it; one for all measurements, started by the first. */
  async server(): Promise<ServerProcess> {
    if (this.#server === null) {
      const server = await startServer("start.ts");
      this.#server = server;
      this.#watchMemory(server);
    }
    return this.#server;
  }

  /** Stops the server, works on its data, and starts it again. */
  async offline(work: (dataDir: string) => Promise<void>): Promise<void> {
    const server = await this.server();
    await server.stop();
    await work(server.dataDir);
    this.#server = await server.restart();
    this.#watchMemory(this.#server);
  }

  /** Runs `work` against a server of its own. */
  async withServer<T>(script: string, work: (server: ServerProcess) => Promise<T>): Promise<T> {
    const server = await startServer(script);
    try {
      return await work(server);
    } finally {
      await server.remove();
    }
  }

  async api<Body>(method: string, path: string, sent?: object): Promise<Body> {
    return callApi<Body>({ url: (await this.server()).url, key: BENCH_KEY }, method, path, sent);
  }

  /** A fresh application with `endpoints` endpoints at the receiver; answers its uid. */
  async application(
    endpoints: number,
    policy: object = {},
  ): Promise<{ uid: string; path: string; endpoints: Endpoint[] }> {
    const uid = `bench-${++this.#uids}`;
    const urls = Array.from({ length: endpoints }, (_, n) => `${this.target}/${uid}/${n}`);
    const api = { url: (await this.server()).url, key: BENCH_KEY };
    return {
      uid,
      path: `/api/v1/app/${uid}/msg`,
      endpoints: await makeApplication(api, { uid, urls, policy }),
    };
  }

  /** An application whose endpoints have each had an event: meeting an object for the first time is not the measure. */
  async warmApplication(endpoints: number, policy: object = {}): ReturnType<Stage["application"]> {
    const app = await this.application(endpoints, policy);
    await this.listen();
    await this.publish({ paths: [app.path], connections: 1, forMs: 10_000, maxCalls: 1 });
    await this.arrived(endpoints);
    return app;
  }

  async publish(load: Load, origin?: string): Promise<LoadResult> {
    const result = await this.load.ask("publish", {
      origin: origin ?? (await this.server()).url,
      key: BENCH_KEY,
      connections: 50,
      eventsPerCall: 1,
      isBatch: false,
      withKeys: true,
      perSecond: null,
      forMs: 8000 * this.pace,
      maxCalls: Number.MAX_SAFE_INTEGER,
      ...load,
    });
    for (const [failure, count] of Object.entries(result.failures))
      this.note(`${count} calls failed: ${failure}`);
    if (Object.keys(result.failures).length > 0) this.#showErrors();
    return result;
  }

  /** Forgets earlier arrivals; from now on the receiver answers so. */
  async listen(status = 200, delayMs = 0): Promise<void> {
    await this.receive.ask("reset", { status, delayMs });
  }

  /** Waits until all has arrived; says so when it has not. */
  async arrived(count: number, withinMs = 60_000): Promise<Arrivals> {
    const arrivals = await this.receive.ask("waitFor", { delivered: count, withinMs });
    if (arrivals.delivered < count)
      this.note(`only ${arrivals.delivered} of ${count} arrived in ${withinMs} ms`);
    return arrivals;
  }

  /** What the server last said went wrong. */
  #showErrors(): void {
    const lines = this.#server?.output().split("\n") ?? [];
    const errors = lines.filter((line) => line.includes('"level":"error"'));
    for (const line of errors.slice(-SHOWN_ERRORS)) this.note(line);
  }

  #watchMemory({ pid }: ServerProcess): void {
    const look = async () => {
      for (const [name, size] of Object.entries(await residentMiB(pid))) {
        this.peakMiB.set(name, Math.max(this.peakMiB.get(name) ?? 0, size));
      }
    };
    clearInterval(this.#memory);
    this.#memory = setInterval(() => void look(), MEMORY_EVERY_MS).unref();
  }
}

export function perSecond(count: number, fromMs: number, toMs: number): number {
  return toMs > fromMs ? (1000 * count) / (toMs - fromMs) : 0;
}

/** Processor time of the runtime that `work` used, in ms. */
export async function runtimeCpuMs<T>(
  server: ServerProcess,
  work: () => Promise<T>,
): Promise<{ result: T; spentMs: number }> {
  const before = await cpuMs(server.pid, "workerd");
  const result = await work();
  return { result, spentMs: (await cpuMs(server.pid, "workerd")) - before };
}
