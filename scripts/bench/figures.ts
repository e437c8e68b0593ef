/** What the bench has measured, and how it is shown. */
export type Figure = {
  /** Stable, for comparing runs: `accept.single.none`. */
  id: string;
  title: string;
  value: number;
  unit: "events/s" | "ms" | "MiB" | "rows" | "$" | "share" | "CPU ms" | "calls";
  /** Id of the floor it stands on; the ratio is shown. */
  floor?: string;
  /** Bounds that the project has set itself. */
  atLeast?: number;
  atMost?: number;
  /** The same bounds on the ratio to the floor. */
  ratioAtLeast?: number;
  ratioAtMost?: number;
};

export type Judged = Figure & { ratio: number | null; met: boolean | null };

/** Each figure beside its floor, with whether its bounds are met. */
export function judge(figures: readonly Figure[]): Judged[] {
  const byId = new Map(figures.map((figure) => [figure.id, figure.value]));
  return figures.map((figure) => {
    const floor = figure.floor === undefined ? undefined : byId.get(figure.floor);
    const ratio = floor === undefined || floor === 0 ? null : figure.value / floor;
    return { ...figure, ratio, met: isMet(figure, ratio) };
  });
}

function isMet(figure: Figure, ratio: number | null): boolean | null {
  const checks: boolean[] = [];
  if (figure.atLeast !== undefined) checks.push(figure.value >= figure.atLeast);
  if (figure.atMost !== undefined) checks.push(figure.value <= figure.atMost);
  if (figure.ratioAtLeast !== undefined && ratio !== null) checks.push(ratio >= figure.ratioAtLeast);
  if (figure.ratioAtMost !== undefined && ratio !== null) checks.push(ratio <= figure.ratioAtMost);
  return checks.length === 0 ? null : checks.every(Boolean);
}

export function printHeading(text: string): void {
  console.log(`\n${text}`);
}

export function printFigure(figure: Judged): void {
  const value = `${numberText(figure.value)} ${figure.unit}`;
  const ratio = figure.ratio === null ? "" : `${figure.ratio.toFixed(2)} × floor`;
  console.log(
    `  ${figure.title.padEnd(62)}${value.padStart(18)}  ${ratio.padEnd(14)}${boundText(figure)}`.trimEnd(),
  );
}

function boundText({ atLeast, atMost, ratioAtLeast, ratioAtMost, met }: Judged): string {
  if (met === null) return "";
  const bounds = [
    ...(atLeast === undefined ? [] : [`≥ ${numberText(atLeast)}`]),
    ...(atMost === undefined ? [] : [`≤ ${numberText(atMost)}`]),
    ...(ratioAtLeast === undefined ? [] : [`≥ ${ratioAtLeast} × floor`]),
    ...(ratioAtMost === undefined ? [] : [`≤ ${ratioAtMost} × floor`]),
  ];
  return `${met ? "met" : "MISSED"} (${bounds.join(", ")})`;
}

function numberText(value: number): string {
  if (Math.abs(value) >= 100) return Math.round(value).toLocaleString("en-US");
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
