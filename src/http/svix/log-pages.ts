/** Pages over endpoints' logs: newest first, and a search may stop before it found enough. */
import type { PageQuery } from "../../contract/fields.ts";
import { type PageRequest, type PageScan, scanOf } from "../../core/page.ts";
import { pageRequest } from "../pages.ts";

type LogQuery = Omit<PageQuery, "order"> & { after?: number | undefined; before?: number | undefined };

export type LogList = {
  request: PageRequest;
  scan: PageScan;
  /** Rows come oldest first and are shown the other way round. */
  reversed: boolean;
};

/**
 * The page a query asks for. `after` alone reads upwards from there, and is shown newest first all the same
 * (reference svix.md §2.6).
 */
export function logList(query: LogQuery, idPattern: RegExp): LogList {
  const request = pageRequest(query, { defaultOrder: "descending", idPattern });
  const scan = scanOf(request);
  const upwards = query.after !== undefined && query.before === undefined && request.cursor === null;
  const ascending = scan.ascending || upwards;
  return { request, scan: { ...scan, ascending }, reversed: ascending };
}

/** A page's rows in scan order. `stoppedAt`: id of the last row looked at, when the search was broken off there. */
export type LogRows<Row> = { rows: Row[]; more: boolean; stoppedAt: string | null };

/** Cuts what a scan found to the page. */
export function logRows<Row>(
  found: readonly Row[],
  { request }: LogList,
  stoppedAt: string | null,
): LogRows<Row> {
  const more = found.length > request.limit || stoppedAt !== null;
  return { rows: found.slice(0, request.limit), more, stoppedAt };
}

export type LogPage<Row> = {
  /** In display order. */
  rows: Row[];
  ends: { iterator: string | null; prevIterator: string | null; done: boolean };
};

/** The page as it is shown, with iterators that go on where the search stopped. */
export function logPage<Row>(
  { rows, more, stoppedAt }: LogRows<Row>,
  { reversed }: LogList,
  idOf: (row: Row) => string,
): LogPage<Row> {
  const shown = reversed ? rows.toReversed() : rows;
  const ids = shown.map(idOf);
  const newest = (reversed ? stoppedAt : null) ?? ids[0] ?? stoppedAt;
  const oldest = (reversed ? null : stoppedAt) ?? ids.at(-1) ?? stoppedAt;
  return {
    rows: shown,
    ends: { iterator: oldest, prevIterator: newest === null ? null : `-${newest}`, done: !more },
  };
}
