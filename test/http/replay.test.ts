import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import {
  aMessageOf,
  anAttemptOf,
  aQuietApp,
  FAILED,
  interceptTarget,
  untilAttempted,
} from "../support/attempts.ts";
import { anEndpointOf, anEventType, locationsOf } from "../support/endpoints.ts";
import { aTask, endedTask } from "../support/tasks.ts";

afterEach(() => vi.restoreAllMocks());

const anHourAgo = () => new Date(Date.now() - 3_600_000).toISOString();

async function anEndpoint(fields: Record<string, unknown> = {}) {
  const { id: appId } = await anApplication();
  const url = `https://${unique("receiver")}.example/hook`;
  const endpoint = await anEndpointOf(appId, { url, ...fields });
  return { appId, url, path: `/api/v1/app/${appId}/endpoint/${endpoint.id}` };
}

describe("replaying to an endpoint", () => {
  it("sends what is missing of a time range, and counts it", async () => {
    const { appId, url, path } = await anEndpoint({ disabled: true });
    const old = await aMessageOf(appId);
    await new Promise((resolve) => setTimeout(resolve, 5));
    const message = await aMessageOf(appId);
    await api("PATCH", path, { json: { disabled: false } });
    const requests = interceptTarget(url, () => new Response("ok"));
    const since = message.timestamp;
    expect(since > old.timestamp).toBe(true);
    const task = await aTask("POST", `${path}/replay-missing`, { json: { since } });
    expect(task).toMatchObject({ task: "endpoint.replay", status: "running" });
    expect((await endedTask(task.id)).data).toEqual({
      ...{ messagesSent: 1, messagesSkipped: 0, progress: { done: 1, total: 1 } },
    });
    expect(requests.map(({ headers }) => headers.get("webhook-id"))).toEqual([message.id]);
    const [attempt] = await untilAttempted(appId, message.id);
    expect(attempt).toMatchObject({ status: 0, triggerType: 1 });
  });

  it("ends at until, which is not in the range", async () => {
    const { appId, url, path } = await anEndpoint({ eventTypes: [await anEventType(unique("type"))] });
    const { timestamp } = await aMessageOf(appId);
    await api("PATCH", path, { json: { filterTypes: null } });
    const requests = interceptTarget(url, () => new Response("ok"));
    const json = { since: anHourAgo(), until: timestamp };
    const task = await aTask("POST", `${path}/replay-missing`, { json });
    expect((await endedTask(task.id)).data).toMatchObject({ progress: { done: 0, total: 0 } });
    expect(requests).toEqual([]);
  });

  it("is refused to a disabled endpoint, further back than two weeks when recovering, and backwards", async () => {
    const { path } = await anEndpoint();
    const json = { since: anHourAgo() };
    const tooOld = { since: new Date(Date.now() - 15 * 86_400_000).toISOString() };
    expect(locationsOf(await api("POST", `${path}/recover`, { json: tooOld }))).toEqual([["body", "since"]]);
    expect((await api("POST", `${path}/replay-missing`, { json: tooOld })).status).toBe(202);
    const backwards = { ...json, until: new Date(Date.now() - 7_200_000).toISOString() };
    expect(locationsOf(await api("POST", `${path}/recover`, { json: backwards }))).toEqual([
      ["body", "until"],
    ]);
    await api("PATCH", path, { json: { disabled: true } });
    for (const verb of ["recover", "replay-missing", "bulk-replay"]) {
      expect(await api("POST", `${path}/${verb}`, { json })).toMatchObject({
        ...{ status: 400, body: { code: "endpoint_disabled" } },
      });
    }
  });

  it("is begun once by calls with the same idempotency key", async () => {
    const { path } = await anEndpoint();
    const call = { json: { since: anHourAgo() }, headers: { "idempotency-key": unique("key") } };
    const [first, second] = [
      await aTask("POST", `${path}/recover`, call),
      await aTask("POST", `${path}/recover`, call),
    ];
    expect(second).toEqual(first);
  });
});

describe("canceling what is pending", () => {
  it("ends what waits of older messages, and leaves newer ones alone", async () => {
    const { appId, url, path } = await anEndpoint();
    const { id: endpointId } = (await api("GET", path)).body as { id: string };
    interceptTarget(url, () => new Response("no", { status: 500 }));
    const message = await aMessageOf(appId);
    await untilAttempted(appId, message.id);
    const createdBefore = new Date(Date.parse(message.timestamp) + 1).toISOString();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const newer = await aMessageOf(appId);
    await untilAttempted(appId, newer.id);
    expect((await api("POST", `${path}/cancel-msgs`, { json: { createdBefore } })).status).toBe(204);
    const standing = async (id: string) => {
      const { body } = await api("GET", `/api/v1/app/${appId}/msg/${id}/endpoint?expanded_statuses=true`);
      const { data } = body as { data: { id: string; statusText: string }[] };
      return data.find((one) => one.id === endpointId)?.statusText;
    };
    expect(await standing(message.id)).toBe("canceled");
    expect(await standing(newer.id)).toBe("sending");
    expect((await api("GET", path)).body).toMatchObject({ disabled: false });
    // Again is nothing more, and nothing in the way.
    expect((await api("POST", `${path}/cancel-msgs`, { json: { createdBefore } })).status).toBe(204);
    const next = await aMessageOf(appId);
    await untilAttempted(appId, next.id);
  });
});

describe("counting before a bulk replay", () => {
  it("tells of messages, each once however often it was attempted, what the replay then sends", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const path = `${app}/endpoint/${endpoint.id}/bulk-replay`;
    const [twice, once, good, gone] = [
      await aMessageOf(appId),
      await aMessageOf(appId, { tags: ["t"] }),
      await aMessageOf(appId),
      await aMessageOf(appId),
    ];
    for (const message of [twice, twice, once, gone]) await anAttemptOf(message, endpoint.id, FAILED);
    await anAttemptOf(good, endpoint.id);
    await aMessageOf(appId);
    await api("DELETE", `${app}/msg/${gone.id}/content`);
    const since = anHourAgo();
    const count = async (json: object) =>
      (await api("POST", `${path}/count`, { json: { since, ...json } })).body;
    expect(await count({ status: 2 })).toEqual({ messages: 2, withoutPayload: 1, approximated: false });
    expect(await count({ status: 0 })).toMatchObject({ messages: 1, withoutPayload: 0 });
    expect(await count({})).toMatchObject({ messages: 3, withoutPayload: 1 });
    expect(await count({ tag: "t" })).toMatchObject({ messages: 1 });
    expect(await count({ until: twice.timestamp })).toMatchObject({ messages: 0 });
    const task = await aTask("POST", path, { json: { since, status: 2 } });
    expect((await endedTask(task.id)).data).toMatchObject({ messagesSent: 2, messagesSkipped: 1 });
  });
});
