import type uPlot from "uplot";

/** A style variable that colours a line. */
export type LineColor = "--chart-1" | "--chart-2" | "--bar-good" | "--bar-bad";

export type Line = { name: string; color: LineColor; values: readonly (number | null)[] };

export type TimeChartProps = {
  title: string;
  /** What the lines say, in a sentence. */
  summary: string;
  /** Unix milliseconds of the values, ascending. */
  times: readonly number[];
  lines: readonly Line[];
  range: { fromMs: number; untilMs: number };
  /** A value with its unit. */
  format: (value: number) => string;
  /** `percent`: from 0 to 100; `log`: each step ten times the last. */
  scale?: "linear" | "percent" | "log";
};

const HEIGHT = 150;
const DAY_SECONDS = 86_400;
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const DATE = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" });
/** Of a logarithmic scale that has nothing to show. */
const EMPTY_LOG: [number, number] = [1, 1000];

/** What the library needs to know; `now` answers with the chart's newest props. */
export function optionsOf(
  element: HTMLElement,
  now: () => TimeChartProps,
  onPoint: (index: number | null) => void,
): uPlot.Options {
  const { lines, scale = "linear" } = now();
  const color = colorsOf(element);
  const axis = { stroke: () => color("--dim"), font: `12px ${getComputedStyle(element).fontFamily}` };
  const lineOptions = lines.map(
    (line): uPlot.Series => ({
      label: line.name,
      stroke: () => color(line.color),
      width: 1.5,
      points: { size: 4, fill: () => color(line.color) },
    }),
  );
  return {
    width: Math.max(1, element.clientWidth),
    height: HEIGHT,
    legend: { show: false },
    cursor: { drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: true, range: () => [now().range.fromMs / 1000, now().range.untilMs / 1000] },
      y: { distr: scale === "log" ? 3 : 1, range: rangeOf(scale) },
    },
    series: [{}, ...lineOptions],
    axes: [
      {
        ...axis,
        grid: { show: false },
        ticks: { show: false },
        size: 26,
        space: 70,
        values: (_, at) => timeTexts(at),
      },
      {
        ...axis,
        size: 62,
        ...(scale === "log" ? { splits: powersOfTen } : {}),
        grid: { stroke: () => color("--line"), width: 1 },
        ticks: { show: false },
        values: (_, at) => at.map((value) => (value == null ? "" : now().format(value))),
      },
    ],
    hooks: { setCursor: [(chart) => onPoint(chart.cursor.idx ?? null)] },
  };
}

function rangeOf(scale: TimeChartProps["scale"]): uPlot.Range.Function {
  // A little more than all, so that a line at the top is seen whole.
  if (scale === "percent") return () => [0, 104];
  if (scale === "log") {
    return (_, low, high) => {
      if (low == null || high == null) return EMPTY_LOG;
      const bottom = 10 ** Math.floor(Math.log10(Math.max(low, 1)));
      return [bottom, Math.max(bottom * 10, 10 ** Math.ceil(Math.log10(Math.max(high, 1))))];
    };
  }
  return (_, __, high) => [0, high == null || high <= 0 ? 1 : high * 1.1];
}

function powersOfTen(_: uPlot, __: number, low: number, high: number): number[] {
  const first = Math.round(Math.log10(low));
  const count = Math.round(Math.log10(high)) - first + 1;
  return Array.from({ length: count }, (_, index) => 10 ** (first + index));
}

function timeTexts(at: number[]): string[] {
  const step = (at[1] ?? 0) - (at[0] ?? 0);
  const isMidnight = (date: Date) => date.getHours() === 0 && date.getMinutes() === 0;
  return at.map((seconds) => {
    const date = new Date(seconds * 1000);
    return (step >= DAY_SECONDS || isMidnight(date) ? DATE : TIME).format(date);
  });
}

/** A canvas knows no variables, and they hold both looks: an element that wears one tells what it is now. */
function colorsOf(element: HTMLElement): (name: string) => string {
  const probe = document.createElement("span");
  probe.hidden = true;
  element.append(probe);
  return (name) => {
    probe.style.color = `var(${name})`;
    return getComputedStyle(probe).color;
  };
}
