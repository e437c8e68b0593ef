/** Samples of the whole deployment in the real database: what they hold, how long they are kept, what is read of them. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it } from "vitest";
import { meteredD1 } from "../../scripts/bench/metered/metered-d1.ts";
import { keyOfId } from "../../src/core/ids.ts";
import { SAMPLE_PAGE_ROWS, SAMPLES_KEPT_MS, SAMPLES_WHOLE_MS } from "../../src/core/limits/figures.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/core/units.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { deploymentOverview, sampleDeployment } from "../../src/service/deployment.ts";
import type { EndpointStatus } from "../../src/store/endpoint-status.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { saveStatus } from "../support/endpoint-status.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const NOW_MS = Date.now();
const HOUR = Math.floor(NOW_MS / HOUR_MS);

function contextAt(atMs: number) {
  return { ...createServiceContext(env), nowMs: atMs };
}

async function rows(): Promise<number[]> {
  const { results } = await env.DB.prepare("SELECT at FROM deployment_samples ORDER BY at").all<{
    at: number;
  }>();
  return results.map(({ at }) => at);
}

async function tell(appId: string, endpointId: string, fields: Partial<EndpointStatus>): Promise<void> {
  await saveStatus({ appId, endpointId }, { updatedAtMs: NOW_MS, ...fields });
}

/** What the range since the first sample shows at a moment. */
function overviewAt(atMs: number, sinceMs = NOW_MS - HOUR_MS) {
  return deploymentOverview(contextAt(atMs), { sinceMs, untilMs: atMs });
}

async function publish(appId: string, count: number): Promise<void> {
  const messages = Array.from({ length: count }, () => ({ eventType: "a.b", payload: {} }));
  expect((await api("POST", `/api/v1/app/${appId}/msg/batch`, { json: { messages } })).status).toBe(202);
}

beforeEach(async () => {
  await env.DB.batch(
    ["deployment_samples", "upkeep", "endpoint_status", "endpoints", "applications"].map((table) =>
      env.DB.prepare(`DELETE FROM ${table}`),
    ),
  );
});

