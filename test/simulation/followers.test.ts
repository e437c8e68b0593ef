import { expect, it } from "vitest";
import { failureText } from "./failure-text.ts";
import { FOLLOWER_MUTANTS } from "./followers/mutants.ts";
import { firstFailure, simulate } from "./pool.ts";

/** A run is a few minutes in the life of an application's agents; `npm run simulate -- --world followers` looks further. */
const SEEDS = { from: 1, count: 30, world: "followers" } as const;
/** Each mistake shows within a few dozen. */
const MUTANT_SEEDS = 150;

it("agents miss nothing and are handed nothing that they acknowledged, whatever fails", {
  timeout: 120_000,
}, async () => {
  const { ran, failures } = await simulate(SEEDS);
  expect(failures.slice(0, 1).map(failureText)).toEqual([]);
  expect(ran).toBe(SEEDS.count);
});

it.concurrent.each(FOLLOWER_MUTANTS)("notices when $name", { timeout: 120_000 }, async ({ edits }) => {
  expect(await firstFailure(edits, MUTANT_SEEDS, "followers")).not.toBeNull();
});
