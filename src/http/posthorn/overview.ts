import { createRoute } from "@hono/zod-openapi";
import { timeText } from "../../contract/fields.ts";
import { DeploymentOverviewOut, OverviewQuery } from "../../contract/overview.ts";
import type { OverviewPoint, OverviewTotals } from "../../core/deployment.ts";
import { MAX_OVERVIEW_RANGE_MS } from "../../core/limits/figures.ts";
import { HOUR_MS } from "../../core/units.ts";
import { deploymentOverview, type Overview } from "../../service/deployment.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { ApiError } from "../errors.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";

const route = createRoute({
  method: "get",
  path: "/api/v1/deployment/overview",
  tags: ["Deployment"],
  operationId: "posthorn.deployment.get-overview",
  summary: "The whole deployment's figures over at most 31 days: by default the last hour",
  description:
    "Endpoints tell of their deliveries every half minute at most, and a sample is taken every minute: figures are up to two minutes behind. Of more than 20,000 endpoints a sample takes as many minutes as there are twenty thousands. Samples of more than a day ago are an hour apart, and kept for 30 days.",
  request: { query: OverviewQuery },
  responses: { 200: jsonResponse(DeploymentOverviewOut, "The figures"), ...FAILURES },
});

/** Ours: what a publisher looks at first. */
export function registerOverview(app: HttpApp): void {
  app.openapi(route, async (c) => {
    requirePublisher(c);
    const services = c.get("services");
    const range = rangeOf(c.req.valid("query"), services.nowMs);
    return c.json(toOverviewOut(await deploymentOverview(services, range)), 200);
  });
}

type RangeQuery = { since?: number | undefined; until?: number | undefined };

function rangeOf({ since, until }: RangeQuery, nowMs: number): { sinceMs: number; untilMs: number } {
  const untilMs = until ?? nowMs;
  const sinceMs = since ?? untilMs - HOUR_MS;
  if (sinceMs >= untilMs) throw new ApiError("invalid_range", "since must be before until");
  if (untilMs - sinceMs > MAX_OVERVIEW_RANGE_MS) {
    throw new ApiError("invalid_range", "since and until must not be more than 31 days apart");
  }
  return { sinceMs, untilMs };
}

function toOverviewOut({ current, stepMs, points, totals, worst }: Overview): DeploymentOverviewOut {
  return {
    current:
      current === null
        ? null
        : {
            at: timeText(current.atMs),
            endpoints: current.endpoints,
            disabled: current.disabled,
            failing: current.failing,
            backlog: current.backlog,
            waiting: current.waiting,
          },
    total: activityOf(totals),
    stepSeconds: stepMs / 1000,
    series: points.map((point) => ({
      from: timeText(point.fromMs),
      at: timeText(point.atMs),
      ...activityOf(point),
      backlog: point.backlog,
      waiting: point.waiting,
    })),
    worst: worst.map(({ endpointUrl, failingSinceMs, appKey: _, endpointKey: __, ...known }) => ({
      ...known,
      url: endpointUrl,
      failingSince: failingSinceMs === null ? null : timeText(failingSinceMs),
    })),
  };
}

function activityOf(of: OverviewTotals | OverviewPoint): OverviewTotals {
  const { accepted, succeeded, failed, latencyP50Ms, latencyP95Ms } = of;
  return { accepted, succeeded, failed, latencyP50Ms, latencyP95Ms };
}