describe("a sample", () => {
  it("sums applications and endpoints, disabled and deleted ones too, in one row", async () => {
    const [one, two] = [await anApplication(), await anApplication({ name: "Two" })];
    const good = await anEndpointOf(one.id, { url: "http://127.0.0.1:9/" });
    const bad = await anEndpointOf(two.id, { url: "http://127.0.0.1:9/bad" });
    const off = await anEndpointOf(two.id, { disabled: true });
    const gone = await anEndpointOf(two.id);
    await sampleDeployment(contextAt(NOW_MS - MINUTE_MS));
    await env.DB.batch(
      [1, 2, 3].map((position) =>
        env.DB.prepare(
          "INSERT INTO events (app_key, position, created_at, event_type, payload) VALUES (?, ?, 0, 'a', '{}')",
        ).bind(keyOfId("app_", two.id), position),
      ),
    );
    await tell(one.id, good.id, { succeeded: 8, latency: [0, 8], hours: [[HOUR, 8, 0]] });
    await tell(two.id, bad.id, {
      failed: 3,
      waiting: 1,
      behind: 1,
      failingSinceMs: 5,
      hours: [[HOUR, 0, 3]],
    });
    await tell(two.id, off.id, { succeeded: 1, behind: 7 });
    await tell(two.id, gone.id, { succeeded: 2 });
    await api("DELETE", `/api/v1/app/${two.id}/endpoint/${gone.id}`);
    await sampleDeployment(contextAt(NOW_MS));
    expect(await rows()).toEqual([NOW_MS - MINUTE_MS, NOW_MS]);
    const overview = await overviewAt(NOW_MS);
    expect(overview.current).toMatchObject({ endpoints: 3, disabled: 1, failing: 1, backlog: 1, waiting: 1 });
    expect(overview.totals).toMatchObject({ accepted: 3, succeeded: 11, failed: 3 });
    expect(overview.worst).toMatchObject([
      { endpointId: bad.id, appId: two.id, appName: "Two", failed: 3, failingSinceMs: 5, backlog: 2 },
    ]);
  });

  it("asks the log what is left for an endpoint that has not told of itself", async () => {
    const { id } = await anApplication();
    await anEndpointOf(id, { url: "http://127.0.0.1:9/" });
    await env.DB.prepare("UPDATE endpoints SET spans = json_replace(spans, '$[0].from', 1)").run();
    await env.DB.prepare(
      "INSERT INTO events (app_key, position, created_at, event_type, payload) VALUES (?, 41, 0, 'a', '{}')",
    )
      .bind(keyOfId("app_", id))
      .run();
    expect((await overviewAt(NOW_MS)).current).toMatchObject({ backlog: 41, endpoints: 1 });
  });

  it("of a large deployment takes several runs, each bounded, and counts every endpoint once", async () => {
    const count = 13 * SAMPLE_PAGE_ROWS;
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
       INSERT INTO endpoints (app_key, key, id, url, description, disabled, spans, metadata, policy, version, created_at, updated_at)
       SELECT 7, i, 'ep_' || i, 'http://x', '', 0, '[{"from":1}]', '{}', '{}', 1, 0, 0 FROM n`,
    )
      .bind(count)
      .run();
    await env.DB.prepare(
      `INSERT INTO endpoint_status (app_key, endpoint_key, position, waiting, config_version, succeeded, failed, updated_at, latency)
       SELECT 7, key, 0, 0, 1, 2, 0, ?, '[0,1]' FROM endpoints`,
    )
      .bind(NOW_MS)
      .run();
    await sampleDeployment(contextAt(NOW_MS));
    expect(await rows()).toEqual([0]);
    expect((await overviewAt(NOW_MS)).current).toBeNull();
    // The sample's own row alone says where it goes on: one of two could be lost in a crash.
    await env.DB.prepare("DELETE FROM upkeep").run();
    await sampleDeployment(contextAt(NOW_MS + MINUTE_MS));
    expect(await rows()).toEqual([NOW_MS + MINUTE_MS]);
    const { current } = await overviewAt(NOW_MS + 2 * MINUTE_MS);
    expect(current).toMatchObject({ atMs: NOW_MS + MINUTE_MS, succeeded: 2 * count, latency: [0, count] });
  });
});

describe("what a sample costs", () => {
  it("is one row written, four rows read an endpoint and three an application, at most", async () => {
    const spentOn = async () => {
      const meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
      const ctx = contextAt(NOW_MS);
      await sampleDeployment({ ...ctx, env: { ...ctx.env, DB: meteredD1(env.DB, meter) } });
      return meter;
    };
    const nothing = await spentOn();
    expect(nothing.rowsWritten).toBe(1);
    const [endpoints, applications] = [1000, 100];
    for (const [table, columns, count, values] of [
      [
        "applications",
        "key, id, name, metadata, policy, created_at, updated_at",
        applications,
        "i, 'app_' || i, '', '{}', '{}', 0, 0",
      ],
      [
        "events",
        "app_key, position, created_at, event_type, payload",
        applications * 10,
        "1 + i % 100, 1 + i / 100, 0, 'a', '{}'",
      ],
      [
        "endpoints",
        "app_key, key, id, url, description, disabled, spans, metadata, policy, version, created_at, updated_at",
        endpoints,
        `1 + i % 100, i, 'ep_' || i, '', '', 0, '[{"from":1}]', '{}', '{}', 1, 0, 0`,
      ],
      [
        "endpoint_status",
        "app_key, endpoint_key, position, waiting, config_version, succeeded, failed, updated_at",
        endpoints,
        "1 + i % 100, i, 0, 0, 1, 2, 0, 0",
      ],
    ] as const) {
      await env.DB.prepare(
        `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) INSERT INTO ${table} (${columns}) SELECT ${values} FROM n`,
      )
        .bind(count)
        .run();
    }
    const spent = await spentOn();
    expect(spent.rowsWritten).toBeLessThanOrEqual(1);
    expect(spent.rowsRead - nothing.rowsRead).toBeLessThanOrEqual(4 * endpoints + 3 * applications + 10);
    await env.DB.prepare("DELETE FROM events").run();
  });
});

describe("samples", () => {
  it("are kept as they are for a day, then one an hour, then not at all", async () => {
    const oldMs = Math.floor((NOW_MS - SAMPLES_WHOLE_MS) / HOUR_MS - 3) * HOUR_MS;
    const times = [
      NOW_MS - SAMPLES_KEPT_MS - MINUTE_MS,
      ...Array.from({ length: 120 }, (_, minute) => oldMs + minute * MINUTE_MS),
      NOW_MS - 2 * MINUTE_MS,
      NOW_MS - MINUTE_MS,
    ];
    await env.DB.batch(
      times.map((at) => env.DB.prepare("INSERT INTO deployment_samples VALUES (?, '{}', '[]')").bind(at)),
    );
    await sampleDeployment(contextAt(NOW_MS));
    expect(await rows()).toEqual([
      oldMs,
      oldMs + HOUR_MS,
      NOW_MS - 2 * MINUTE_MS,
      NOW_MS - MINUTE_MS,
      NOW_MS,
    ]);
  });

  it("give a month in few points, which add up to what happened", async () => {
    const figures = (accepted: number) =>
      JSON.stringify({
        accepted,
        succeeded: accepted,
        failed: 0,
        latency: [],
        backlog: 0,
        waiting: 0,
        endpoints: 1,
        disabled: 0,
        failing: 0,
      });
    const hours = Array.from({ length: 30 * 24 }, (_, n) => NOW_MS - (30 * 24 - n) * HOUR_MS);
    await env.DB.batch(
      hours.map((at, n) =>
        env.DB.prepare("INSERT INTO deployment_samples VALUES (?, ?, '[]')").bind(at, figures(n * 10)),
      ),
    );
    const range = { sinceMs: NOW_MS - 30 * DAY_MS, untilMs: NOW_MS - HOUR_MS };
    const { points, totals } = await deploymentOverview(contextAt(NOW_MS), range);
    expect(points.length).toBeGreaterThan(100);
    expect(points.length).toBeLessThanOrEqual(200);
    expect(totals.accepted).toBe((hours.length - 1) * 10);
  });
});

describe("the overview", () => {
  it("of a fresh deployment has figures before the first sample, and activity within the first minute", async () => {
    const { id } = await anApplication();
    const before = await overviewAt(NOW_MS);
    expect(before).toMatchObject({ current: { endpoints: 0, accepted: 0 }, points: [], worst: [] });
    await sampleDeployment(contextAt(NOW_MS));
    await publish(id, 5);
    const { totals, points } = await overviewAt(NOW_MS + 20_000);
    expect(points).toHaveLength(1);
    expect(totals.accepted).toBe(5);
  });

  it("is answered with times, over the last hour unless it is asked for another range", async () => {
    await sampleDeployment(contextAt(NOW_MS - 5 * MINUTE_MS));
    const path = "/api/v1/deployment/overview";
    const { status, body } = await api("GET", path);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      stepSeconds: 60,
      total: { accepted: 0 },
      series: [{ from: new Date(NOW_MS - 5 * MINUTE_MS).toISOString() }],
    });
    const ago = (ms: number) => encodeURIComponent(new Date(NOW_MS - ms).toISOString());
    expect((await api("GET", `${path}?since=${ago(0)}&until=${ago(HOUR_MS)}`)).status).toBe(400);
    expect((await api("GET", `${path}?since=${ago(40 * DAY_MS)}`)).status).toBe(400);
    const past = await api("GET", `${path}?since=${ago(2 * DAY_MS)}&until=${ago(DAY_MS)}`);
    expect(past.body).toMatchObject({ current: null, series: [], total: { accepted: null } });
  });
});
