import { type ReactNode, useEffect, useRef } from "react";
import { Link, useRoute } from "wouter";

/** A link of the main navigation, which shows whether its pages are open. */
export function Tab({ href, children }: { href: string; children: ReactNode }) {
  const [isHere] = useRoute(`${href}/*?`);
  const ref = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    const tab = ref.current;
    const row = tab?.parentElement;
    if (!isHere || !tab || !row) return;
    // On a phone not all tabs are in sight at once. Only their row may move: `scrollIntoView` moves pages around a frame too.
    row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
  }, [isHere]);
  return (
    <Link ref={ref} href={href} aria-current={isHere ? "page" : undefined}>
      {children}
    </Link>
  );
}
