import { type ReactNode, useEffect, useRef } from "react";
import { Link, useRoute } from "wouter";

/** A link of the main navigation, which shows whether its pages are open. */
export function Tab({ href, children }: { href: string; children: ReactNode }) {
  const [isHere] = useRoute(`${href}/*?`);
  const ref = useRef<HTMLAnchorElement>(null);
  useEffect(() => {
    // On a phone not all tabs are in sight at once.
    if (isHere) ref.current?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [isHere]);
  return (
    <Link ref={ref} href={href} aria-current={isHere ? "page" : undefined}>
      {children}
    </Link>
  );
}
