/** Rules that say when a number of failures is worth an alert (seeds/swiftclaw, "Monitor Failures"). */
import { ALERT_WINDOW_PARTS, MIN_ALERT_PART_MS } from "./limits/alerts.ts";

export const ALERT_METRICS = [
  /** Attempts that failed, each retry counted. */
  "webhook-failures",
  /** Deliveries given up. */
  "webhook-exhausted",
] as const;
export type AlertMetric = (typeof ALERT_METRICS)[number];

/** How much there was in all at the end of a part of time. */
export type AlertSample = [part: number, total: number];

export type AlertRule = { threshold: number; windowSeconds: number };
export type AlertState = { samples: AlertSample[]; firedAtMs: number | null };

/** `fired`: how many there were in the window; null: too few, or told already in this window. */
export type AlertVerdict = { state: AlertState; fired: { count: number; sinceMs: number } | null };

function partMs({ windowSeconds }: AlertRule): number {
  return Math.max(MIN_ALERT_PART_MS, (windowSeconds * 1000) / ALERT_WINDOW_PARTS);
}

/** Where counting begins: what there was before the rule does not count. */
export function firstSamples(rule: AlertRule, total: number, nowMs: number): AlertSample[] {
  return [[Math.floor(nowMs / partMs(rule)) - 1, total]];
}

/**
 * Judges a total that only ever grows. The window is counted in parts, so it may reach back one part further than it
 * says. The state is the same object when there is nothing new to remember.
 */
export function judgeAlert(
  rule: AlertRule,
  state: AlertState,
  now: { total: number; atMs: number },
): AlertVerdict {
  const size = partMs(rule);
  const part = Math.floor(now.atMs / size);
  const oldest = Math.floor((now.atMs - rule.windowSeconds * 1000) / size);
  const samples = withSample(state.samples, [part, now.total], oldest);
  const base = samples.findLast(([at]) => at < oldest) ?? samples[0];
  const count = Math.max(0, now.total - (base?.[1] ?? now.total));
  const mayFire = state.firedAtMs === null || now.atMs - state.firedAtMs >= rule.windowSeconds * 1000;
  if (count >= rule.threshold && mayFire) {
    const sinceMs = now.atMs - rule.windowSeconds * 1000;
    return { state: { samples, firedAtMs: now.atMs }, fired: { count, sinceMs } };
  }
  return { state: samples === state.samples ? state : { ...state, samples }, fired: null };
}

/** The same list when the total has not moved: then no row is written. */
function withSample(samples: AlertSample[], [part, total]: AlertSample, oldest: number): AlertSample[] {
  const last = samples.at(-1);
  if (last !== undefined && last[1] === total) return samples;
  // A total that has shrunk is of other endpoints: counting begins anew.
  if (last !== undefined && total < last[1]) return [[part - 1, total]];
  const earlier = samples.filter(([at]) => at < part);
  const base = earlier.findLast(([at]) => at < oldest);
  return [...earlier.filter((sample) => sample === base || sample[0] >= oldest), [part, total]];
}

const WINDOW_PATTERN = /^(\d{1,6})([smhd])$/;
const UNIT_SECONDS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86_400 };

/** Seconds of a window written as `90s`, `15m`, `1h` or `7d`; null: it is not one. */
export function parseWindow(text: string): number | null {
  const [, digits, unit] = WINDOW_PATTERN.exec(text) ?? [];
  const seconds = UNIT_SECONDS[unit ?? ""];
  return digits === undefined || seconds === undefined ? null : Number(digits) * seconds;
}

/** In the largest unit that divides it. */
export function windowText(seconds: number): string {
  const unit = ["d", "h", "m"].find((name) => seconds % (UNIT_SECONDS[name] ?? 1) === 0) ?? "s";
  return `${seconds / (UNIT_SECONDS[unit] ?? 1)}${unit}`;
}
