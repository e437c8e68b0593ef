import { expect, it } from "vitest";
import { failureText } from "./failure-text.ts";
import { simulate } from "./pool.ts";

/** Always the same ones, so that a failure is the change's and not the day's; `npm run simulate` looks further. */
const SEEDS = { from: 1, count: 20_000 };

it("keeps every invariant of the design, whatever fails (20,000 seeds)", { timeout: 600_000 }, async () => {
  const { ran, failures, seconds } = await simulate(SEEDS);
  console.log(`simulation: ${ran} seeds in ${seconds.toFixed(1)} s, ${Math.round(ran / seconds)} a second`);
  expect(failures.slice(0, 1).map(failureText)).toEqual([]);
  expect(ran).toBe(SEEDS.count);
});
