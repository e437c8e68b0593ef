/** POSTs with an idempotency key (reference svix.md §2.7); publishing's own way is in messages.test.ts. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { IDEMPOTENCY_TTL_MS, MAX_CALL_MS, MAX_STORED_ANSWER_CHARS } from "../../src/core/limits/requests.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { finishCall, startCall } from "../../src/service/idempotency.ts";
import { runUpkeep } from "../../src/service/upkeep.ts";
import { type ApiAnswer, api } from "../support/api.ts";
import { anApplication, aPublisherKey, unique } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const apps = "/api/v1/app";

function post(path: string, key: string, request: { json?: unknown; text?: string; token?: string } = {}) {
  return api("POST", path, { ...request, headers: { "idempotency-key": key } });
}

function idOf({ body }: ApiAnswer): string {
  return (body as { id: string }).id;
}

async function storedAnswers(): Promise<string[]> {
  const { results } = await env.DB.prepare("SELECT sealed_answer FROM idempotency_keys").all<{
    sealed_answer: string;
  }>();
  return results.map((row) => row.sealed_answer);
}

const context = () => createServiceContext(env);

describe("a POST with an idempotency key", () => {
  it("runs once and gives its answer to every repetition, the body being no part of the key", async () => {
    const key = unique("key");
    const first = await post(apps, key, { json: { name: "once" } });
    expect(first.status).toBe(201);
    const again = await post(apps, key, { json: { name: "something else" } });
    expect(again).toMatchObject({ status: 201, text: first.text });
    expect(again.headers.get("content-type")).toBe(first.headers.get("content-type"));
    expect(again.headers.get("access-control-allow-origin")).toBe("*");
    expect((await api("GET", `${apps}/${idOf(first)}`)).body).toMatchObject({ name: "once" });
  });

  it("remembers an answer without a body as such", async () => {
    const endpoints = "/api/v1/operational-webhook/endpoint";
    const path = `${endpoints}/${idOf(await api("POST", endpoints, { json: { url: "https://a.example/" } }))}`;
    const key = unique("key");
    for (let count = 0; count < 2; count++) {
      expect(await post(`${path}/secret/rotate`, key)).toMatchObject({ status: 204, text: "" });
    }
    const secret = async () => (await api("GET", `${path}/secret`)).body;
    const rotatedOnce = await secret();
    await post(`${path}/secret/rotate`, key, { json: { gracePeriodSeconds: 0 } });
    expect(await secret()).toEqual(rotatedOnce);
    await post(`${path}/secret/rotate`, unique("key"));
    expect(await secret()).not.toEqual(rotatedOnce);
  });

  it("runs each time where it only counts, so that it tells what is true now", async () => {
    const { id } = await anApplication();
    const endpoint = await anEndpointOf(id, { disabled: true });
    const path = `${apps}/${id}/endpoint/${endpoint.id}/bulk-replay/count`;
    const [key, before] = [unique("key"), (await storedAnswers()).length];
    const json = { since: new Date(Date.now() - 60_000).toISOString() };
    expect((await post(path, key, { json })).status).toBe(200);
    expect(await storedAnswers()).toHaveLength(before);
  });

  it("is another call on another path, with another query, or by another caller", async () => {
    const key = unique("key");
    const uid = unique("uid");
    const { token } = await aPublisherKey();
    const first = await post(apps, key, { json: { name: "a", uid } });
    expect(first.status).toBe(201);
    expect((await post(`${apps}?get_if_exists=true`, key, { json: { name: "a", uid } })).status).toBe(200);
    expect((await post(apps, key, { json: { name: "a", uid }, token })).status).toBe(409);
    const types = await post("/api/v1/event-type", key, { json: { name: unique("type"), description: "" } });
    expect(types.status).toBe(201);
    expect(idOf(await post(`/${apps}/`, key))).toBe(idOf(first));
  });

  it("is answered once for calls at the same time", async () => {
    const key = unique("key");
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => post(apps, key, { json: { name: "together" } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 201, 201, 201]);
    expect(new Set(answers.map(idOf)).size).toBe(1);
  });

  it("may be tried again after a refusal", async () => {
    const key = unique("key");
    expect((await post(apps, key, { json: { name: "" } })).status).toBe(422);
    expect((await post(apps, key, { text: "{" })).status).toBe(422);
    expect((await post(apps, key, { json: { name: "a" } })).status).toBe(201);
  });

  it("never leaves a token in the database in the clear", async () => {
    const { id } = await anApplication();
    const key = unique("key");
    const access = await post(`/api/v1/auth/app-portal-access/${id}`, key);
    const { token } = access.body as { token: string };
    const made = await post("/api/v1/api-key", key);
    expect((await post(`/api/v1/auth/app-portal-access/${id}`, key)).text).toBe(access.text);
    expect((await post("/api/v1/api-key", key)).text).toBe(made.text);
    const stored = await storedAnswers();
    expect(stored.length).toBeGreaterThan(1);
    for (const answer of stored) {
      expect(answer).toMatch(/^v1\./);
      expect(answer).not.toContain(token);
      expect(answer).not.toContain((made.body as { token: string }).token);
    }
  });

  it("is refused when the key is longer than any client makes one", async () => {
    expect(await post(apps, "x".repeat(257), { json: { name: "a" } })).toMatchObject({
      status: 422,
      body: { detail: [{ loc: ["header", "idempotency-key"] }] },
    });
  });
});

describe("a call under way", () => {
  const answer = { status: 201, contentType: "application/json", body: "{}" };

  it("is waited for, and answers who waited", async () => {
    const hash = unique("hash");
    const first = await startCall(context(), hash);
    if (first.kind !== "run") throw new Error("it did not start");
    const second = startCall(context(), hash);
    await finishCall(context(), first.run, answer);
    expect(await second).toEqual({ kind: "answered", answer });
  });

  it("that has died is run by who repeats it, and can no longer answer", async () => {
    const hash = unique("hash");
    const first = await startCall(context(), hash);
    if (first.kind !== "run") throw new Error("it did not start");
    await env.DB.prepare("UPDATE idempotency_keys SET started_at = started_at - ? WHERE hash = ?")
      .bind(MAX_CALL_MS, hash)
      .run();
    const second = await startCall(context(), hash);
    if (second.kind !== "run") throw new Error("it did not take over");
    await finishCall(context(), first.run, { ...answer, body: "late" });
    await finishCall(context(), second.run, answer);
    expect(await startCall(context(), hash)).toEqual({ kind: "answered", answer });
  });

  it("whose answer is too long to keep runs again", async () => {
    const hash = unique("hash");
    const first = await startCall(context(), hash);
    if (first.kind !== "run") throw new Error("it did not start");
    await finishCall(context(), first.run, { ...answer, body: "x".repeat(MAX_STORED_ANSWER_CHARS) });
    expect((await startCall(context(), hash)).kind).toBe("run");
  });

  it("runs again where its answer was sealed under a master key that is gone", async () => {
    const hash = unique("hash");
    const first = await startCall(context(), hash);
    if (first.kind !== "run") throw new Error("it did not start");
    await finishCall(context(), first.run, answer);
    const otherKey = { ...env, POSTHORN_MASTER_KEY: btoa("k".repeat(32)) };
    expect((await startCall(createServiceContext(otherKey), hash)).kind).toBe("run");
  });

  it("is forgotten after its time, and removed by upkeep", async () => {
    const hash = unique("hash");
    const young = unique("hash");
    for (const one of [hash, young]) {
      const start = await startCall(context(), one);
      if (start.kind === "run") await finishCall(context(), start.run, answer);
    }
    await env.DB.prepare("UPDATE idempotency_keys SET started_at = started_at - ? WHERE hash = ?")
      .bind(IDEMPOTENCY_TTL_MS, hash)
      .run();
    expect((await startCall(context(), hash)).kind).toBe("run");
    await env.DB.prepare("UPDATE idempotency_keys SET started_at = started_at - ? WHERE hash = ?")
      .bind(IDEMPOTENCY_TTL_MS, hash)
      .run();
    await runUpkeep(context());
    const { results } = await env.DB.prepare("SELECT hash FROM idempotency_keys").all<{ hash: string }>();
    const hashes = results.map((row) => row.hash);
    expect(hashes).toContain(young);
    expect(hashes).not.toContain(hash);
  });
});
