import type { ReactNode } from "react";
import { Link, useRoute } from "wouter";

/** A link of the main navigation, which shows whether its pages are open. */
export function Tab({ href, children }: { href: string; children: ReactNode }) {
  const [isHere] = useRoute(`${href}/*?`);
  return (
    <Link href={href} aria-current={isHere ? "page" : undefined}>
      {children}
    </Link>
  );
}
