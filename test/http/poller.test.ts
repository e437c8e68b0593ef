/** Svix's polling endpoints (reference svix.md §2.14): sinks, consumers, leases. */
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";
import { anEndpointOf, anEventType } from "../support/endpoints.ts";

type Page = {
  data: { id: string; payload: { n: number }; offset?: number }[];
  iterator: string;
  done: boolean;
};

async function anApp(count = 0) {
  const { id: appId } = await anApplication();
  const publish = async (n: number, fields: object = {}) =>
    (await aMessageOf(appId, { payload: { n }, ...fields })).id;
  for (let n = 1; n <= count; n++) await publish(n);
  const get = async (path: string) => {
    const { status, body } = await api("GET", `/api/v1/app/${appId}/${path}`);
    const page = (body ?? {}) as Page;
    return { status, ...page, ns: page.data?.map(({ payload }) => payload.n) };
  };
  const post = async (path: string, json: object) =>
    (await api("POST", `/api/v1/app/${appId}/${path}`, { json })).status;
  return { appId, publish, get, post };
}

describe("a sink", () => {
  it("first says only where it begins, then reads on, oldest first", async () => {
    const { get, publish } = await anApp(3);
    const first = await get("poller/all");
    expect(first).toMatchObject({ ns: [], done: false });
    const second = await get(`poller/all?limit=2&iterator=${first.iterator}`);
    expect(second).toMatchObject({ ns: [1, 2], done: false });
    const third = await get(`poller/all?iterator=${second.iterator}`);
    expect(third).toMatchObject({ ns: [3], done: true });
    await publish(4);
    expect(await get(`poller/all?iterator=${third.iterator}`)).toMatchObject({ ns: [4], done: true });
  });

  it("that is an endpoint shows what it listens to since it is there, by its id and its uid", async () => {
    const { appId, publish, get } = await anApp(1);
    const uid = unique("sink");
    await new Promise((resolve) => setTimeout(resolve, 5));
    for (const name of ["a.b", "c.d"]) await anEventType(name);
    const { id } = await anEndpointOf(appId, {
      uid,
      disabled: true,
      filterTypes: ["a.b", "c.d"],
      channels: ["eu", "us"],
    });
    await publish(2, { eventType: "a.b", channels: ["eu", "x"] });
    await publish(3, { eventType: "a.b" });
    await publish(4, { eventType: "other", channels: ["us"] });
    await publish(5, { eventType: "c.d", channels: ["us"] });
    for (const sink of [id, uid]) {
      const { iterator } = await get(`poller/${sink}`);
      expect((await get(`poller/${sink}?iterator=${iterator}`)).ns).toEqual([2, 5]);
      expect((await get(`poller/${sink}?iterator=${iterator}&event_type=c.d`)).ns).toEqual([5]);
      expect((await get(`poller/${sink}?iterator=${iterator}&channel=x`)).ns).toEqual([2]);
      expect((await get(`poller/${sink}?iterator=${iterator}&event_type=other`)).ns).toEqual([]);
    }
    expect((await get(`poller/${uid}/consumer/one`)).ns).toEqual([2, 5]);
    await api("DELETE", `/api/v1/app/${appId}/endpoint/${id}`);
    expect((await get(`poller/${id}`)).status).toBe(404);
  });

  it("begins at a time when asked to", async () => {
    const { get } = await anApp(2);
    const begin = async (after: string) => {
      const { iterator } = await get(`poller/all?after=${after}`);
      return (await get(`poller/all?iterator=${iterator}`)).ns;
    };
    expect(await begin("2026-01-01T00:00:00Z")).toEqual([1, 2]);
    expect(await begin(new Date(Date.now() + 60_000).toISOString())).toEqual([]);
  });
});

describe("a sink's consumer", () => {
  it("resumes behind the last iterator it has sent, so that a page whose reader died comes again", async () => {
    const { get } = await anApp(3);
    const one = "poller/all/consumer/one";
    const first = await get(`${one}?limit=2`);
    expect(first.ns).toEqual([1, 2]);
    expect((await get(`${one}?limit=2`)).ns).toEqual([1, 2]);
    expect(await get(`${one}?iterator=${first.iterator}`)).toMatchObject({ ns: [3], done: true });
    expect((await get(one)).ns).toEqual([3]);
    expect((await get("poller/all/consumer/other")).ns).toEqual([1, 2, 3]);
    expect((await get("poller/another/consumer/one")).ns).toEqual([1, 2, 3]);
  });

  it("is moved to a time, and never beyond the newest event", async () => {
    const { get, post, publish } = await anApp(2);
    const one = "poller/all/consumer/one";
    expect(await post(`${one}/seek`, { after: new Date(Date.now() + 60_000).toISOString() })).toBe(200);
    expect((await get(one)).ns).toEqual([]);
    await publish(3);
    expect((await get(one)).ns).toEqual([3]);
    expect(await post(`${one}/seek`, { after: "2026-01-01T00:00:00Z" })).toBe(200);
    expect((await get(one)).ns).toEqual([1, 2, 3]);
    expect((await get(`${one}?iterator=pos_4`)).status).toBe(422);
  });

  it("is seen among the application's consumers, and can be forgotten there", async () => {
    const { appId, get } = await anApp(2);
    await get("poller/all/consumer/one?iterator=pos_1");
    const token = await aConsumerToken(appId);
    const { body } = await api("GET", "/events/me/consumers", { token });
    expect(body).toMatchObject({ consumers: [{ name: "all:one", lag: 1 }] });
    expect((await api("DELETE", "/events/me/consumers/all:one", { token })).status).toBe(204);
    expect((await get("poller/all/consumer/one")).ns).toEqual([1, 2]);
  });
});

describe("the leased form", () => {
  it("hands nothing out again until it is committed or the lease is over", async () => {
    const { get, post } = await anApp(4);
    const one = "polling-endpoint/all/consumer/one";
    const first = await get(`${one}?limit=2&lease_duration_ms=60000`);
    expect(first.data.map(({ offset }) => offset)).toEqual([1, 2]);
    expect(await get(one)).toMatchObject({ ns: [], done: true });
    expect(await post(`${one}/commit`, { offset: 2 })).toBe(204);
    expect((await get(`${one}?lease_duration_ms=1`)).ns).toEqual([3, 4]);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect((await get(`${one}?lease_duration_ms=0`)).ns).toEqual([3, 4]);
    expect((await get(one)).ns).toEqual([3, 4]);
    expect(await post(`${one}/commit`, { offset: 5 })).toBe(422);
  });

  it("begins a new consumer at the start or at the end, as told", async () => {
    const { get, publish } = await anApp(1);
    const latest = "polling-endpoint/all/consumer/latest?starting_position=latest";
    expect((await get(latest)).ns).toEqual([]);
    await publish(2);
    expect((await get(latest)).ns).toEqual([2]);
    expect((await get("polling-endpoint/all/consumer/earliest?starting_position=earliest")).ns).toEqual([
      1, 2,
    ]);
  });
});
