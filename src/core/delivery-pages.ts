/** Several lists of deliveries as one. */
import type { DeliveryPage, LogScan } from "./attempt-log.ts";

/**
 * Pages of one scan, each of as many rows as the scan asks for if there are so many, in scan order and no further than
 * the one that was broken off first. Of an event in several of them, the first page's row counts.
 */
export function mergedPages(
  pages: readonly DeliveryPage[],
  { ascending, count }: Pick<LogScan, "ascending" | "count">,
): DeliveryPage {
  const sign = ascending ? 1 : -1;
  const rows = new Map(
    pages.toReversed().flatMap((page) => page.rows.map((row) => [row.event.position, row])),
  );
  const stops = pages.flatMap(({ stoppedAt }) => (stoppedAt === null ? [] : [stoppedAt]));
  const [stop = null] = stops.sort((a, b) => sign * (a.position - b.position));
  const found = [...rows.values()]
    .filter(({ event }) => stop === null || sign * (event.position - stop.position) <= 0)
    .sort((a, b) => sign * (a.event.position - b.event.position))
    .slice(0, count);
  return { rows: found, stoppedAt: found.length === count ? null : stop };
}
