import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Empty, Loaded } from "./feedback.tsx";
import { Pager, type Paging } from "./pager.tsx";

type PagedProps<Item> = {
  query: UseQueryResult<{ data: Item[]; iterator: string | null; done: boolean }>;
  paging: Paging;
  label: string;
  /** The list item of one. */
  row: (item: Item) => ReactNode;
  /** When there are none at all. */
  empty: ReactNode;
  labels?: [previous: string, next: string];
};

/** A list that is turned page by page, also back from a page whose last row is gone. */
export function PagedRows<Item>({ query, paging, label, row, empty, labels }: PagedProps<Item>) {
  return (
    <>
      <Loaded query={query}>
        {({ data }) =>
          data.length > 0 ? (
            <ul className="rows" aria-label={label}>
              {data.map(row)}
            </ul>
          ) : paging.hasBefore ? (
            <Empty title="There are no more" />
          ) : (
            empty
          )
        }
      </Loaded>
      <Pager paging={paging} page={query.data} {...(labels === undefined ? {} : { labels })} />
    </>
  );
}
