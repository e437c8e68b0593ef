/** How figures of the deployment are written. */
import type { Overview, OverviewPoint } from "../../../api/overview.ts";

const COUNT = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

export function countText(count: number | null): string {
  return count === null ? "–" : COUNT.format(count);
}

/** Events a second; null: nobody knows. */
export function perSecond({ accepted, from, at }: OverviewPoint): number | null {
  const seconds = (Date.parse(at) - Date.parse(from)) / 1000;
  return accepted === null || seconds <= 0 ? null : accepted / seconds;
}

/** Events a second over all of it. */
export function meanPerSecond({ total, series }: Overview): number | null {
  const [first, last] = [series[0], series.at(-1)];
  if (first === undefined || last === undefined) return null;
  return perSecond({ ...last, from: first.from, accepted: total.accepted });
}

/** Percent; null: there were no attempts. */
export function successShare({ succeeded, failed }: Overview["total"]): number | null {
  const all = (succeeded ?? 0) + (failed ?? 0);
  return succeeded === null || failed === null || all === 0 ? null : (succeeded / all) * 100;
}

/** Never says that all went well when something failed. */
export function shareText(of: Overview["total"]): string {
  const share = successShare(of);
  return share === null ? "no attempts" : percentText(share);
}

export function percentText(share: number): string {
  const rounded = Math.min(share === 100 ? 100 : 99.99, Math.round(share * 100) / 100);
  return `${RATE_OF_HUNDRED.format(rounded)} %`;
}

const RATE_OF_HUNDRED = new Intl.NumberFormat("en", { maximumFractionDigits: 2 });

const UNITS: [limitMs: number, unitMs: number, unit: string][] = [
  [1000, 1, "ms"],
  [120_000, 1000, "s"],
  [7_200_000, 60_000, "min"],
  [Number.POSITIVE_INFINITY, 3_600_000, "h"],
];

/** `12 ms`, `3.4 s`, `25 min`. */
export function spanText(ms: number | null): string {
  if (ms === null) return "–";
  const [, unitMs, unit] = UNITS.find(([limitMs]) => ms < limitMs) ?? [0, 1, "ms"];
  return `${new Intl.NumberFormat("en", { maximumSignificantDigits: 2 }).format(ms / unitMs)} ${unit}`;
}
