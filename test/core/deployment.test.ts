import { describe, expect, it } from "vitest";
import {
  type DeploymentSample,
  type EndpointStanding,
  NO_FIGURES,
  type Sampled,
  seriesOf,
  stepMsOf,
  withEndpoint,
} from "../../src/core/deployment.ts";
import {
  MAX_OVERVIEW_POINTS,
  MAX_OVERVIEW_RANGE_MS,
  MAX_WORST_ENDPOINTS,
  STATUS_STALE_MS,
} from "../../src/core/limits/figures.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";

const NOW = 500_000 * HOUR_MS + 30 * MINUTE_MS;

function aSample(minute: number, figures: Partial<DeploymentSample>): DeploymentSample {
  return { ...NO_FIGURES, atMs: NOW + minute * MINUTE_MS, ...figures };
}

type Told = NonNullable<EndpointStanding["told"]>;

function standing(
  key: number,
  told: Partial<Told> | null,
  rest: Partial<EndpointStanding> = {},
): EndpointStanding {
  const none: Told = {
    updatedAtMs: NOW,
    waiting: 0,
    behind: 0,
    succeeded: 0,
    failed: 0,
    failingSinceMs: null,
    latency: [],
    hours: [],
  };
  const full = told === null ? null : { ...none, ...told };
  return { appKey: 1, endpointKey: key, state: "enabled", untaken: 0, told: full, ...rest };
}

function summed(...endpoints: EndpointStanding[]): Sampled {
  return endpoints.reduce<Sampled>((sum, one) => withEndpoint(sum, one, NOW), {
    figures: NO_FIGURES,
    worst: [],
  });
}

describe("a series", () => {
  it("tells what happened between samples, whatever their order", () => {
    const samples = [
      aSample(1, { accepted: 70, succeeded: 65, failed: 5, latency: [0, 0, 65], backlog: 3, waiting: 2 }),
      aSample(0, { accepted: 10, succeeded: 10, latency: [0, 0, 10] }),
    ];
    const { points, totals } = seriesOf(samples);
    expect(points).toHaveLength(1);
    expect(points[0]).toMatchObject({
      fromMs: NOW,
      atMs: NOW + MINUTE_MS,
      accepted: 60,
      succeeded: 55,
      failed: 5,
      backlog: 3,
      waiting: 2,
    });
    expect(points[0]?.latencyP50Ms).toBeGreaterThan(1.4);
    expect(points[0]?.latencyP50Ms).toBeLessThanOrEqual(2);
    expect(totals).toMatchObject({ accepted: 60, succeeded: 55, failed: 5 });
  });

  it.each([
    {
      what: "endpoints were removed",
      before: { succeeded: 100, failed: 9 },
      after: { succeeded: 40, failed: 9 },
    },
    { what: "counting began anew", before: { succeeded: 100, failed: 9 }, after: {} },
  ])("has no figure, and never a negative one, where $what", ({ before, after }) => {
    const { points, totals } = seriesOf([
      aSample(0, before),
      aSample(1, after),
      aSample(2, { ...after, succeeded: 50 }),
    ]);
    expect(points[0]?.succeeded).toBeNull();
    expect(
      points
        .flatMap(({ succeeded, failed, accepted }) => [succeeded ?? 0, failed ?? 0, accepted ?? 0])
        .every((n) => n >= 0),
    ).toBe(true);
    expect(totals.succeeded).toBe(points[1]?.succeeded);
  });

  it("has no latency where the histogram shrank, and where nothing was delivered", () => {
    const { points } = seriesOf([
      aSample(0, { latency: [5, 5] }),
      aSample(1, { latency: [5, 4] }),
      aSample(2, { latency: [5, 4] }),
    ]);
    expect(points.map(({ latencyP50Ms }) => latencyP50Ms)).toEqual([null, null]);
  });

  it("leaves out a sample that came too soon for a rate, and loses nothing of it", () => {
    const soon = { ...aSample(1, { accepted: 20 }), atMs: NOW + MINUTE_MS + 500 };
    const { points, totals } = seriesOf([
      aSample(0, {}),
      aSample(1, { accepted: 10 }),
      soon,
      aSample(2, { accepted: 30 }),
    ]);
    expect(points.map(({ accepted }) => accepted)).toEqual([10, 20]);
    expect(totals.accepted).toBe(30);
  });

  it("of one sample or none is empty", () => {
    expect(seriesOf([]).points).toEqual([]);
    expect(seriesOf([aSample(0, { accepted: 5 })])).toMatchObject({ points: [], totals: { accepted: null } });
  });

  it.each([HOUR_MS, DAY_MS, 7 * DAY_MS, 30 * DAY_MS, MAX_OVERVIEW_RANGE_MS])(
    "over %d ms has a bounded number of points",
    (rangeMs) => {
      expect(rangeMs / stepMsOf(rangeMs)).toBeLessThanOrEqual(MAX_OVERVIEW_POINTS);
      expect(rangeMs / stepMsOf(rangeMs)).toBeGreaterThanOrEqual(50);
    },
  );
});

describe("a sample", () => {
  it("sums what endpoints told, and what the log holds for those that sleep or never told", () => {
    const { figures } = summed(
      standing(1, { succeeded: 5, failed: 1, latency: [1, 2], behind: 4, waiting: 2 }, { untaken: 400 }),
      standing(2, { succeeded: 7, latency: [0, 0, 3], updatedAtMs: NOW - STATUS_STALE_MS }, { untaken: 30 }),
      standing(3, null, { untaken: 6 }),
    );
    expect(figures).toEqual({
      ...NO_FIGURES,
      succeeded: 12,
      failed: 1,
      latency: [1, 2, 3],
      backlog: 40,
      waiting: 2,
      endpoints: 3,
    });
  });

  it("keeps what a deleted endpoint delivered, so that sums do not fall; nothing waits for one that is off", () => {
    const trouble = { succeeded: 5, failed: 2, behind: 9, waiting: 9, failingSinceMs: 1 };
    const { figures, worst } = summed(
      standing(1, trouble, { state: "deleted", untaken: 50 }),
      standing(2, trouble, { state: "disabled", untaken: 50 }),
    );
    expect(figures).toMatchObject({
      succeeded: 10,
      failed: 4,
      backlog: 0,
      waiting: 0,
      endpoints: 1,
      disabled: 1,
      failing: 0,
    });
    expect(worst).toEqual([]);
  });

  it("names the endpoints that failed most lately, with the longest failing and the longest backlog among them", () => {
    const hour = Math.floor(NOW / HOUR_MS);
    const failing = Array.from({ length: 30 }, (_, n) =>
      standing(100 + n, {
        hours: [
          [hour - 1, 0, n],
          [hour, 1, n],
        ],
        failingSinceMs: NOW - n,
      }),
    );
    const { worst } = summed(
      standing(1, { behind: 5000 }),
      ...failing,
      standing(2, { failingSinceMs: 5, updatedAtMs: 5 }),
      standing(3, { succeeded: 1000, hours: [[hour, 1000, 0]] }),
      standing(4, { hours: [[hour - 2, 0, 500]] }),
    );
    expect(worst).toHaveLength(MAX_WORST_ENDPOINTS);
    expect(worst[0]).toMatchObject({ endpointKey: 129, failed: 58, succeeded: 1 });
    expect(worst.map(({ endpointKey }) => endpointKey)).toEqual(expect.arrayContaining([1, 2]));
    expect(worst.map(({ endpointKey }) => endpointKey)).not.toContain(3);
    expect(worst.map(({ endpointKey }) => endpointKey)).not.toContain(4);
  });
});
