import { Link } from "wouter";

/** The publisher's icon, or ours; leads home. */
export function Brand({ icon }: { icon: string | null }) {
  return (
    <Link href="~/portal/" className="brand" aria-label="Home">
      {icon === null ? <Horn /> : <img src={icon} alt="" width="28" height="28" />}
    </Link>
  );
}

function Horn() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="8" className="brand-ground" />
      <path d="M8 14v4h4l9 5V9l-9 5H8z" className="brand-figure" />
      <path d="M24 12.5a5 5 0 0 1 0 7" className="brand-sound" />
    </svg>
  );
}
