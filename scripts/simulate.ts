/**
 * Runs the simulation of the delivery life: `npm run simulate -- --seeds 100000 --seed 1`; with `--world followers` that of
 * agents which pull, and of their hub.
 */
import { parseArgs } from "node:util";
import { failureText } from "../test/simulation/failure-text.ts";
import { simulate } from "../test/simulation/pool.ts";
import type { WorldKind } from "../test/simulation/worker.ts";

const DEFAULT_SEEDS = { delivery: "20000", followers: "500" } as const;

const { values } = parseArgs({
  options: {
    seeds: { type: "string" },
    seed: { type: "string", default: "1" },
    world: { type: "string", default: "delivery" },
  },
});
const world = worldNamed(values.world);
const count = wholeNumber("--seeds", values.seeds ?? DEFAULT_SEEDS[world]);
const from = wholeNumber("--seed", values.seed);

const { ran, failures, seconds } = await simulate({ from, count, world }, (soFar) => {
  if (process.stderr.isTTY)
    process.stderr.write(`\r${soFar.ran} of ${count} seeds, ${soFar.failures.length} failed `);
});
if (process.stderr.isTTY) process.stderr.write("\r");
const [first, ...others] = failures.toSorted((a, b) => a.trace.length - b.trace.length);
if (first !== undefined) console.log(failureText(first));
for (const { seed, invariant, message } of others)
  console.log(`seed ${seed}: invariant ${invariant}: ${message}`);
console.log(
  `${ran} seeds in ${seconds.toFixed(1)} s (${Math.round(ran / seconds)} a second), ${failures.length} failed`,
);
process.exitCode = failures.length > 0 ? 1 : 0;

function worldNamed(name: string): WorldKind {
  if (name === "delivery" || name === "followers") return name;
  throw new Error(`--world must be delivery or followers, not ${name}`);
}

function wholeNumber(name: string, text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw new Error(`${name} must be a whole number, not ${text}`);
  return Number(text);
}
