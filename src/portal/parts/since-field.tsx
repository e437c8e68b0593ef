import { SelectField } from "./field.tsx";

const HOUR = 3600;
const AGES = [
  [String(HOUR), "1 hour ago"],
  [String(6 * HOUR), "6 hours ago"],
  [String(24 * HOUR), "1 day ago"],
  [String(3 * 24 * HOUR), "3 days ago"],
  [String(7 * 24 * HOUR), "7 days ago"],
  // A little less than the server takes, whose clock may be ahead.
  [String(14 * 24 * HOUR - 300), "14 days ago"],
] as const;

/** Seconds before now, as text. */
export function SinceField({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  return <SelectField label="Since" value={value} onChange={onChange} options={AGES} />;
}

export function sinceText(ageSeconds: string): string {
  return new Date(Date.now() - Number(ageSeconds) * 1000).toISOString();
}
