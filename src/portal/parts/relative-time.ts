/** How long ago something was, or how far ahead it is, in words. */
const STEPS: [limitSeconds: number, unitSeconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [Number.POSITIVE_INFINITY, 86_400, "day"],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });

export function relativeText(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return seconds > 0 ? "in a moment" : "just now";
  const [, unitSeconds, unit] = STEPS.find(([limit]) => size < limit) ?? [0, 86_400, "day" as const];
  return RELATIVE.format(Math.trunc(seconds / unitSeconds), unit);
}

/** Of what has not happened yet: once its time has passed it is late, and did not happen "just now". */
export function aheadText(atMs: number, nowMs: number): string {
  return atMs > nowMs ? relativeText(atMs, nowMs) : "is due";
}
