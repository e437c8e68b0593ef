/** Spreads seeds over threads. Even seeds run with the limits of production, odd ones with small limits. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { Failure } from "./run.ts";
import { SMALL_LIMITS, type SourceEdit } from "./variant.ts";
import type { Job, Report, WorldKind } from "./worker.ts";

export type Outcome = { ran: number; failures: Failure[]; seconds: number };

/** Runs `count` seeds from `from` on. */
export async function simulate(
  { from, count, world = "delivery" }: { from: number; count: number; world?: WorldKind },
  onReport: (soFar: Outcome) => void = () => undefined,
): Promise<Outcome> {
  const startedAtMs = performance.now();
  const total: Outcome = { ran: 0, failures: [], seconds: 0 };
  const add = (report: Report) => {
    total.ran += report.ran;
    total.failures.push(...report.failures);
    total.seconds = (performance.now() - startedAtMs) / 1000;
    onReport(total);
  };
  const shares = [from, from + 1].map((first, index) => ({
    from: first,
    count: Math.floor((count + 1 - index) / 2),
    step: 2,
  }));
  await Promise.all(
    shares.map((seeds) =>
      runJob({ world, edits: limitsOf(seeds.from), seeds, reportEvery: 100, untilFailure: false }, add),
    ),
  );
  return total;
}

/** Runs altered sources until the simulation notices; null when it does not within `count` seeds. */
export async function firstFailure(
  edits: SourceEdit[],
  count: number,
  world: WorldKind = "delivery",
): Promise<Failure | null> {
  // With small limits a handful of events meets every bound, so most mistakes show soonest.
  const seeds = { from: 1, count, step: 2 };
  let found: Failure | null = null;
  await runJob(
    { world, edits: [...SMALL_LIMITS, ...edits], seeds, reportEvery: 1000, untilFailure: true },
    ({ failures }) => {
      found ??= failures[0] ?? null;
    },
  );
  return found;
}

function limitsOf(seed: number): SourceEdit[] {
  return seed % 2 === 0 ? [] : [...SMALL_LIMITS];
}

function runJob(job: Job, onReport: (report: Report) => void): Promise<void> {
  if (job.seeds.count < 1) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const worker = new Worker(join(import.meta.dirname, "worker.ts"), { workerData: job });
    worker.on("message", onReport);
    worker.on("error", reject);
    worker.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`a thread ended with ${code}`))));
  });
}
