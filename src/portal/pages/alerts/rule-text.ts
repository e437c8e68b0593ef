/** Alert rules in words. */
import { type AlertMetric, parseWindow } from "../../../core/alerts.ts";
import type { AlertRule } from "../../api/alerts.ts";

export const METRICS: readonly (readonly [metric: AlertMetric, text: string])[] = [
  ["webhook-failures", "Attempts that failed, each retry counted"],
  ["webhook-exhausted", "Messages given up after all retries"],
];

export const WINDOWS = [
  ["5m", "5 minutes"],
  ["15m", "15 minutes"],
  ["1h", "1 hour"],
  ["6h", "6 hours"],
  ["1d", "1 day"],
  ["7d", "7 days"],
] as const;

type Rule = Pick<AlertRule, "metric" | "threshold" | "window" | "endpointId">;

/** `5 attempts fail within 1 hour, all endpoints together`. */
export function ruleText({ metric, threshold, window, endpointId }: Rule, url: string | null): string {
  const isOne = threshold === 1;
  const what =
    metric === "webhook-failures"
      ? `${threshold} ${isOne ? "attempt fails" : "attempts fail"}`
      : `${threshold} ${isOne ? "message is" : "messages are"} given up`;
  const where = endpointId === null ? "all endpoints together" : `at ${url ?? endpointId}`;
  return `${what} within ${windowWords(window)}, ${where}`;
}

const UNITS = { s: "second", m: "minute", h: "hour", d: "day" } as const;

function windowWords(window: string): string {
  const [, count, unit] = /^(\d+)([smhd])$/.exec(window) ?? [];
  const name = UNITS[(unit ?? "") as keyof typeof UNITS];
  if (count === undefined || name === undefined) return window;
  return `${count} ${name}${count === "1" ? "" : "s"}`;
}

/** Within its time since it fired, it does not fire again. */
export function isFiring({ lastFiredAt, window }: Pick<AlertRule, "lastFiredAt" | "window">, nowMs: number) {
  if (lastFiredAt === null) return false;
  return nowMs - Date.parse(lastFiredAt) < 1000 * (parseWindow(window) ?? 0);
}
