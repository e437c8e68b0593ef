import type { ReactNode } from "react";

export type Tone = "good" | "bad" | "warn" | "info" | "dim";

export function Badge({ tone, children }: { tone: Tone; children: ReactNode }) {
  return <span className={`badge badge-${tone}`}>{children}</span>;
}

/** Of a delivery or an attempt, as the API counts them. */
const STATUSES: [tone: Tone, text: string][] = [
  ["good", "Delivered"],
  ["info", "Waiting"],
  ["bad", "Failed"],
  ["warn", "Retrying"],
  ["dim", "Canceled"],
];

export function StatusBadge({ status }: { status: number }) {
  const [tone, text] = STATUSES[status] ?? ["dim", "Unknown"];
  return <Badge tone={tone}>{text}</Badge>;
}
