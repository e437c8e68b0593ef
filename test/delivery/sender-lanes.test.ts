/** A busy endpoint in the real runtime: its object, its lanes, and a receiver that takes its time. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, expect, it, vi } from "vitest";
import { MAX_CONCURRENCY, REQUESTS_PER_OBJECT } from "../../src/core/limits/delivery.ts";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import { aConfig } from "../support/drain-harness.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const WITHIN = { timeout: 30_000, interval: 20 };

type Request = { id: string; headers: Headers };

afterEach(() => {
  vi.restoreAllMocks();
});

/** Requests stay open until the test says what they are answered. */
function aReceiver() {
  const seen: Request[] = [];
  const open = new Set<Request>();
  const state = { most: 0, answer: (_: Request): Response | null => null };
  vi.spyOn(globalThis, "fetch").mockImplementation(async (_, init) => {
    const headers = new Headers(init?.headers);
    const request = { id: headers.get("webhook-id") ?? "", headers };
    seen.push(request);
    open.add(request);
    state.most = Math.max(state.most, open.size);
    // Looks again and again: a promise of the test's may not be awaited in an object.
    for (;;) {
      const response = state.answer(request);
      if (response !== null) {
        open.delete(request);
        return response;
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
      if (init?.signal?.aborted === true) throw new Error("aborted");
    }
  });
  return { seen, open, state };
}

const accepted = () => new Response(null, { status: 204 });

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
  const { seen, open, state } = aReceiver();
  const { publish, attempts } = await aBusyEndpoint({ concurrency: MAX_CONCURRENCY });
  await publish(100);
  await expect.poll(() => open.size, WITHIN).toBe(MAX_CONCURRENCY);
  state.answer = accepted;
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(100);
  expect((await attempts()).every(({ responseStatusCode }) => responseStatusCode === 204)).toBe(true);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(100);
  expect(seen.every(({ headers }) => headers.get("webhook-signature")?.startsWith("v1,"))).toBe(true);
  expect([seen.length, state.most]).toEqual([100, MAX_CONCURRENCY]);
});

it("records what a lane was answered, and each attempt when it ends", async () => {
  const { seen, open, state } = aReceiver();
  const { publish, attempts } = await aBusyEndpoint({ concurrency: 12 });
  await publish(12);
  await expect.poll(() => open.size, WITHIN).toBe(12);
  const slow = seen[11];
  state.answer = (request) => (request === slow ? null : new Response("not now", { status: 503 }));
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(11);
  for (const attempt of await attempts())
    expect(attempt).toMatchObject({ response: "not now", responseStatusCode: 503 });
  state.answer = accepted;
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(12);
});

it("sends again what a lane had when it died", async () => {
  vi.spyOn(console, "error").mockImplementation(() => undefined);
  const { seen, open, state } = aReceiver();
  const { publish, attempts, lane } = await aBusyEndpoint({ concurrency: 12 });
  await publish(12);
  await expect.poll(() => open.size, WITHIN).toBe(12);
  const died = await runInDurableObject(lane(1), (_, ctx) => ctx.abort("the lane dies")).then(
    () => "",
    (error) => String(error),
  );
  expect(died).toContain("the lane dies");
  await expect.poll(() => seen.length, WITHIN).toBe(18);
  expect(new Set(seen.map(({ id }) => id)).size).toBe(12);
  state.answer = accepted;
  await expect.poll(async () => (await attempts()).length, WITHIN).toBe(12);
  expect((await attempts()).every(({ status }) => status === 0)).toBe(true);
});

it("a lane refuses what would have to wait in it", async () => {
  const event = { position: 1, createdAtMs: 0, eventType: "a", eventId: null, channels: null, tags: null };
  const events = Array.from({ length: REQUESTS_PER_OBJECT + 1 }, () => ({
    ...event,
    deliverAtMs: null,
    payload: "{}",
  }));
  const refused = await runInDurableObject(
    env.SENDER_LANE.getByName(`refusing-${crypto.randomUUID()}`),
    (lane) =>
      lane
        .send(aConfig({}), events, () => undefined)
        .then(
          () => "",
          (error) => String(error),
        ),
  );
  expect(refused).toContain("still busy");
});
