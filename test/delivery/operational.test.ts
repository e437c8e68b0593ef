/** From a failing receiver to the operational log, in the real runtime. */
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { startFollowing } from "../../src/store/operational-log.ts";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { aMessageOf, interceptTarget, nowhere, untilAttempted } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { anOperationalEndpoint, nobodyListens, toldOf } from "../support/operational.ts";

const WITHIN = { timeout: 15_000, interval: 50 };

beforeEach(nobodyListens);
afterEach(() => vi.restoreAllMocks());

/** An application whose deliveries are given up at the first failure. */
async function aFailingEndpoint(status: number) {
  const app = await anApplication({ uid: unique("failing") });
  const policy = { dialect: "svix", retrySchedule: [] };
  const set = await api("PUT", `/api/v1/app/${app.id}/delivery-policy`, { json: policy });
  expect(set.status, set.text).toBe(200);
  const url = nowhere();
  interceptTarget(url, () => new Response(null, { status }));
  const endpoint = await anEndpointOf(app.id, { url, uid: "theirs" });
  return { app, endpoint };
}

describe("an endpoint that fails", () => {
  it("is told of with the attempt that a reader can look up", async () => {
    await startFollowing(env.DB, unique("follower"), Date.now());
    const { app, endpoint } = await aFailingEndpoint(500);
    const message = await aMessageOf(app.id, { eventId: unique("event") });
    const told = await vi.waitFor(async () => {
      const event = (await toldOf(app.id)).find(({ type }) => type === "message.attempt.exhausted");
      expect(event).toBeDefined();
      return event;
    }, WITHIN);
    const [attempt] = await untilAttempted(app.id, message.id);
    expect(told?.data).toMatchObject({
      appId: app.id,
      appUid: app.uid,
      endpointId: endpoint.id,
      endpointUid: "theirs",
      url: endpoint.url,
      msgId: message.id,
      msgEventId: message.eventId,
      lastAttempt: { id: attempt?.id, responseStatusCode: 500, timestamp: attempt?.timestamp },
      failingSince: expect.any(String),
    });
  });

  it("and is then disabled is told of as such, in the very transaction that does it", async () => {
    await startFollowing(env.DB, unique("follower"), Date.now());
    const { app, endpoint } = await aFailingEndpoint(410);
    await aMessageOf(app.id);
    await vi.waitFor(async () => {
      const types = (await toldOf(app.id)).map(({ type }) => type);
      expect(types.sort()).toEqual(["endpoint.created", "endpoint.disabled", "message.attempt.exhausted"]);
    }, WITHIN);
    const disabled = (await toldOf(app.id)).find(({ type }) => type === "endpoint.disabled");
    expect(disabled?.data).toMatchObject({ endpointId: endpoint.id, trigger: "automatic", reason: "gone" });
  });

  it("reaches operational endpoints, whose own failures are told to nobody", async () => {
    const target = nowhere();
    await anOperationalEndpoint({ url: target, eventTypes: ["message.attempt.exhausted"] });
    const { app } = await aFailingEndpoint(500);
    vi.restoreAllMocks();
    const told = interceptTarget(target, () => new Response(null, { status: 410 }));
    await aMessageOf(app.id);
    await vi.waitFor(() => expect(told.length).toBe(1), WITHIN);
    expect(JSON.parse(told[0]?.body ?? "")).toMatchObject({
      type: "message.attempt.exhausted",
      data: { appId: app.id },
    });
    await vi.waitFor(async () => {
      const row = await env.DB.prepare("SELECT disabled FROM endpoints WHERE app_key = 1 AND url = ?")
        .bind(target)
        .first();
      expect(row).toEqual({ disabled: 1 });
    }, WITHIN);
    const { results } = await env.DB.prepare("SELECT payload FROM events WHERE app_key = 1").all();
    expect(JSON.stringify(results)).not.toContain(target);
  });
});
