import type { DeliveryStatus } from "../api/endpoints.ts";

type Hours = DeliveryStatus["hours"];

const HEIGHT = 60;
const WIDTH = 8;
const GAP = 2;

/** Attempts hour by hour, delivered below, failed above; the last hour has only begun. */
export function HourBars({ hours }: { hours: Hours | undefined }) {
  const shown = hours ?? [];
  const highest = Math.max(1, ...shown.map(({ succeeded, failed }) => succeeded + failed));
  const width = Math.max(1, shown.length * (WIDTH + GAP) - GAP);
  return (
    <svg
      className="hour-bars"
      viewBox={`0 0 ${width} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={textOf(hours)}
    >
      {shown.map(({ succeeded, failed }, index) => {
        const x = index * (WIDTH + GAP);
        const good = (succeeded / highest) * (HEIGHT - 1);
        const bad = (failed / highest) * (HEIGHT - 1);
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: its place is all that an hour is known by.
          <g key={index}>
            <rect x={x} y={HEIGHT - 1} width={WIDTH} height={1} className="bar-none" />
            <rect x={x} y={HEIGHT - good} width={WIDTH} height={good} className="bar-good" />
            <rect x={x} y={HEIGHT - good - bad} width={WIDTH} height={bad} className="bar-bad" />
          </g>
        );
      })}
    </svg>
  );
}

function textOf(hours: Hours | undefined): string {
  const name = "Attempts of the last 24 hours";
  if (hours === undefined) return name;
  const sum = (of: "succeeded" | "failed") => hours.reduce((total, hour) => total + hour[of], 0);
  const worst = hours.reduce(
    (most, { failed }, index) => (failed > (hours[most]?.failed ?? 0) ? index : most),
    0,
  );
  const failed = sum("failed");
  const ago = hours.length - 1 - worst;
  const most = failed === 0 ? "" : `, most of them ${ago === 0 ? "in this hour" : `${ago} h ago`}`;
  return `${name}: ${sum("succeeded")} delivered, ${failed} failed${most}`;
}
