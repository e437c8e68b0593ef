import { useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import { DAY_MS } from "../../core/units.ts";
import "uplot/dist/uPlot.min.css";
import { optionsOf, type TimeChartProps } from "./time-chart-options.ts";

const SHORT = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const LONG = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
});

/** Lines over time, drawn on a canvas; the same figures stand in a table that unfolds. */
export function TimeChart(props: TimeChartProps) {
  const { title, summary, times, lines, range, format } = props;
  const [at, setAt] = useState<number | null>(null);
  const place = useChart(props, setAt);
  const timeText = (ms: number) => (range.untilMs - range.fromMs > DAY_MS ? LONG : SHORT).format(ms);
  const shown = at === null ? undefined : times[at];
  return (
    <figure className="time-chart">
      <figcaption>
        <h2>{title}</h2>
        <span className="dim small chart-at" aria-hidden="true">
          {shown === undefined ? "" : timeText(shown)}
        </span>
      </figcaption>
      <ul className="chart-lines small dim" aria-hidden="true">
        {lines.map(({ name, color, values }) => (
          <li key={name}>
            <span className={`chart-mark mark${color}`} />
            {name}
            {shown === undefined ? "" : ` ${valueText(values[at ?? 0], format)}`}
          </li>
        ))}
      </ul>
      <div ref={place} className="chart-place" role="img" aria-label={`${title}: ${summary}`} />
      <details className="chart-table">
        <summary className="dim small">As a table</summary>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard. */}
        <section className="chart-scroll" tabIndex={0} aria-label={title}>
          <table className="small">
            <thead>
              <tr>
                <th scope="col">Until</th>
                {lines.map(({ name }) => (
                  <th key={name} scope="col">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {times
                .map((ms, row) => (
                  <tr key={ms}>
                    <th scope="row">{timeText(ms)}</th>
                    {lines.map(({ name, values }) => (
                      <td key={name}>{valueText(values[row], format)}</td>
                    ))}
                  </tr>
                ))
                .reverse()}
            </tbody>
          </table>
        </section>
      </details>
    </figure>
  );
}

function valueText(value: number | null | undefined, format: (value: number) => string): string {
  return value == null ? "–" : format(value);
}

/** Keeps a chart in the element: as wide as it is, in the colours of the look, with the newest values. */
function useChart(props: TimeChartProps, onPoint: (index: number | null) => void) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | null>(null);
  const latest = useRef(props);
  latest.current = props;
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is made once; what changes is read when it is drawn.
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const options = optionsOf(element, () => latest.current, onPoint);
    const made = new uPlot(options, dataOf(latest.current), element);
    chart.current = made;
    const resized = new ResizeObserver(() => {
      if (element.clientWidth > 0) made.setSize({ width: element.clientWidth, height: options.height });
    });
    resized.observe(element);
    const look = matchMedia("(prefers-color-scheme: dark)");
    const redraw = () => made.redraw(false);
    look.addEventListener("change", redraw);
    return () => {
      resized.disconnect();
      look.removeEventListener("change", redraw);
      made.destroy();
      chart.current = null;
    };
  }, []);
  useEffect(() => {
    chart.current?.setData(dataOf(props));
  }, [props]);
  return place;
}

function dataOf({ times, lines }: TimeChartProps): uPlot.AlignedData {
  return [times.map((ms) => ms / 1000), ...lines.map(({ values }) => [...values])];
}
