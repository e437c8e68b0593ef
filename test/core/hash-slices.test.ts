import { expect, it } from "vitest";
import { HASH_SLICES, hashSliceAt } from "../../src/core/hash-slices.ts";

const MINUTE_MS = 60_000;
const slices = Array.from({ length: HASH_SLICES }, (_, index) => hashSliceAt(index * MINUTE_MS));

it("slices cover all hashes without gap or overlap", () => {
  expect(slices[0]?.from).toBe("00000000");
  for (const [index, { from, below }] of slices.entries()) {
    expect(from < below).toBe(true);
    expect(slices[index + 1]?.from ?? "g").toBe(below);
  }
  expect("f".repeat(64) < (slices.at(-1)?.below ?? "")).toBe(true);
});

it("a slice stays for a minute, and after the last comes the first", () => {
  expect(hashSliceAt(MINUTE_MS - 1)).toEqual(slices[0]);
  expect(hashSliceAt(MINUTE_MS)).toEqual(slices[1]);
  expect(hashSliceAt(HASH_SLICES * MINUTE_MS)).toEqual(slices[0]);
});

it.each([2, 3, 5, 60])("each gets its turn when only every %dth minute is served", (step) => {
  const served = Array.from({ length: HASH_SLICES }, (_, run) => hashSliceAt(run * step * MINUTE_MS).from);
  expect(new Set(served).size).toBe(HASH_SLICES);
});
