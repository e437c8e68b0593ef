/** What a receiver saw, judged: pure functions, so that the judge itself can be tested. */

/** One request as a receiver saw it, in order of arrival. */
export type Arrival = {
  /** Place of the event in the application's log, from 1. */
  position: number;
  atMs: number;
  /** Answered with 200. */
  ok: boolean;
};

/** How many of the positions 1 … `count` never had a request answered with 200. */
export function countUndelivered(arrivals: readonly Arrival[], count: number): number {
  const delivered = new Set(arrivals.flatMap(({ ok, position }) => (ok ? [position] : [])));
  let missing = 0;
  for (let position = 1; position <= count; position++) if (!delivered.has(position)) missing++;
  return missing;
}

/** Requests answered with 200 although one for the same event had been before. */
export function countDuplicates(arrivals: readonly Arrival[]): number {
  const ok = arrivals.filter((arrival) => arrival.ok);
  return ok.length - new Set(ok.map(({ position }) => position)).size;
}

/**
 * Requests out of order (invariant 5): for an event before an earlier one had been answered with 200, or for an event
 * after a later one had been sent. Every event succeeds in the end, so success is the only end there is.
 */
export function countOutOfOrder(arrivals: readonly Arrival[]): number {
  const delivered = new Set<number>();
  let firstUndelivered = 1;
  let highest = 0;
  let violations = 0;
  for (const { position, ok } of arrivals) {
    if (position > firstUndelivered || position < highest) violations++;
    highest = Math.max(highest, position);
    if (ok) delivered.add(position);
    while (delivered.has(firstUndelivered)) firstUndelivered++;
  }
  return violations;
}

/**
 * Requests beyond the rate limit (invariant 6): over any window, rate × window + one second's burst. The receiver's
 * window may also see the `inFlight` requests that were on their way when it began, and no others.
 */
export function countOverRate(
  arrivals: readonly Arrival[],
  limit: { perSecond: number; inFlight: number },
): number {
  const allowed = limit.perSecond + limit.inFlight;
  let owed = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  let violations = 0;
  for (const { atMs } of arrivals) {
    // A bucket that pays off at the limit's rate holds, at each arrival, the worst of all windows that end there.
    owed = Math.max(0, owed - ((atMs - lastMs) / 1000) * limit.perSecond) + 1;
    lastMs = atMs;
    if (owed > allowed) violations++;
  }
  return violations;
}
