import { useState } from "react";
import { Button } from "./button.tsx";

export type Paging = {
  iterator: string | null;
  hasBefore: boolean;
  next: (iterator: string | null) => void;
  previous: () => void;
  first: () => void;
};

/** The pages that were turned, so that one can turn back. */
export function usePaging(): Paging {
  const [trail, setTrail] = useState<string[]>([]);
  return {
    iterator: trail.at(-1) ?? null,
    hasBefore: trail.length > 0,
    next: (iterator) => setTrail(iterator === null ? trail : [...trail, iterator]),
    previous: () => setTrail(trail.slice(0, -1)),
    first: () => setTrail([]),
  };
}

type PagerProps = {
  paging: Paging;
  page: { iterator: string | null; done: boolean } | undefined;
  labels?: [previous: string, next: string];
};

export function Pager({ paging, page, labels = ["Newer", "Older"] }: PagerProps) {
  const hasNext = page !== undefined && !page.done;
  if (!paging.hasBefore && !hasNext) return null;
  return (
    <nav className="pager" aria-label="Pages">
      <Button small onClick={paging.previous} disabled={!paging.hasBefore}>
        {labels[0]}
      </Button>
      <Button small onClick={() => paging.next(page?.iterator ?? null)} disabled={!hasNext}>
        {labels[1]}
      </Button>
    </nav>
  );
}
