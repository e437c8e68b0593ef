import type { SqlExec } from "./queue-schema.ts";

/**
 * The lowest position among first tries whose key is at least `key`; beyond all of them when there is none. Keys ascend
 * with positions, so halving finds it without an index.
 */
export function firstTryFrom(exec: SqlExec, key: number): number {
  // Asked for together in one SELECT, the two walk the whole table.
  const ends = exec(
    "SELECT (SELECT MIN(position) FROM first_tries) AS low, (SELECT MAX(position) FROM first_tries) AS high",
  )[0];
  let low = Number(ends?.["low"] ?? 0);
  let high = Number(ends?.["high"] ?? -1) + 1;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const row = exec(
      "SELECT position, key FROM first_tries WHERE position >= ? ORDER BY position LIMIT 1",
      middle,
    )[0];
    if (row === undefined || Number(row["key"]) >= key) high = middle;
    else low = Number(row["position"]) + 1;
  }
  return low;
}
