import type { ReactNode } from "react";
import { Link } from "wouter";

export function Back({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Link href={href} className="back">
      <span aria-hidden="true">← </span>
      {children}
    </Link>
  );
}
