/** A busy endpoint in the real runtime: its object, its lanes, and a receiver that takes its time. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { MAX_CONCURRENCY, REQUESTS_PER_OBJECT } from "../../src/core/limits.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { aConfig } from "../support/drain-harness.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const WITHIN = { timeout: 30_000, interval: 20 };

type Open = { id: string; headers: Headers; answer(response: Response): void };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Requests stay open until the test answers them. */
function aReceiver() {
  const open: Open[] = [];
  const seen: string[] = [];
  const state = { most: 0 };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    const headers = new Headers(init?.headers);
    const id = headers.get("webhook-id") ?? "";
    const { promise, resolve } = Promise.withResolvers<Response>();
    open.push({ id, headers, answer: resolve });
    seen.push(id);
    state.most = Math.max(state.most, open.length);
    return promise;
  });
  const answerAll = (make: () => Response = () => new Response(null, { status: 204 })) => {
    for (const { answer } of open.splice(0)) answer(make());
  };
  return { open, seen, state, answerAll };
}

async function aBusyEndpoint(policy: object) {
  const { id: appId } = await anApplication();
  const { id } = await anEndpointOf(appId);
  const path = `/api/v1/app/${appId}/endpoint/${id}/delivery-policy`;
  const { status, body } = await api("PUT", path, { json: { retrySchedule: [], ...policy } });
  expect(status, JSON.stringify(body)).toBe(200);
  const publish = async (count: number) => {
    const messages = Array.from({ length: count }, (_, n) => ({ eventType: "a.b", payload: { n } }));
    expect((await api("POST", `/api/v1/app/${appId}/msg/batch`, { json: { messages } })).status).toBe(202);
  };
  const attempts = async () => {
    const { body } = await api("GET", `/api/v1/app/${appId}/attempt/endpoint/${id}?limit=250`);
    return (body as { data: { status: number; response: string; responseStatusCode: number }[] }).data;
  };
  const appKey = await env.DB.prepare("SELECT key FROM applications WHERE id = ?").bind(appId).first("key");
  return { publish, attempts, lane: (n: number) => env.SENDER_LANE.getByName(`${appKey}.${id}.lane.${n}`) };
}

it("keeps sixty requests in flight and no more, signs each, and records each", async () => {
  const receiver = aReceiver();
  const { publish, attempts } = await aBusyEndpoint({ concurrency: MAX_CONCURRENCY });
  await publish(100);
  await expect.poll(() => receiver.open.length, WITHIN).toBe(MAX_CONCURRENCY);
  expect(receiver.open.every(({ headers }) => headers.get("webhook-signature")?.startsWith("v1,"))).toBe(
    true,
  );
  await expect.poll(() => (receiver.answerAll(), receiver.seen.length), WITHIN).toBe(100);
  await expect.poll(async () => (receiver.answerAll(), (await attempts()).length), WITHIN).toBe(100);
  expect((await attempts()).every(({ responseStatusCode }) => responseStatusCode === 204)).toBe(true);
  expect(new Set(receiver.seen).size).toBe(100);
  expect(receiver.state.most).toBe(MAX_CONCURRENCY);
});

it("records what a lane was answered, and each attempt when it ends", async () => {
  const receiver = aReceiver();
  const { publish, attempts } = await aBusyEndpoint({ concurrency: 12 });
  await publish(12);
  await expect.poll(() => receiver.open.length, WITHIN).toBe(12);
  const [slow, ...others] = receiver.open.splice(0).reverse();
  for (const { answer } of others) answer(new Response("not now", { status: 503 }));
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(11);
  for (const attempt of await attempts())
    expect(attempt).toMatchObject({ response: "not now", responseStatusCode: 503 });
  slow?.answer(new Response(null, { status: 204 }));
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(12);
});

it("sends again what a lane had when it died", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const receiver = aReceiver();
  const { publish, attempts, lane } = await aBusyEndpoint({ concurrency: 12 });
  await publish(12);
  await expect.poll(() => receiver.open.length, WITHIN).toBe(12);
  await expect(runInDurableObject(lane(1), (_, state) => state.abort("the lane dies"))).rejects.toThrow();
  await expect.poll(() => receiver.seen.length, WITHIN).toBe(18);
  expect(new Set(receiver.seen).size).toBe(12);
  receiver.answerAll();
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(12);
  expect((await attempts()).every(({ status }) => status === 0)).toBe(true);
});

it("a lane refuses what would have to wait in it", async () => {
  aReceiver();
  const event = { position: 1, createdAtMs: 0, eventType: "a", eventId: null, channels: null, tags: null };
  const events = Array.from({ length: REQUESTS_PER_OBJECT + 1 }, () => ({
    ...event,
    deliverAtMs: null,
    payload: "{}",
  }));
  const lane = env.SENDER_LANE.getByName(`refusing-${crypto.randomUUID()}`);
  await expect(lane.send(aConfig({}), events, () => undefined)).rejects.toThrow("still busy");
});
