/** An endpoint whose requests go to whoever is connected for it: what `posthorn listen` speaks. */
import { env } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import { LISTEN_URL } from "../../src/core/listen.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { aListener } from "../support/listener.ts";

const SOON = { timeout: 20_000, interval: 20 };
const OK = { type: "response", status: 200, headers: {}, body: "" };

type Attempt = { response: string; failure: string | null };

async function aListenedEndpoint(fields: Record<string, unknown> = {}) {
  const { id: appId } = await anApplication();
  const { id } = await anEndpointOf(appId, { url: LISTEN_URL, ...fields });
  const path = `/api/v1/app/${appId}/endpoint/${id}`;
  const attempts = async () =>
    ((await api("GET", `/api/v1/app/${appId}/attempt/endpoint/${id}`)).body as { data: Attempt[] }).data;
  return { appId, path, listenPath: `${path}/listen`, attempts };
}

describe("a listener", () => {
  it("gets exactly the request that an endpoint would get, and its answer is the attempt's outcome", async () => {
    const { appId, path, listenPath, attempts } = await aListenedEndpoint({ headers: { "x-own": "1" } });
    const answer = { type: "response", status: 202, headers: { "x-local": "yes" }, body: "taken é" };
    const listener = await aListener(listenPath, env.POSTHORN_KEY, () => answer);
    expect(listener.status).toBe(101);
    const { id } = await aMessageOf(appId, { eventType: "a.b", payload: { text: "é" } });
    await expect
      .poll(attempts, SOON)
      .toMatchObject([{ msgId: id, status: 0, responseStatusCode: 202, response: "taken é", failure: null }]);
    const [request] = listener.requests;
    expect(request).toMatchObject({ type: "request", body: '{"text":"é"}', event: { id, type: "a.b" } });
    expect(request?.headers).toMatchObject({ "x-own": "1", "content-type": "application/json" });
    const { key } = (await api("GET", `${path}/secret`)).body as { key: string };
    expect(() => new Webhook(key).verify(request?.body ?? "", request?.headers ?? {})).not.toThrow();
  });

  it.each([
    ["its target cannot be reached", { type: "failed", reason: "ECONNREFUSED" }, 0, "ECONNREFUSED"],
    ["its target fails", { ...OK, status: 500, body: "broken" }, 500, "broken"],
    ["its answer cannot be read", { ...OK, status: "yes" }, 0, "cannot be read"],
    ["its answer has no status of an answer", { ...OK, status: 101 }, 0, "cannot be read"],
    ["its answer has headers that are none", { ...OK, headers: { "a b": "x" } }, 0, ""],
  ])("has failed when %s, and the schedule goes on", async (_name, answer, code, response) => {
    const { appId, listenPath, attempts } = await aListenedEndpoint();
    await aListener(listenPath, env.POSTHORN_KEY, () => answer);
    await aMessageOf(appId);
    await expect
      .poll(attempts, SOON)
      .toMatchObject([{ responseStatusCode: code, nextAttempt: expect.any(String) }]);
    expect((await attempts())[0]?.response).toContain(response);
  });

  it("is replaced by the next one, and what it had not answered has failed", async () => {
    const { appId, path, listenPath, attempts } = await aListenedEndpoint();
    await api("PATCH", `${path}/delivery-policy`, { json: { retrySchedule: [1], jitter: false } });
    const first = await aListener(listenPath, env.POSTHORN_KEY, () => null);
    await aMessageOf(appId);
    await expect.poll(() => first.requests.length, SOON).toBe(1);
    const second = await aListener(listenPath, env.POSTHORN_KEY, () => OK);
    expect(await first.closed).toBe(4409);
    await expect.poll(async () => (await attempts()).length, SOON).toBe(2);
    expect(second.requests).toHaveLength(1);
    expect((await attempts()).map(({ failure }) => failure)).toEqual([null, "network"]);
  });

  it("is not disturbed by frames that answer nothing", async () => {
    const { appId, listenPath, attempts } = await aListenedEndpoint();
    const listener = await aListener(listenPath, env.POSTHORN_KEY, () => OK);
    for (const frame of ["", "[", "null", '{"id":1}', '{"id":"nobody","type":"response"}'])
      listener.say(frame);
    await aMessageOf(appId);
    await expect.poll(attempts, SOON).toMatchObject([{ responseStatusCode: 200 }]);
  });
});

describe("without a listener", () => {
  it("an attempt has failed and says so", async () => {
    const { appId, attempts } = await aListenedEndpoint();
    await aMessageOf(appId);
    await expect
      .poll(attempts, SOON)
      .toMatchObject([{ responseStatusCode: 0, failure: "network", response: "nobody is listening" }]);
  });
});

describe("who may listen", () => {
  it("is a consumer that may manage its application's endpoints, and no other", async () => {
    const { appId, listenPath } = await aListenedEndpoint();
    const open = async (token: string) => (await aListener(listenPath, token, () => OK)).status;
    expect(await open(await aConsumerToken(appId, { capabilities: ["ManageEndpoint"] }))).toBe(101);
    expect(await open(await aConsumerToken(appId, { capabilities: ["ViewBase"] }))).toBe(403);
    expect(await open(await aConsumerToken((await anApplication()).id))).toBe(404);
  });

  it("is nobody at an endpoint with an address of its own", async () => {
    const { path, listenPath } = await aListenedEndpoint();
    await api("PATCH", path, { json: { url: "https://example.com/" } });
    expect((await aListener(listenPath, env.POSTHORN_KEY, () => OK)).status).toBe(409);
  });

  it("comes over a WebSocket", async () => {
    const { listenPath } = await aListenedEndpoint();
    expect((await api("GET", listenPath)).status).toBe(400);
  });
});
