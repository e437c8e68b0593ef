/** A clock that all processes of the bench share: milliseconds since the machine started, with fractions. */
export function monotonicMs(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1e6;
}

/** Median of `calls` calls, one after another; one before them is not counted. */
export async function medianMs(calls: number, call: () => Promise<unknown>): Promise<number> {
  await call();
  const latenciesMs: number[] = [];
  for (let n = 0; n < calls; n++) {
    const startedAtMs = monotonicMs();
    await call();
    latenciesMs.push(monotonicMs() - startedAtMs);
  }
  return percentilesOf(latenciesMs).p50;
}

export type Percentiles = { count: number; p50: number; p95: number; p99: number; max: number };

export function percentilesOf(samples: readonly number[]): Percentiles {
  const sorted = Float64Array.from(samples).sort();
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { count: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}
