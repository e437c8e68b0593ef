/**
 * Runs the simulation of the delivery life: `npm run simulate -- --seeds 100000 --seed 1`; with `--world followers` that of
 * agents which pull, and of their hub.
 */
import { failureText } from "../test/simulation/failure-text.ts";
import { simulate } from "../test/simulation/pool.ts";
import type { WorldKind } from "../test/simulation/worker.ts";
import { number, oneOf, scriptOptions } from "./runtime/script-options.ts";

const DEFAULT_SEEDS = { delivery: 20_000, followers: 500 };
const MAX_SEED = 999_999_999;

const values = scriptOptions(
  { name: "simulate", about: "the delivery life, or agents that pull, under a seeded scheduler" },
  {
    world: oneOf<WorldKind>("which of them", ["delivery", "followers"], "delivery"),
    seeds: number(`how many (${DEFAULT_SEEDS.delivery}, of followers ${DEFAULT_SEEDS.followers})`, {
      ...{ initial: null, least: 1, most: MAX_SEED },
    }),
    seed: number("the first of them", { initial: 1, least: 0, most: MAX_SEED }),
  },
);
const { world, seed: from } = values;
const count = values.seeds ?? DEFAULT_SEEDS[world];

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
