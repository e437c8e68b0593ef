import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_RETRIES } from "../../src/core/limits/delivery.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

async function paths() {
  const app = await anApplication();
  const endpoint = await anEndpointOf(app.id);
  const ofApp = `/api/v1/app/${app.id}/delivery-policy`;
  return {
    appId: app.id,
    endpointId: endpoint.id,
    ofApp,
    ofEndpoint: `/api/v1/app/${app.id}/endpoint/${endpoint.id}/delivery-policy`,
  };
}

async function versionOf(endpointId: string): Promise<number> {
  const row = await env.DB.prepare("SELECT version FROM endpoints WHERE id = ?")
    .bind(endpointId)
    .first<{ version: number }>();
  return row?.version ?? 0;
}

describe("a delivery policy", () => {
  it("is the deployment's and its dialect's where nobody set anything", async () => {
    const { ofEndpoint } = await paths();
    expect(await api("GET", ofEndpoint)).toMatchObject({
      status: 200,
      body: {
        dialect: "standard",
        retrySchedule: [5, 300, 1800, 7200, 18_000, 36_000, 36_000],
        timeoutSeconds: 15,
        concurrency: 6,
        ordering: "none",
        jitter: true,
        breaker: { failures: 20, minSpanSeconds: 60, firstProbeSeconds: 30, maxProbeSeconds: 900 },
        sources: {
          dialect: "deployment",
          retrySchedule: "dialect",
          timeoutSeconds: "dialect",
          concurrency: "deployment",
          ordering: "deployment",
          jitter: "dialect",
          breaker: "deployment",
        },
      },
    });
  });

  it("takes each field from the narrowest place that set it, and says which", async () => {
    const { ofApp, ofEndpoint } = await paths();
    await api("PUT", ofApp, { json: { dialect: "clawbook", concurrency: 3, timeoutSeconds: 20 } });
    const answer = await api("PUT", ofEndpoint, { json: { timeoutSeconds: 2, retrySchedule: [0.5, 10] } });
    expect(answer).toMatchObject({
      status: 200,
      body: {
        dialect: "clawbook",
        concurrency: 3,
        timeoutSeconds: 2,
        retrySchedule: [0.5, 10],
        sources: {
          dialect: "application",
          concurrency: "application",
          timeoutSeconds: "endpoint",
          retrySchedule: "endpoint",
          jitter: "dialect",
        },
      },
    });
    expect((await api("GET", ofEndpoint)).body).toEqual(answer.body);
  });

  it("loses on PUT what is left out, keeps it on PATCH, and unsets null on both", async () => {
    for (const path of [(await paths()).ofApp, (await paths()).ofEndpoint]) {
      await api("PUT", path, { json: { concurrency: 2, ordering: "fifo", jitter: false } });
      const patched = await api("PATCH", path, { json: { jitter: null } });
      expect(patched.body).toMatchObject({ concurrency: 2, ordering: "fifo", jitter: true });
      const put = await api("PUT", path, { json: { concurrency: null, jitter: false } });
      expect(put.body).toMatchObject({ concurrency: 6, ordering: "none", jitter: false });
    }
  });

  it.each([
    { field: "dialect", value: "no-such-dialect" },
    { field: "dialect", value: "Not A Name" },
    { field: "retrySchedule", value: Array.from({ length: MAX_RETRIES + 1 }, () => 1) },
    { field: "retrySchedule", value: [-1] },
    { field: "retrySchedule", value: [7 * 86_400 + 1] },
    { field: "timeoutSeconds", value: 0 },
    { field: "timeoutSeconds", value: 31 },
    { field: "timeoutSeconds", value: 1.5 },
    { field: "concurrency", value: 0 },
    { field: "concurrency", value: 61 },
    { field: "ordering", value: "lifo" },
    { field: "jitter", value: "no" },
    { field: "breaker", value: "on" },
    { field: "breaker", value: 20 },
    { field: "breaker", value: { failures: 0 } },
    { field: "breaker", value: { failures: 1001 } },
    { field: "breaker", value: { minSpanSeconds: -1 } },
    { field: "breaker", value: { minSpanSeconds: 86_401 } },
    { field: "breaker", value: { firstProbeSeconds: 0 } },
    { field: "breaker", value: { maxProbeSeconds: 21_601 } },
    { field: "breaker", value: { firstProbeSeconds: 60, maxProbeSeconds: 59 } },
  ])("refuses $value as $field with 422", async ({ field, value }) => {
    const { ofApp, ofEndpoint } = await paths();
    for (const path of [ofApp, ofEndpoint]) {
      const answer = await api("PATCH", path, { json: { [field]: value } });
      expect(locationsOf(answer)[0]?.slice(0, 2)).toEqual(["body", field]);
    }
  });

  it("takes its circuit breaker as a whole from the narrowest place, and fills in the deployment's thresholds", async () => {
    const { ofApp, ofEndpoint } = await paths();
    const own = { failures: 5, minSpanSeconds: 0, firstProbeSeconds: 1, maxProbeSeconds: 21_600 };
    expect((await api("PUT", ofApp, { json: { breaker: own } })).body).toMatchObject({
      breaker: own,
      sources: { breaker: "application" },
    });
    const defaults = { failures: 20, minSpanSeconds: 60, firstProbeSeconds: 30, maxProbeSeconds: 900 };
    const answers = [
      { json: {}, want: own, source: "application" },
      { json: { breaker: { failures: 7 } }, want: { ...defaults, failures: 7 }, source: "endpoint" },
      { json: { breaker: "off" }, want: "off", source: "endpoint" },
      { json: { breaker: {} }, want: defaults, source: "endpoint" },
      { json: { breaker: null }, want: own, source: "application" },
    ];
    for (const { json, want, source } of answers) {
      const answer = await api("PATCH", ofEndpoint, { json });
      expect(answer).toMatchObject({ status: 200, body: { breaker: want, sources: { breaker: source } } });
      expect((await api("GET", ofEndpoint)).body).toEqual(answer.body);
    }
  });

  it("says which threshold of the circuit breaker is wrong", async () => {
    const { ofEndpoint } = await paths();
    const answer = await api("PUT", ofEndpoint, { json: { breaker: { failures: 0, maxProbeSeconds: 1 } } });
    expect(locationsOf(answer)).toContainEqual(["body", "breaker", "failures"]);
  });

  it("takes an empty schedule (no retry), and the greatest one", async () => {
    const { ofEndpoint } = await paths();
    for (const retrySchedule of [[], Array.from({ length: MAX_RETRIES }, () => 7 * 86_400)]) {
      const answer = await api("PUT", ofEndpoint, { json: { retrySchedule } });
      expect(answer).toMatchObject({ status: 200, body: { retrySchedule } });
    }
  });

  it("bumps the version of the endpoint, or of all endpoints of the application", async () => {
    const { appId, endpointId, ofApp, ofEndpoint } = await paths();
    const second = await anEndpointOf(appId);
    await api("PATCH", ofEndpoint, { json: { concurrency: 1 } });
    expect([await versionOf(endpointId), await versionOf(second.id)]).toEqual([2, 1]);
    await api("PATCH", ofApp, { json: { concurrency: 1 } });
    expect([await versionOf(endpointId), await versionOf(second.id)]).toEqual([3, 2]);
  });

  it("loses none of many changes of an application's made at once", async () => {
    const { ofApp } = await paths();
    const changes = [{ concurrency: 2 }, { ordering: "fifo" }, { jitter: false }, { timeoutSeconds: 4 }];
    const answers = await Promise.all(changes.map((json) => api("PATCH", ofApp, { json })));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect((await api("GET", ofApp)).body).toMatchObject(Object.assign({}, ...changes));
  });

  it("of an application is read, not written, with a consumer's token", async () => {
    const { appId, ofApp } = await paths();
    const token = await aConsumerToken(appId);
    expect((await api("GET", ofApp, { token })).status).toBe(200);
    expect((await api("PUT", ofApp, { token, json: {} })).status).toBe(403);
    expect((await api("PATCH", ofApp, { token, json: {} })).status).toBe(403);
  });
});
