import { useQuery } from "@tanstack/react-query";
import { queryText } from "../../api/client.ts";
import { useApp } from "../../api/context.tsx";

const HOUR_MS = 3_600_000;
const SPAN_HOURS = 2;
const SPANS = 12;
const REFRESH_MS = 60_000;
const HEIGHT = 60;
const WIDTH = 20;
const GAP = 4;
/** Of an attempt. */
const SUCCEEDED = 0;
const FAILED = 2;

type Span = { after: string; good: number; bad: number };

/** A day's attempts in two-hour bars, delivered below, failed above. */
export function DayChart({ endpointId }: { endpointId: string }) {
  const { api, path, appId } = useApp();
  const count = async (status: number, { after, before }: { after: string; before: string | null }) => {
    const query = queryText({ status, after, before });
    const place = `${path}/attempt/endpoint/${encodeURIComponent(endpointId)}/count${query}`;
    return (await api.json<{ count: number }>(place)).count;
  };
  const spans = useQuery({
    queryKey: ["app", appId, "endpoint", endpointId, "day"],
    queryFn: () =>
      Promise.all(
        spansUntil(Date.now()).map(async (span): Promise<Span> => {
          const [good, bad] = await Promise.all([count(SUCCEEDED, span), count(FAILED, span)]);
          return { after: span.after, good, bad };
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  const found = spans.data ?? [];
  const highest = Math.max(1, ...found.map(({ good, bad }) => good + bad));
  return (
    <figure className="day-chart">
      <svg
        viewBox={`0 0 ${SPANS * (WIDTH + GAP) - GAP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={found.length === 0 ? "Attempts of the last 24 hours" : textOf(found)}
      >
        {found.map((span, index) => (
          <Bar key={span.after} x={index * (WIDTH + GAP)} span={span} highest={highest} />
        ))}
      </svg>
      <figcaption className="dim small">
        <span>24 h ago</span>
        <span className="chart-key">Attempts: delivered green, failed red</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function Bar({ x, span, highest }: { x: number; span: Span; highest: number }) {
  const good = (span.good / highest) * HEIGHT;
  const bad = (span.bad / highest) * HEIGHT;
  return (
    <>
      <rect x={x} y={HEIGHT - 1} width={WIDTH} height={1} className="bar-none" />
      <rect x={x} y={HEIGHT - good} width={WIDTH} height={good} className="bar-good" />
      <rect x={x} y={HEIGHT - good - bad} width={WIDTH} height={bad} className="bar-bad" />
    </>
  );
}

function textOf(spans: Span[]): string {
  const list = spans.map(({ good, bad }) => `${good} delivered and ${bad} failed`).join("; ");
  return `Attempts of the last 24 hours, two hours at a time: ${list}`;
}

function spansUntil(nowMs: number): { after: string; before: string | null }[] {
  const spanMs = SPAN_HOURS * HOUR_MS;
  return Array.from({ length: SPANS }, (_, index) => {
    const fromMs = nowMs - (SPANS - index) * spanMs;
    const isLast = index === SPANS - 1;
    return {
      after: new Date(fromMs).toISOString(),
      // The server's clock may be ahead of ours: the last span has no end.
      before: isLast ? null : new Date(fromMs + spanMs).toISOString(),
    };
  });
}
