import type { Stats } from "../../api/endpoints.ts";

/** Of a day: how many messages ended well, of those that have ended or failed so far. */
export function rateText(stats: Stats): string {
  const ended = stats.success + stats.fail + stats.sending;
  if (ended === 0) return "no messages";
  const rate = (stats.success / ended) * 100;
  return `${rate === 100 || rate === 0 ? rate : rate.toFixed(1)} % delivered`;
}
