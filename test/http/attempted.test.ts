import { afterEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { anApplication } from "../support/apps.ts";
import {
  aMessageOf,
  anAttemptOf,
  aQuietApp,
  endpointsAt,
  eventOfMessage,
  FAILED,
  idsOf,
  interceptTarget,
  messagesAt,
  nowhere,
  settleEndpoint,
  withQueueOf,
} from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

afterEach(() => vi.restoreAllMocks());

describe("the messages of an endpoint", () => {
  it("are listed newest first with their payloads and how they stand", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const [good, bad, soon] = [
      await aMessageOf(appId, { payload: { big: 1 } }),
      await aMessageOf(appId),
      await aMessageOf(appId),
    ];
    await aMessageOf(appId);
    await anAttemptOf(good, endpoint.id);
    await anAttemptOf(bad, endpoint.id, FAILED);
    const { appKey, event } = eventOfMessage(soon);
    const nextAtMs = Date.now() + 3_600_000;
    await anAttemptOf(soon, endpoint.id, { ...FAILED, nextAtMs });
    await withQueueOf({ appKey, endpointId: endpoint.id }, (queue) =>
      queue.addWaiting({ nextAtMs, position: event.position, attempts: 1, event }),
    );
    const path = `${app}/endpoint/${endpoint.id}/msg`;
    const { data, done } = await messagesAt(path);
    expect(done).toBe(true);
    expect(data).toMatchObject([
      { ...soon, status: 3, statusText: "sending", nextAttempt: new Date(nextAtMs).toISOString() },
      { ...bad, status: 2, statusText: "fail", nextAttempt: null },
      { ...good, status: 0, statusText: "success", nextAttempt: null, payload: { big: 1 } },
    ]);
    expect((await messagesAt(`${path}?with_content=false&status=0`)).data).toMatchObject([
      { id: good.id, payload: {} },
    ]);
    expect(idsOf(await messagesAt(`${path}?status=3&event_types=thing.done`))).toEqual([soon.id]);
    const first = await messagesAt(`${path}?limit=2`);
    expect(first).toMatchObject({ done: false, iterator: bad.id, prevIterator: `-${soon.id}` });
    expect(idsOf(await messagesAt(`${path}?iterator=${first.iterator}`))).toEqual([good.id]);
    expect(idsOf(await messagesAt(`${path}?iterator=-${good.id}`))).toEqual([soon.id, bad.id]);
  });

  it("include those that are under way or still in the log, as pending, once each", {
    timeout: 60_000,
  }, async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere() });
    const elsewhere = await anEndpointOf(appId, { url: nowhere(), channels: ["far"] });
    let isAnswering = false;
    interceptTarget(endpoint.url, async () => {
      while (!isAnswering) await new Promise((resolve) => setTimeout(resolve, 10));
      return new Response();
    });
    const made: string[] = [];
    for (let count = 0; count < 9; count++) {
      const eventType = count % 2 === 0 ? "thing.even" : "thing.odd";
      made.push((await aMessageOf(appId, { eventType })).id);
    }
    const newestFirst = made.toReversed();
    const path = `/api/v1/app/${appId}/endpoint/${endpoint.id}/msg`;
    const { data } = await messagesAt(path);
    expect(data.map(({ id }) => id)).toEqual(newestFirst);
    expect(new Set(data.map(({ statusText }) => statusText))).toEqual(new Set(["pending"]));
    expect(idsOf(await messagesAt(`${path}?status=0`))).toEqual([]);
    expect(idsOf(await messagesAt(`${path}?status=1&event_types=thing.odd`))).toEqual(
      newestFirst.filter((_, index) => index % 2 === 1),
    );
    const first = await messagesAt(`${path}?limit=4`);
    expect(idsOf(first)).toEqual(newestFirst.slice(0, 4));
    const rest = await messagesAt(`${path}?limit=250&iterator=${first.iterator}`);
    expect(idsOf(rest)).toEqual(newestFirst.slice(4));
    expect(idsOf(await messagesAt(`${path}?iterator=-${rest.iterator}&limit=3`))).toEqual(
      newestFirst.slice(5, 8),
    );
    expect(idsOf(await messagesAt(`/api/v1/app/${appId}/endpoint/${elsewhere.id}/msg`))).toEqual([]);
    isAnswering = true;
    await vi.waitFor(async () => {
      const now = await messagesAt(path);
      expect(idsOf(now)).toEqual(newestFirst);
      expect(new Set(now.data.map(({ statusText }) => statusText))).toEqual(new Set(["success"]));
    }, 20_000);
  });

  it("show a canceled one as failed, or as canceled to who asks for it", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const message = await aMessageOf(appId);
    const { appKey, event } = eventOfMessage(message);
    await withQueueOf({ appKey, endpointId: endpoint.id }, (queue) => queue.cancel(event, Date.now()));
    const path = `${app}/endpoint/${endpoint.id}/msg`;
    expect((await messagesAt(`${path}?status=2`)).data).toMatchObject([{ status: 2, statusText: "fail" }]);
    expect((await messagesAt(`${path}?status=4&expanded_statuses=true`)).data).toMatchObject([
      { status: 4, statusText: "canceled" },
    ]);
    expect((await messagesAt(`${path}?status=2&expanded_statuses=true`)).data).toEqual([]);
  });

  it("come in shorter pages when their payloads are too much text for one", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const made: string[] = [];
    const payload = { text: "x".repeat(1_000_000) };
    for (let count = 0; count < 10; count++) {
      const message = await aMessageOf(appId, { payload });
      await anAttemptOf(message, endpoint.id);
      made.push(message.id);
    }
    const path = `${app}/endpoint/${endpoint.id}/msg`;
    const first = await messagesAt(path);
    expect(idsOf(first)).toEqual(made.toReversed().slice(0, 8));
    expect(first).toMatchObject({ done: false, iterator: made[2] });
    expect(first.data[0]?.payload).toEqual(payload);
    expect(idsOf(await messagesAt(`${path}?iterator=${first.iterator}`))).toEqual(made.toReversed().slice(8));
  });
});

