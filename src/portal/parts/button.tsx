import type { ReactNode } from "react";
import { Link } from "wouter";

type Look = { kind?: "plain" | "primary" | "danger" | "quiet"; small?: boolean };

function classOf({ kind = "plain", small = false }: Look): string {
  return `button button-${kind}${small ? " button-small" : ""}`;
}

type ButtonProps = Look & {
  children: ReactNode;
  onClick?: () => void;
  submit?: boolean;
  busy?: boolean;
  disabled?: boolean;
  label?: string;
};

export function Button({ children, onClick, submit, busy = false, disabled, label, ...look }: ButtonProps) {
  return (
    <button
      type={submit ? "submit" : "button"}
      className={classOf(look)}
      onClick={onClick}
      disabled={disabled || busy}
      aria-busy={busy}
      aria-label={label}
    >
      {children}
    </button>
  );
}

export function ButtonLink({ children, href, ...look }: Look & { children: ReactNode; href: string }) {
  return (
    <Link href={href} className={classOf(look)}>
      {children}
    </Link>
  );
}
