/** Runs a share of the seeds in a thread of its own; the sources are loaded here, so that they can be altered. */
import { parentPort, workerData } from "node:worker_threads";
import type { Failure } from "./run.ts";
import { installEdits, type SourceEdit } from "./variant.ts";

export type WorldKind = "delivery" | "followers";
export type Job = {
  world: WorldKind;
  edits: SourceEdit[];
  seeds: { from: number; count: number; step: number };
  /** Seeds between two reports. */
  reportEvery: number;
  /** Ends at the first failure. */
  untilFailure: boolean;
};
export type Report = { ran: number; failures: Failure[] };

const { world, edits, seeds, reportEvery, untilFailure } = workerData as Job;
installEdits(edits);
const simulation = await load();
let report: Report = { ran: 0, failures: [] };
for (let index = 0; index < seeds.count; index++) {
  const failure = await simulation.run(seeds.from + index * seeds.step);
  report.ran++;
  if (failure !== null) report.failures.push(failure);
  const isDone = untilFailure && failure !== null;
  if (isDone || report.ran === reportEvery || index === seeds.count - 1) {
    parentPort?.postMessage(report);
    report = { ran: 0, failures: [] };
  }
  if (isDone) break;
}

async function load(): Promise<{ run(seed: number): Promise<Failure | null> }> {
  if (world === "followers") return (await import("./followers/load.ts")).loadFollowers();
  const { Simulation } = await import("./run.ts");
  return new Simulation();
}
