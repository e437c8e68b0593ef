import { useEffect, useState } from "react";

const TICK_MS = 5000;
const STEPS: [limitSeconds: number, unitSeconds: number, unit: Intl.RelativeTimeFormatUnit][] = [
  [60, 1, "second"],
  [3600, 60, "minute"],
  [86_400, 3600, "hour"],
  [Number.POSITIVE_INFINITY, 86_400, "day"],
];
const RELATIVE = new Intl.RelativeTimeFormat("en", { numeric: "auto", style: "short" });
const FULL = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });

function relativeText(atMs: number, nowMs: number): string {
  const seconds = (atMs - nowMs) / 1000;
  const size = Math.abs(seconds);
  if (size < 5) return seconds > 0 ? "in a moment" : "just now";
  const [, unitSeconds, unit] = STEPS.find(([limit]) => size < limit) ?? [0, 86_400, "day" as const];
  return RELATIVE.format(Math.trunc(seconds / unitSeconds), unit);
}

export function fullText(time: string): string {
  return FULL.format(new Date(time));
}

/** Now, as long as it is shown: what depends on it changes though nothing else does. */
export function useNowMs(): number {
  const [nowMs, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** `3 min. ago`, and the exact time to whoever points at it. */
export function Time({ at }: { at: string }) {
  const nowMs = useNowMs();
  return (
    <time dateTime={at} title={fullText(at)}>
      {relativeText(Date.parse(at), nowMs)}
    </time>
  );
}
