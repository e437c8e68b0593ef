/** Figures of the whole deployment: sums over its endpoints, taken now and then, and what two of them say of the time between. */

import { added, type Latencies, latenciesBetween, quantileMs } from "./latency.ts";
import { MAX_OVERVIEW_POINTS, MAX_WORST_ENDPOINTS, MIN_RATE_MS, STATUS_STALE_MS } from "./limits/figures.ts";
import { type HourCount, lastHours } from "./tally.ts";
import { MINUTE_MS } from "./units.ts";

/** Sums. What is said to be ever only grows, until rows of what was deleted long ago are removed. */
export type DeploymentFigures = {
  /** Events accepted, ever. */
  accepted: number;
  /** Attempts, ever. */
  succeeded: number;
  failed: number;
  latency: Latencies;
  /** Deliveries not attempted yet. */
  backlog: number;
  /** Deliveries that wait for a retry, or for their time. */
  waiting: number;
  endpoints: number;
  disabled: number;
  /** Neither disabled nor has the last attempt succeeded. */
  failing: number;
};

export type DeploymentSample = DeploymentFigures & { atMs: number };

export const NO_FIGURES: DeploymentFigures = {
  accepted: 0,
  succeeded: 0,
  failed: 0,
  latency: [],
  backlog: 0,
  waiting: 0,
  endpoints: 0,
  disabled: 0,
  failing: 0,
};

/** An endpoint as D1 knows it; `head` is its application's newest position. */
export type EndpointStanding = {
  appKey: number;
  endpointKey: number;
  state: "enabled" | "disabled" | "deleted";
  /** Null: its object has not told anything yet. */
  told: {
    updatedAtMs: number;
    waiting: number;
    behind: number;
    succeeded: number;
    failed: number;
    failingSinceMs: number | null;
    latency: Latencies;
    hours: readonly HourCount[];
  } | null;
  /** Positions of the log after the one it told of. */
  untaken: number;
};

/** An endpoint in trouble. */
export type EndpointTrouble = {
  appKey: number;
  endpointKey: number;
  /** Attempts of this hour and the one before. */
  succeeded: number;
  failed: number;
  failingSinceMs: number | null;
  backlog: number;
};

export type Sampled = { figures: DeploymentFigures; worst: EndpointTrouble[] };

/** One endpoint more. A deleted one counts with what it has delivered: sums over time must not fall when it goes. */
export function withEndpoint(
  { figures, worst }: Sampled,
  endpoint: EndpointStanding,
  nowMs: number,
): Sampled {
  const { state, told } = endpoint;
  const isLive = state !== "deleted";
  const isEnabled = state === "enabled";
  const backlog = isEnabled ? backlogOf(endpoint, nowMs) : 0;
  const failingSinceMs = isEnabled ? (told?.failingSinceMs ?? null) : null;
  const [before, now] = lastHours(told?.hours ?? [], nowMs, 2);
  const trouble: EndpointTrouble = {
    appKey: endpoint.appKey,
    endpointKey: endpoint.endpointKey,
    succeeded: (before?.succeeded ?? 0) + (now?.succeeded ?? 0),
    failed: (before?.failed ?? 0) + (now?.failed ?? 0),
    failingSinceMs,
    backlog: backlog + (isEnabled ? (told?.waiting ?? 0) : 0),
  };
  return {
    figures: {
      accepted: figures.accepted,
      succeeded: figures.succeeded + (told?.succeeded ?? 0),
      failed: figures.failed + (told?.failed ?? 0),
      latency: told === null ? figures.latency : added(figures.latency, told.latency),
      backlog: figures.backlog + backlog,
      waiting: figures.waiting + (isEnabled ? (told?.waiting ?? 0) : 0),
      endpoints: figures.endpoints + (isLive ? 1 : 0),
      disabled: figures.disabled + (state === "disabled" ? 1 : 0),
      failing: figures.failing + (failingSinceMs === null ? 0 : 1),
    },
    worst: isLive && isInTrouble(trouble) ? worstOf([...worst, trouble]) : worst,
  };
}

/** An object at work knows best; of one that sleeps the log says what it has still to take. */
function backlogOf({ told, untaken }: EndpointStanding, nowMs: number): number {
  const isFresh = told !== null && nowMs - told.updatedAtMs < STATUS_STALE_MS;
  return isFresh ? told.behind : Math.max(0, untaken);
}

function isInTrouble({ failed, failingSinceMs, backlog }: EndpointTrouble): boolean {
  return failed > 0 || failingSinceMs !== null || backlog > 0;
}

