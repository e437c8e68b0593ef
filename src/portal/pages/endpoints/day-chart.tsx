import { useQuery } from "@tanstack/react-query";
import { queryText } from "../../api/client.ts";
import { useApp } from "../../api/context.tsx";
import { endpointPath, type Stats } from "../../api/endpoints.ts";

const HOUR_MS = 3_600_000;
const SPAN_HOURS = 2;
const SPANS = 12;
const REFRESH_MS = 60_000;
const HEIGHT = 60;
const WIDTH = 20;
const GAP = 4;

type Span = { since: string; stats: Stats };

/** A day in two-hour bars, delivered below, failed above. */
export function DayChart({ endpointId }: { endpointId: string }) {
  const { api, path, appId } = useApp();
  const spans = useQuery({
    queryKey: ["app", appId, "endpoint", endpointId, "day"],
    queryFn: () =>
      Promise.all(
        spansUntil(Date.now()).map(async ({ since, until }): Promise<Span> => {
          const query = queryText({ since, until });
          return { since, stats: await api.json<Stats>(path + endpointPath(endpointId, `/stats${query}`)) };
        }),
      ),
    refetchInterval: REFRESH_MS,
  });
  const found = spans.data ?? [];
  const highest = Math.max(1, ...found.map(({ stats }) => totalOf(stats)));
  return (
    <figure className="day-chart">
      <svg
        viewBox={`0 0 ${SPANS * (WIDTH + GAP) - GAP} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`Messages of the last 24 hours: ${found.map(({ stats }) => totalOf(stats)).join(", ")}`}
      >
        {found.map(({ since, stats }, index) => (
          <Bar key={since} x={index * (WIDTH + GAP)} stats={stats} highest={highest} />
        ))}
      </svg>
      <figcaption className="dim small">
        <span>24 h ago</span>
        <span>now</span>
      </figcaption>
    </figure>
  );
}

function Bar({ x, stats, highest }: { x: number; stats: Stats; highest: number }) {
  const good = (stats.success / highest) * HEIGHT;
  const bad = ((totalOf(stats) - stats.success) / highest) * HEIGHT;
  return (
    <>
      <rect x={x} y={HEIGHT - 1} width={WIDTH} height={1} className="bar-none" />
      <rect x={x} y={HEIGHT - good} width={WIDTH} height={good} className="bar-good" />
      <rect x={x} y={HEIGHT - good - bad} width={WIDTH} height={bad} className="bar-bad" />
    </>
  );
}

function totalOf({ success, fail, sending }: Stats): number {
  return success + fail + sending;
}

function spansUntil(nowMs: number): { since: string; until: string | null }[] {
  const spanMs = SPAN_HOURS * HOUR_MS;
  return Array.from({ length: SPANS }, (_, index) => {
    const sinceMs = nowMs - (SPANS - index) * spanMs;
    const isLast = index === SPANS - 1;
    return {
      since: new Date(sinceMs).toISOString(),
      // The server's clock may be behind ours: until now is what it takes when nothing is said.
      until: isLast ? null : new Date(sinceMs + spanMs).toISOString(),
    };
  });
}
