import { HOUR_MS } from "../../../../core/units.ts";
import type { Overview } from "../../../api/overview.ts";
import { TimeChart } from "../../../parts/time-chart.tsx";
import { countText, percentText, perSecond, shareText, spanText, successShare } from "./figures.ts";
import { rateIn, rateText, rateUnit } from "./rates.ts";

/** What happened in the range, on four charts. */
export function Charts({ overview, hours }: { overview: Overview; hours: number }) {
  const { series, total, current } = overview;
  if (series.length === 0 || current === null) {
    return (
      <p className="dim charts-none" role="status">
        Charts begin with the second minute: samples are taken once a minute.
      </p>
    );
  }
  const untilMs = Math.max(Date.parse(current.at), ...series.map(({ at }) => Date.parse(at)));
  const shared = {
    times: series.map(({ at }) => Date.parse(at)),
    range: { fromMs: untilMs - hours * HOUR_MS, untilMs },
  };
  const rates = series.map(perSecond);
  const highest = Math.max(0, ...rates.map((rate) => rate ?? 0));
  const unit = rateUnit(highest);
  const most = Math.max(0, ...series.map(({ backlog, waiting }) => backlog + waiting));
  return (
    <div className="charts">
      <TimeChart
        {...shared}
        title={`Events accepted ${unit.name}`}
        summary={`${countText(total.accepted)} ${total.accepted === 1 ? "event" : "events"}, at most ${rateText(rateIn(unit, highest))} ${unit.name}`}
        lines={[{ name: "Accepted", color: "--chart-1", values: rates.map((rate) => rateIn(unit, rate)) }]}
        format={rateText}
      />
      <TimeChart
        {...shared}
        title="Success rate of attempts"
        summary={`${shareText(total)} of ${countText((total.succeeded ?? 0) + (total.failed ?? 0))}`}
        lines={[{ name: "Succeeded", color: "--bar-good", values: series.map(successShare) }]}
        format={percentText}
        scale="percent"
      />
      <TimeChart
        {...shared}
        title="Time from accepted to delivered"
        summary={`half within ${spanText(total.latencyP50Ms)}, 95 % within ${spanText(total.latencyP95Ms)}`}
        lines={[
          { name: "Half within", color: "--chart-1", values: series.map(({ latencyP50Ms }) => latencyP50Ms) },
          { name: "95 % within", color: "--chart-2", values: series.map(({ latencyP95Ms }) => latencyP95Ms) },
        ]}
        format={spanText}
        scale="log"
      />
      <TimeChart
        {...shared}
        title="Backlog"
        summary={`${countText(current.backlog + current.waiting)} outstanding now, at most ${countText(most)}`}
        lines={[
          { name: "Not attempted yet", color: "--chart-1", values: series.map(({ backlog }) => backlog) },
          { name: "Waiting for a retry", color: "--bar-bad", values: series.map(({ waiting }) => waiting) },
        ]}
        format={rateText}
      />
    </div>
  );
}
