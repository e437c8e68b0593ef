/** The built-in inbox: what is sent to it by anybody, by deliveries, and who may see it. */
import { createExecutionContext, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { Webhook } from "standardwebhooks";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import { MAX_INBOX_BODY_BYTES, MAX_INBOX_REQUESTS } from "../../src/core/limits/inbox.ts";
import { effectivePolicy } from "../../src/core/policy.ts";
import { createSender } from "../../src/delivery/attempt.ts";
import type { InboxObject } from "../../src/delivery/inbox-object.ts";
import { createApp } from "../../src/http/app.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { pruneDeletedApplication } from "../../src/service/prune.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";
import { api, ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";
import { anEndpointOf, locationsOf } from "../support/endpoints.ts";

const SOON = { timeout: 20_000, interval: 50 };
/** As a deployment has them that allows neither. */
const STRICT = { ...env, POSTHORN_ALLOW_HTTP_TARGETS: "false", POSTHORN_ALLOW_PRIVATE_TARGETS: "false" };
const LOOPBACK = "http://127.0.0.1:8787";

type Inbox = { url: string; answerStatus: number; answerBody: string; answerDelayMs: number };
type Received = { id: string; method: string; path: string; headers: Record<string, string>; body: string };

const STANDARD = BUILT_IN_DIALECTS.get("standard");
if (STANDARD === undefined) throw new Error("there is no standard dialect");
const CONFIG: Omit<EndpointConfig, "url"> = {
  ...{ appKey: 2, endpointKey: 3, endpointId: "ep_x", version: 1, state: "enabled", spans: [] },
  ...{ ratePerSecond: null, sealedSecrets: null, sealedHeaders: null, dialect: STANDARD },
  policy: effectivePolicy({}, {}, STANDARD).policy,
};
const EVENT = {
  ...{ position: 1, createdAtMs: 1_700_000_000_000, eventType: "a.b", eventId: null },
  ...{ channels: null, tags: null, deliverAtMs: null, payload: "{}" },
};

afterEach(() => {
  vi.restoreAllMocks();
});

async function anInbox(json: Record<string, unknown> = {}) {
  const { id: appId } = await anApplication();
  const path = `/api/v1/app/${appId}/inbox`;
  const { status, body } = await api("PUT", path, { json });
  expect(status, JSON.stringify(body)).toBe(200);
  const inbox = body as Inbox;
  const list = async (query = "") =>
    (await api("GET", `${path}/requests${query}`)).body as {
      data: Received[];
      iterator: string | null;
      done: boolean;
    };
  return { appId, path, url: inbox.url, inbox, list, received: async () => (await list()).data };
}

function send(url: string, init: RequestInit = {}): Promise<Response> {
  return exports.default.fetch(new Request(url, init));
}

function tokenOf(url: string): string {
  return new URL(url).pathname.split("/")[2] ?? "";
}

describe("an inbox", () => {
  it("answers whoever sends to its URL as it is told, and shows what came, newest first", async () => {
    const { url, inbox, path, received } = await anInbox({ answerStatus: 418, answerBody: "<b>tea</b>" });
    expect(inbox).toEqual({
      url: expect.stringMatching(/^https:\/\/posthorn\.test\/inbox\/[0-9A-Za-z]{27}$/),
      answerStatus: 418,
      answerBody: "<b>tea</b>",
      answerDelayMs: 0,
      createdAt: expect.any(String),
    });
    expect((await api("GET", path)).body).toEqual(inbox);
    const answer = await send(`${url}/below?x=%20`, {
      method: "PATCH",
      body: "not json é",
      headers: { "content-type": "text/odd", "x-own": "1", "idempotency-key": "k" },
    });
    expect([answer.status, await answer.text()]).toEqual([418, "<b>tea</b>"]);
    expect(answer.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(answer.headers.get("content-security-policy")).toContain("sandbox");
    expect((await send(url)).status).toBe(418);
    const [second, first] = await received();
    expect(second).toMatchObject({ method: "GET", body: "", bodyBytes: 0, answerStatus: 418 });
    expect(first).toMatchObject({
      method: "PATCH",
      path: `/inbox/${tokenOf(url)}/below?x=%20`,
      headers: { "content-type": "text/odd", "x-own": "1" },
      body: "not json é",
      bodyBytes: 11,
      bodyIsCut: false,
    });
  });

  it("keeps its address and what it received when its answer changes", async () => {
    const { url, path, received } = await anInbox({ answerStatus: 500 });
    await send(url, { method: "POST", body: "one" });
    const { body } = await api("PUT", path, { json: { answerStatus: 204, answerBody: "unseen" } });
    expect(body).toMatchObject({ url, answerStatus: 204 });
    expect((await send(url, { method: "POST", body: "two" })).status).toBe(204);
    expect((await received()).map((one) => one.body)).toEqual(["two", "one"]);
  });

  it("has no requests after they were cleared, and goes on", async () => {
    const { url, path, received } = await anInbox();
    await send(url, { method: "POST", body: "before" });
    expect((await api("DELETE", `${path}/requests`)).status).toBe(204);
    expect(await received()).toEqual([]);
    await send(url, { method: "POST", body: "after" });
    expect(await received()).toMatchObject([{ body: "after" }]);
  });

  it("is gone once deleted, with what it received: the next one has another address", async () => {
    const { url, path } = await anInbox();
    await send(url, { method: "POST" });
    expect((await api("DELETE", path)).status).toBe(204);
    expect((await api("GET", `${path}?or_nothing=true`)).status).toBe(204);
    for (const gone of [path, `${path}/requests`]) expect((await api("GET", gone)).status).toBe(404);
    expect((await send(url, { method: "POST" })).status).toBe(404);
    expect((await api("DELETE", path)).status).toBe(404);
    const { body } = await api("PUT", path, { json: {} });
    expect((body as Inbox).url).not.toBe(url);
    expect(await env.INBOX.getByName(tokenOf(url)).list({ before: null, limit: 9 })).toMatchObject({
      requests: [],
    });
  });

  it("takes no body that is too long", async () => {
    const { url, received } = await anInbox();
    const body = "x".repeat(MAX_INBOX_BODY_BYTES + 1);
    expect((await send(url, { method: "POST", body })).status).toBe(413);
    expect(await received()).toEqual([]);
  });

  it("keeps a bounded number of requests, and shows them a page at a time", async () => {
    const { url, list } = await anInbox();
    const stub = env.INBOX.getByName(tokenOf(url));
    const arrival = { method: "POST", path: "/", headers: {}, bodyBytes: 1, answerStatus: 200 };
    for (let n = 0; n < MAX_INBOX_REQUESTS + 3; n++) await stub.keep({ ...arrival, body: String(n) });
    const first = await list("?limit=60");
    const second = await list(`?limit=60&iterator=${first.iterator}`);
    expect([first.done, second.done]).toEqual([false, true]);
    const bodies = [...first.data, ...second.data].map(({ body }) => Number(body));
    expect(bodies).toEqual(Array.from({ length: MAX_INBOX_REQUESTS }, (_, n) => MAX_INBOX_REQUESTS + 2 - n));
  });

  it("forgets by alarm what is older than a week, and leaves nothing behind", async () => {
    const { url, received } = await anInbox();
    await send(url, { method: "POST", body: "old" });
    const stub = env.INBOX.getByName(tokenOf(url));
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await received()).toHaveLength(1);
    const weekAgoMs = Date.now() - 7 * 86_400_000 - 1;
    await runInDurableObject(stub, (_, state) => {
      state.storage.sql.exec("UPDATE requests SET at = ?", weekAgoMs);
    });
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await runInDurableObject(stub, async (_, state) => {
      expect(state.storage.sql.exec("SELECT * FROM sqlite_master WHERE name = 'requests'").toArray()).toEqual(
        [],
      );
      expect(await state.storage.getAlarm()).toBeNull();
    });
    expect(await received()).toEqual([]);
    await send(url, { method: "POST", body: "new" });
    expect(await received()).toHaveLength(1);
  });

  it("keeps nothing that it could not forget", async () => {
    const { url, received } = await anInbox();
    await runInDurableObject(env.INBOX.getByName(tokenOf(url)), async (inbox, { storage }) => {
      vi.spyOn(storage, "setAlarm").mockRejectedValue(new Error("not now"));
      const arrival = { method: "POST", path: "/", headers: {}, bodyBytes: 1, answerStatus: 200, body: "x" };
      await expect((inbox as InboxObject).keep(arrival)).rejects.toThrow("not now");
    });
    expect(await received()).toEqual([]);
  });

  it("goes with its application, at once", async () => {
    const { appId, url } = await anInbox();
    const key = await env.DB.prepare("SELECT key FROM applications WHERE id = ?")
      .bind(appId)
      .first<number>("key");
    await api("DELETE", `/api/v1/app/${appId}`);
    expect((await send(url, { method: "POST" })).status).toBe(404);
    await pruneDeletedApplication(createServiceContext(env), key ?? 0);
    const left = await env.DB.prepare("SELECT 1 FROM inboxes WHERE token = ?").bind(tokenOf(url)).first();
    expect(left).toBeNull();
  });

  it.each<[string, Record<string, unknown>]>([
    ["answerStatus", { answerStatus: 100 }],
    ["answerStatus", { answerStatus: 600 }],
    ["answerDelayMs", { answerDelayMs: 60_001 }],
    ["answerBody", { answerBody: "x".repeat(5000) }],
  ])("is refused for its %s", async (field, json) => {
    const { id } = await anApplication();
    expect(locationsOf(await api("PUT", `/api/v1/app/${id}/inbox`, { json }))).toEqual([["body", field]]);
  });
});

describe("who may see an inbox", () => {
  it("is its application's consumer, who without ManageEndpoint only looks", async () => {
    const { appId, path } = await anInbox();
    const token = await aConsumerToken(appId, { capabilities: ["ViewBase"] });
    expect((await api("GET", `${path}/requests`, { token })).status).toBe(200);
    for (const [method, at] of [
      ["PUT", path],
      ["DELETE", path],
      ["DELETE", `${path}/requests`],
    ] as const) {
      const json = method === "PUT" ? { json: {} } : {};
      expect((await api(method, at, { token, ...json })).status).toBe(403);
    }
    const foreign = await aConsumerToken((await anApplication()).id);
    for (const at of [path, `${path}/requests`]) {
      expect((await api("GET", at, { token: foreign })).status).toBe(404);
    }
  });

  it("is shown no request of another application's inbox", async () => {
    const one = await anInbox();
    const other = await anInbox();
    await send(one.url, { method: "POST", body: "mine" });
    expect(await other.received()).toEqual([]);
    expect(await one.received()).toHaveLength(1);
  });

  it("is nobody who guesses: an unknown token and a path that is none are 404, and counted", async () => {
    const limited = { ...env, ANONYMOUS_RATE: env.TEST_RATE };
    const headers = { "cf-connecting-ip": `192.0.2.${crypto.randomUUID()}` };
    const statuses: number[] = [];
    for (const path of [
      "/inbox/x",
      `/inbox/${"0".repeat(27)}`,
      "/inbox/y",
      "/inbox/x",
      "/inbox/x",
      "/inbox/x",
      "/inbox/x",
    ]) {
      const request = new Request(ORIGIN + path, { method: "POST", headers });
      statuses.push((await createApp().fetch(request, limited, createExecutionContext())).status);
    }
    expect(statuses[0]).toBe(404);
    expect(statuses).toContain(429);
    expect(new Set(statuses)).toEqual(new Set([404, 429]));
  });
});

describe("an endpoint at an inbox", () => {
  it("delivers there without the network, signed and dressed as for any receiver", async () => {
    const network = vi.spyOn(globalThis, "fetch");
    const { appId, url, received } = await anInbox();
    const { id } = await anEndpointOf(appId, { url, headers: { "x-hidden": "sesame" } });
    const message = await aMessageOf(appId, { payload: { text: "é" } });
    await expect.poll(async () => (await received()).length, SOON).toBe(1);
    const [request] = await received();
    expect(request).toMatchObject({
      method: "POST",
      path: `/inbox/${tokenOf(url)}`,
      body: '{"text":"é"}',
      headers: { host: "posthorn.test", "content-length": "13", "webhook-id": message.id },
    });
    expect(request?.headers["x-hidden"]).not.toBe("sesame");
    const { key } = (await api("GET", `/api/v1/app/${appId}/endpoint/${id}/secret`)).body as { key: string };
    expect(() => new Webhook(key).verify(request?.body ?? "", request?.headers ?? {})).not.toThrow();
    expect(network).not.toHaveBeenCalled();
  });

  it("has its answer judged as any: a 503 is tried again until it is another", async () => {
    const { appId, url, path, received } = await anInbox({ answerStatus: 503, answerBody: "not now" });
    const { id } = await anEndpointOf(appId, { url });
    await api("PATCH", `/api/v1/app/${appId}/endpoint/${id}/delivery-policy`, {
      json: { retrySchedule: [1, 1, 1, 1, 1, 1, 1, 1, 1, 1], jitter: false },
    });
    await aMessageOf(appId);
    const attempts = async () =>
      ((await api("GET", `/api/v1/app/${appId}/attempt/endpoint/${id}`)).body as { data: unknown[] }).data;
    await expect.poll(async () => (await attempts()).length, SOON).toBeGreaterThan(0);
    expect((await attempts()).at(-1)).toMatchObject({ responseStatusCode: 503, response: "not now" });
    await api("PUT", path, { json: {} });
    await expect.poll(async () => (await attempts())[0], SOON).toMatchObject({ responseStatusCode: 200 });
    expect((await received()).length).toBeGreaterThan(1);
  });

  it("times out when the answer waits longer than the endpoint does", async () => {
    const { appId, url, received } = await anInbox({ answerDelayMs: 60_000 });
    const { id } = await anEndpointOf(appId, { url });
    await api("PATCH", `/api/v1/app/${appId}/endpoint/${id}/delivery-policy`, {
      json: { timeoutSeconds: 1 },
    });
    await aMessageOf(appId);
    const attempts = async () =>
      ((await api("GET", `/api/v1/app/${appId}/attempt/endpoint/${id}`)).body as { data: unknown[] }).data;
    await expect.poll(attempts, SOON).toMatchObject([{ responseStatusCode: 0, failure: "timeout" }]);
    expect(await received()).toHaveLength(1);
  });
});

describe("where neither http nor loopback is allowed", () => {
  async function call(method: string, path: string, json: unknown) {
    const headers = { authorization: `Bearer ${env.POSTHORN_KEY}`, "content-type": "application/json" };
    const request = new Request(LOOPBACK + path, { method, headers, body: JSON.stringify(json) });
    const response = await createApp().fetch(request, STRICT, createExecutionContext());
    return { status: response.status, body: await response.json<Record<string, unknown>>() };
  }

  async function aLoopbackInbox() {
    const { id: appId } = await anApplication();
    const { body } = await call("PUT", `/api/v1/app/${appId}/inbox`, {});
    const received = () => api("GET", `/api/v1/app/${appId}/inbox/requests`);
    return { appId, url: String(body["url"]), received };
  }

  it("an endpoint may point at an inbox of this deployment, and be moved there", async () => {
    const { appId, url } = await aLoopbackInbox();
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:8787\/inbox\//);
    const path = `/api/v1/app/${appId}/endpoint`;
    expect(await call("POST", path, { url })).toMatchObject({ status: 201, body: { url } });
    const { id } = await anEndpointOf(appId);
    expect(await call("PATCH", `${path}/${id}`, { url })).toMatchObject({ status: 200, body: { url } });
  });

  it("an endpoint may not point at what only looks like one", async () => {
    const { appId, url } = await aLoopbackInbox();
    const token = tokenOf(url);
    for (const wrong of [
      `${LOOPBACK}/inbox/${"0".repeat(27)}`,
      `http://127.0.0.1:1/inbox/${token}`,
      `http://localhost:8787/inbox/${token}`,
      `https://10.0.0.1/inbox/${token}`,
      `${LOOPBACK}/x/inbox/${token}`,
      `${LOOPBACK}/inbox/../?/inbox/${token}`,
    ]) {
      expect((await call("POST", `/api/v1/app/${appId}/endpoint`, { url: wrong })).status, wrong).toBe(422);
    }
  });

  it("a delivery reaches the inbox, and what only looks like one is guarded as any address", async () => {
    const network = vi.spyOn(globalThis, "fetch").mockImplementation(async () => new Response("elsewhere"));
    const { url, received } = await aLoopbackInbox();
    const sender = createSender(STRICT);
    const token = tokenOf(url);
    const outcomeAt = async (at: string) => (await sender.send(EVENT, { ...CONFIG, url: at })).outcome;
    expect(await outcomeAt(url)).toMatchObject({ kind: "responded", statusCode: 200 });
    expect(await outcomeAt(`http://127.0.0.1:1/inbox/${token}`)).toMatchObject({ kind: "blocked" });
    expect(await outcomeAt(`${LOOPBACK}/inbox/${"0".repeat(27)}`)).toMatchObject({ kind: "blocked" });
    expect(network).not.toHaveBeenCalled();
    expect(await outcomeAt(`https://example.com/inbox/${token}`)).toMatchObject({ body: "elsewhere" });
    expect(network).toHaveBeenCalledOnce();
    expect((await received()).body).toMatchObject({ data: [{ method: "POST" }] });
  });
});
