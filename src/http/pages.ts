import type { PageQuery } from "../contract/fields.ts";
import { type Order, type PageRequest, pageOf, scanOf } from "../core/page.ts";
import { invalidAt } from "./errors.ts";

/** An id that itself starts with `-` would read as "backwards"; this character occurs in no id. */
const ESCAPE = "~";

export type ListOptions = {
  defaultOrder: Order;
  /** What an id of this list looks like; an iterator that does not is a 422. */
  idPattern: RegExp;
};

/** The page a list's query asks for. */
export function pageRequest(query: PageQuery, { defaultOrder, idPattern }: ListOptions): PageRequest {
  const order = query.order ?? defaultOrder;
  const { iterator, limit } = query;
  if (iterator === undefined || iterator === "") return { limit, order, cursor: null };
  const backwards = iterator.startsWith("-");
  const rest = backwards ? iterator.slice(1) : iterator;
  const id = rest.startsWith(ESCAPE) ? rest.slice(1) : rest;
  if (!idPattern.test(id)) throw invalidAt(["query", "iterator"], "Invalid iterator");
  return { limit, order, cursor: { id, backwards } };
}

export type PageBody<Dto> = {
  data: Dto[];
  iterator: string | null;
  prevIterator: string | null;
  done: boolean;
};

type Presenter<Row, Dto> = { idOf: (row: Row) => string; toDto: (row: Row) => Dto };

/**
 * The body of a list: `read` fetches the rows of a scan, one more than the page holds. The iterator is the last id
 * even when nothing follows, so that a client can come back for newer items (reference svix.md §2.6).
 */
export async function listPage<Row, Dto>(
  request: PageRequest,
  read: (scan: ReturnType<typeof scanOf>) => Promise<Row[]>,
  { idOf, toDto }: Presenter<Row, Dto>,
): Promise<PageBody<Dto>> {
  return page(await read(scanOf(request)), request, { idOf, toDto });
}

export function page<Row, Dto>(
  scanned: readonly Row[],
  request: PageRequest,
  { idOf, toDto }: Presenter<Row, Dto>,
): PageBody<Dto> {
  const { rows, done } = pageOf(scanned, request);
  const first = rows[0];
  const last = rows.at(-1);
  return {
    data: rows.map(toDto),
    iterator: last === undefined ? null : iteratorText(idOf(last)),
    prevIterator: first === undefined ? null : `-${iteratorText(idOf(first))}`,
    done,
  };
}

function iteratorText(id: string): string {
  return id.startsWith("-") ? ESCAPE + id : id;
}
