const UNITS: [seconds: number, unit: string][] = [
  [86_400, "d"],
  [3600, "h"],
  [60, "m"],
  [1, "s"],
];

/** `5, 300 1800` */
export function numbersIn(text: string): number[] {
  return text
    .split(/[\s,]+/)
    .filter((part) => part !== "")
    .map(Number);
}

/** `5m`, `1h 30m`, of a number of seconds. */
export function durationText(seconds: number): string {
  if (seconds < 1) return `${seconds}s`;
  let rest = Math.round(seconds);
  const parts = UNITS.flatMap(([size, unit]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count === 0 ? [] : [`${count}${unit}`];
  });
  return parts.join(" ");
}
