import { type ReactNode, useState } from "react";
import { type Overview, useOverview } from "../../../api/overview.ts";
import { Loaded, Note } from "../../../parts/feedback.tsx";
import { SelectField } from "../../../parts/field.tsx";
import { Time } from "../../../parts/time.tsx";
import { Charts } from "./charts.tsx";
import { countText, meanPerSecond, shareText, spanText } from "./figures.ts";
import { rateIn, rateText, rateUnit } from "./rates.ts";
import { WorstEndpoints } from "./worst-endpoints.tsx";

const RANGES = [
  ["1", "Last hour"],
  ["24", "Last 24 hours"],
  ["168", "Last 7 days"],
  ["720", "Last 30 days"],
] as const;

/** How the whole deployment does, and where it does not do well. */
export function OverviewPage() {
  const [hours, setHours] = useState("1");
  const overview = useOverview(Number(hours));
  return (
    <>
      <div className="page-head">
        <div>
          <h1>Overview</h1>
          <p className="dim">All applications together. Figures are up to two minutes behind.</p>
        </div>
        <SelectField label="Range" value={hours} options={RANGES} onChange={setHours} />
      </div>
      <Loaded query={overview}>
        {(found) => (
          <>
            <Figures overview={found} />
            <Charts overview={found} hours={Number(hours)} />
            <WorstEndpoints endpoints={found.worst} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Figures({ overview }: { overview: Overview }) {
  const { current, total } = overview;
  if (current === null) {
    return (
      <Note tone="info">This deployment is being counted for the first time. Come back in some minutes.</Note>
    );
  }
  const rate = meanPerSecond(overview);
  const unit = rateUnit(rate);
  return (
    <>
      <dl className="figures">
        <Figure name={`Events ${unit.name}`} value={rateText(rateIn(unit, rate))}>
          {countText(total.accepted)} accepted
        </Figure>
        <Figure name="Success rate" value={shareText(total)}>
          {countText(total.failed)} {total.failed === 1 ? "attempt" : "attempts"} failed
        </Figure>
        <Figure name="Time to delivery" value={spanText(total.latencyP50Ms)}>
          the median; 95 % within {spanText(total.latencyP95Ms)}
        </Figure>
        <Figure name="Backlog" value={countText(current.backlog + current.waiting)}>
          {countText(current.waiting)} waiting for a retry
        </Figure>
        <Figure name="Endpoints" value={countText(current.endpoints)}>
          {countText(current.failing)} failing, {countText(current.disabled)} disabled
        </Figure>
      </dl>
      <p className="dim small figures-at">
        Taken <Time at={current.at} />
      </p>
    </>
  );
}

type FigureProps = { name: string; value: string; children: ReactNode };

function Figure({ name, value, children }: FigureProps) {
  return (
    <div className="figure">
      <dt className="dim small">{name}</dt>
      <dd className="figure-value">{value}</dd>
      <dd className="dim small">{children}</dd>
    </div>
  );
}
