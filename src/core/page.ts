/** Pages of a list ordered by a text id, as Svix cuts them (reference svix.md §2.6). */

export const ORDERS = ["ascending", "descending"] as const;
export type Order = (typeof ORDERS)[number];

export type PageRequest = {
  limit: number;
  /** The order rows are shown in, whichever way the page is reached. */
  order: Order;
  /** Starts right after this id, or ends right before it when going backwards; null: at the beginning. */
  cursor: { id: string; backwards: boolean } | null;
};

/** What to read from the table: ids beyond `from` in scan order, one row more than the page holds. */
export type PageScan = { from: string | null; ascending: boolean; count: number };

export type Page<Row> = { rows: Row[]; done: boolean };

/** The scan that fetches a page; its extra row tells whether more follow. */
export function scanOf({ limit, order, cursor }: PageRequest): PageScan {
  const forward = !(cursor?.backwards ?? false);
  return { from: cursor?.id ?? null, ascending: (order === "ascending") === forward, count: limit + 1 };
}

/** Cuts the rows of {@link scanOf} to the page, in display order. */
export function pageOf<Row>(scanned: readonly Row[], { limit, cursor }: PageRequest): Page<Row> {
  const rows = scanned.slice(0, limit);
  return { rows: cursor?.backwards ? rows.reverse() : rows, done: scanned.length <= limit };
}
