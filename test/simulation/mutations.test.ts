import { expect, it } from "vitest";
import { MUTANTS } from "./mutants.ts";
import { firstFailure } from "./pool.ts";

/** Most mistakes show within a few dozen, the rarest after four thousand. */
const SEEDS = 6000;

it.concurrent.each(MUTANTS)("notices when $name", { timeout: 300_000 }, async ({ edits }) => {
  expect(await firstFailure(edits, SEEDS)).not.toBeNull();
});
