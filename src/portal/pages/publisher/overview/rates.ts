/** How rates of events are written. */
const RATE = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });

export function rateText(rate: number | null): string {
  return rate === null ? "–" : RATE.format(rate);
}

export type RateUnit = { name: string; seconds: number };

const A_SECOND: RateUnit = { name: "a second", seconds: 1 };
const AN_HOUR: RateUnit = { name: "an hour", seconds: 3600 };
const RATE_UNITS: RateUnit[] = [A_SECOND, { name: "a minute", seconds: 60 }, AN_HOUR];

/** The shortest time that has one event at that rate, up to an hour: nobody reads "0.00683 a second". */
export function rateUnit(perSecond: number | null): RateUnit {
  if (perSecond === null || perSecond === 0) return A_SECOND;
  return RATE_UNITS.find(({ seconds }) => perSecond * seconds >= 1) ?? AN_HOUR;
}

/** A rate, in that unit. */
export function rateIn(unit: RateUnit, perSecond: number | null): number | null {
  return perSecond === null ? null : perSecond * unit.seconds;
}
