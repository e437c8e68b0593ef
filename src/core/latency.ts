/** How long things took, counted in buckets that each reach √2 times as far as the one before: sums of them are exact. */
import { LATENCY_BUCKETS } from "./limits/figures.ts";

/** How many fell into each bucket, from the first; empty ones at the end are left out. */
export type Latencies = readonly number[];

/** The first bucket is up to 1 ms; the last has no end. */
export function withLatency(counts: Latencies, ms: number): number[] {
  const bucket = ms <= 1 ? 0 : Math.min(LATENCY_BUCKETS - 1, Math.ceil(2 * Math.log2(ms)));
  const counted = counts.slice();
  while (counted.length < bucket) counted.push(0);
  counted[bucket] = (counts[bucket] ?? 0) + 1;
  return counted;
}

export function added(a: Latencies, b: Latencies): number[] {
  const length = Math.min(LATENCY_BUCKETS, Math.max(a.length, b.length));
  return Array.from({ length }, (_, bucket) => (a[bucket] ?? 0) + (b[bucket] ?? 0));
}

/** What was counted between two moments; null: counting began anew in between. */
export function latenciesBetween(earlier: Latencies, later: Latencies): number[] | null {
  const length = Math.max(earlier.length, later.length);
  const counts = Array.from({ length }, (_, bucket) => (later[bucket] ?? 0) - (earlier[bucket] ?? 0));
  return counts.some((count) => count < 0) ? null : counts;
}

/** What a share of them did not exceed, within the 41 % that a bucket is wide; null: there are none. */
export function quantileMs(counts: Latencies, share: number): number | null {
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const wanted = share * total;
  let before = 0;
  for (const [bucket, count] of counts.entries()) {
    if (count > 0 && before + count >= wanted) {
      const within = Math.max(0, (wanted - before) / count);
      return Math.round(2 ** ((bucket - 1 + within) / 2) * 10) / 10;
    }
    before += count;
  }
  return 2 ** ((counts.length - 1) / 2);
}