describe("the endpoints of a message", () => {
  it("are those it is for or was sent to by hand, ascending by id, with what is still to come", async () => {
    const { appId, app, endpoints } = await aQuietApp(3);
    const [byHand, , failing] = endpoints;
    const listening = await anEndpointOf(appId, { url: nowhere() });
    const elsewhere = await anEndpointOf(appId, { url: nowhere(), channels: ["far"] });
    interceptTarget(listening.url, () => new Promise(() => {}));
    const message = await aMessageOf(appId);
    await anAttemptOf(message, byHand?.id ?? "", { trigger: 1 });
    await anAttemptOf(message, failing?.id ?? "", FAILED);
    const path = `${app}/msg/${message.id}/endpoint`;
    const page = await endpointsAt(path);
    expect(page.data).toMatchObject([
      { ...byHand, status: 0, statusText: "success", nextAttempt: null },
      { ...failing, status: 2, statusText: "fail" },
      { ...listening, status: 1, statusText: "pending" },
    ]);
    expect(idsOf(page)).toEqual(idsOf(page).toSorted());
    expect(idsOf(page)).not.toContain(elsewhere.id);
    const first = await endpointsAt(`${path}?limit=2`);
    expect(first).toMatchObject({ done: false, iterator: failing?.id });
    expect(idsOf(await endpointsAt(`${path}?iterator=${first.iterator}`))).toEqual([listening.id]);
    expect(idsOf(await endpointsAt(`${path}?iterator=-${failing?.id}`))).toEqual([byHand?.id]);
  });

  it("show a delayed message as pending until its time, before and after the object knows of it", async () => {
    const { id: appId } = await anApplication();
    const endpoint = await anEndpointOf(appId, { url: nowhere() });
    const deliverAt = new Date(Date.now() + 3_600_000).toISOString();
    const message = await aMessageOf(appId, { deliverAt });
    const path = `/api/v1/app/${appId}/msg/${message.id}/endpoint`;
    const pending = [{ status: 1, statusText: "pending", nextAttempt: deliverAt }];
    expect((await endpointsAt(path)).data).toMatchObject(pending);
    await settleEndpoint(message, endpoint.id);
    expect((await messagesAt(`/api/v1/app/${appId}/endpoint/${endpoint.id}/msg`)).data).toMatchObject(
      pending,
    );
    expect((await endpointsAt(path)).data).toMatchObject(pending);
  });
});