/** Those that failed most, those that have waited for a success the longest, and those with most to do. */
function worstOf(troubles: readonly EndpointTrouble[]): EndpointTrouble[] {
  if (troubles.length <= MAX_WORST_ENDPOINTS) return sorted(troubles);
  const most = (worth: (trouble: EndpointTrouble) => number, count: number) =>
    troubles
      .filter((trouble) => worth(trouble) > 0)
      .toSorted((a, b) => worth(b) - worth(a))
      .slice(0, count);
  const share = Math.floor(MAX_WORST_ENDPOINTS / 4);
  const chosen = new Set([
    ...most(({ failingSinceMs }) => (failingSinceMs === null ? 0 : 1 / failingSinceMs), share),
    ...most(({ backlog }) => backlog, share),
    ...most(({ failed }) => failed, MAX_WORST_ENDPOINTS),
    ...sorted(troubles),
  ]);
  return sorted([...chosen].slice(0, MAX_WORST_ENDPOINTS));
}

function sorted(troubles: readonly EndpointTrouble[]): EndpointTrouble[] {
  return troubles.toSorted(
    (a, b) =>
      b.failed - a.failed ||
      b.backlog - a.backlog ||
      (a.failingSinceMs ?? Number.POSITIVE_INFINITY) - (b.failingSinceMs ?? Number.POSITIVE_INFINITY) ||
      a.endpointKey - b.endpointKey,
  );
}

/** What happened between two samples; null where counting began anew in between. */
export type OverviewPoint = {
  fromMs: number;
  atMs: number;
  accepted: number | null;
  succeeded: number | null;
  failed: number | null;
  latencyP50Ms: number | null;
  latencyP95Ms: number | null;
  backlog: number;
  waiting: number;
};

export type OverviewTotals = Pick<
  OverviewPoint,
  "accepted" | "succeeded" | "failed" | "latencyP50Ms" | "latencyP95Ms"
>;

/** Of samples in any order. Two that lie too close together say nothing about a rate: the later one is left out. */
export function seriesOf(samples: readonly DeploymentSample[]): {
  points: OverviewPoint[];
  totals: OverviewTotals;
} {
  const kept: DeploymentSample[] = [];
  for (const sample of samples.toSorted((a, b) => a.atMs - b.atMs)) {
    const last = kept.at(-1);
    if (last === undefined || sample.atMs - last.atMs >= MIN_RATE_MS) kept.push(sample);
  }
  const steps = kept.slice(1).map((later, index) => stepBetween(kept[index] ?? later, later));
  return { points: steps.map(({ point }) => point), totals: totalsOf(steps) };
}

type Step = { point: OverviewPoint; latency: number[] | null };

function stepBetween(earlier: DeploymentSample, later: DeploymentSample): Step {
  const grown = (name: "accepted" | "succeeded" | "failed") =>
    later[name] < earlier[name] ? null : later[name] - earlier[name];
  const latency = latenciesBetween(earlier.latency, later.latency);
  const point = {
    fromMs: earlier.atMs,
    atMs: later.atMs,
    accepted: grown("accepted"),
    succeeded: grown("succeeded"),
    failed: grown("failed"),
    latencyP50Ms: quantileMs(latency ?? [], 0.5),
    latencyP95Ms: quantileMs(latency ?? [], 0.95),
    backlog: later.backlog,
    waiting: later.waiting,
  };
  return { point, latency };
}

function totalsOf(steps: readonly Step[]): OverviewTotals {
  const latency = steps.reduce<number[]>((sum, step) => added(sum, step.latency ?? []), []);
  const sum = (name: "accepted" | "succeeded" | "failed") =>
    steps.length === 0 ? null : steps.reduce((total, { point }) => total + (point[name] ?? 0), 0);
  return {
    accepted: sum("accepted"),
    succeeded: sum("succeeded"),
    failed: sum("failed"),
    latencyP50Ms: quantileMs(latency, 0.5),
    latencyP95Ms: quantileMs(latency, 0.95),
  };
}

const STEPS_MINUTES = [1, 2, 5, 10, 30, 60, 240];

/** How far apart the points of a series over so long are. */
export function stepMsOf(rangeMs: number): number {
  const minutes = STEPS_MINUTES.find((step) => rangeMs / (step * MINUTE_MS) <= MAX_OVERVIEW_POINTS) ?? 240;
  return minutes * MINUTE_MS;
}