describe("an endpoint's stats", () => {
  const DAY = 86_400_000;
  const at = (offsetMs: number) => new Date(Date.now() + offsetMs).toISOString();

  it("count its messages by how they stand over the last 28 days", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const path = `${app}/endpoint/${endpoint.id}/stats`;
    const none = { success: 0, pending: 0, sending: 0, fail: 0, canceled: 0 };
    expect((await api("GET", path)).body).toEqual(none);
    await anAttemptOf(await aMessageOf(appId), endpoint.id, { startedAtMs: Date.now() - 1000 });
    await anAttemptOf(await aMessageOf(appId), endpoint.id, { ...FAILED, startedAtMs: Date.now() - 1000 });
    expect((await api("GET", path)).body).toEqual({ ...none, success: 1, fail: 1 });
    expect((await api("GET", `${path}?until=${at(-DAY)}`)).body).toEqual(none);
    expect((await api("GET", `${path}?since=${at(-DAY)}`)).body).toEqual({ ...none, success: 1, fail: 1 });
  });

  it.each<{ name: string; query: () => string; status: number }>([
    { name: "28 days", query: () => `since=${at(-28 * DAY)}`, status: 200 },
    {
      name: "28 days and a little for slow clocks",
      query: () => `since=${at(-28 * DAY - 200_000)}`,
      status: 200,
    },
    { name: "29 days", query: () => `since=${at(-29 * DAY)}`, status: 400 },
    { name: "an end in the future", query: () => `until=${at(60_000)}`, status: 400 },
    { name: "an end before its start", query: () => `since=${at(-DAY)}&until=${at(-2 * DAY)}`, status: 400 },
  ])("answer $status to a range of $name", async ({ query, status }) => {
    const { app, endpoint } = await aQuietApp();
    const answer = await api("GET", `${app}/endpoint/${endpoint.id}/stats?${query()}`);
    expect(answer.status).toBe(status);
    if (status === 400) expect(answer.body).toMatchObject({ code: "invalid_range" });
  });
});

describe("an endpoint's attempt stats", () => {
  it("count attempts instead of messages, over whole hours", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const path = `${app}/endpoint/${endpoint.id}/attempt-stats`;
    const none = { success: 0, fail: 0, canceled: 0 };
    expect((await api("GET", path)).body).toEqual(none);
    const message = await aMessageOf(appId);
    const hourMs = 3_600_000;
    const thisHourMs = Math.floor(Date.now() / hourMs) * hourMs;
    await anAttemptOf(message, endpoint.id, { ...FAILED, startedAtMs: thisHourMs - 2 });
    await anAttemptOf(message, endpoint.id, { ...FAILED, startedAtMs: thisHourMs - 1 });
    await anAttemptOf(message, endpoint.id, { startedAtMs: thisHourMs });
    expect((await api("GET", path)).body).toEqual({ success: 1, fail: 2, canceled: 0 });
    const at = (ms: number) => new Date(ms).toISOString();
    expect((await api("GET", `${path}?since=${at(thisHourMs)}`)).body).toEqual({ ...none, success: 1 });
    const before = await api("GET", `${path}?since=${at(thisHourMs - 1)}&until=${at(thisHourMs - 1)}`);
    expect(before.body).toEqual({ ...none, fail: 2 });
    const long = await api("GET", `${path}?since=${at(thisHourMs - 30 * 24 * hourMs)}`);
    expect(long).toMatchObject({ status: 400, body: { code: "invalid_range" } });
  });
});
