/** Who pulls, as the application's owner sees and moves them. */
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf } from "../support/attempts.ts";
import { anEndpointOf, anEventType } from "../support/endpoints.ts";

type Agent = { name: string; pending: number; oldestPending: string | null };
type Pending = { data: { position: number; leasedUntil: string | null }[]; iterator: string; done: boolean };

async function anAgent(name: string, count = 3) {
  const { id: appId } = await anApplication();
  const token = await aConsumerToken(appId);
  const times: string[] = [];
  for (let n = 1; n <= count; n++) times.push((await aMessageOf(appId, { payload: { n } })).timestamp);
  await api("POST", "/events/me/events/ack", { token, json: { consumer: name, event_ids: [1] } });
  const base = `/api/v1/app/${appId}/agent`;
  const agents = async (query = "") =>
    (await api("GET", base + query, { token })).body as { data: Agent[]; iterator: string; done: boolean };
  const pending = async (query = "", of = name) =>
    (await api("GET", `${base}/${of}/pending${query}`, { token })).body as Pending;
  return { appId, token, base, times, agents, pending };
}

describe("agents", () => {
  it("are listed with how far each is behind, and since when", async () => {
    const { token, times, agents } = await anAgent("reader");
    await api("GET", "/events/me/events?consumer=reader&limit=1&lease_seconds=60", { token });
    expect(await agents()).toMatchObject({
      data: [{ name: "reader", acknowledgedUpTo: 1, pending: 2, leased: 1, oldestPending: times[1] }],
      head: 3,
      done: true,
    });
  });

  it("are shown one by one too", async () => {
    const { token, base, times } = await anAgent("reader");
    expect(await api("GET", `${base}/reader`, { token })).toMatchObject({
      status: 200,
      body: { name: "reader", acknowledgedUpTo: 1, pending: 2, leased: 0, oldestPending: times[1] },
    });
  });

  it("are read on by name", async () => {
    const { token, agents } = await anAgent("a");
    await api("POST", "/events/me/events/ack", { token, json: { consumer: "b", up_to: 3 } });
    const first = await agents("?limit=1");
    expect(first).toMatchObject({ data: [{ name: "a" }], iterator: "a", done: false });
    expect(await agents(`?limit=1&iterator=${first.iterator}`)).toMatchObject({
      data: [{ name: "b", pending: 0, oldestPending: null }],
      done: true,
    });
  });

  it("show what they have not acknowledged, and which of it a worker holds", async () => {
    const { token, pending } = await anAgent("reader");
    await api("GET", "/events/me/events?consumer=reader&limit=1&lease_seconds=60", { token });
    const page = await pending("?limit=1");
    expect(page).toMatchObject({ data: [{ position: 2, payload: { n: 2 } }], done: false });
    expect(Date.parse(page.data[0]?.leasedUntil ?? "")).toBeGreaterThan(Date.now());
    expect(await pending(`?iterator=${page.iterator}`)).toMatchObject({
      data: [{ position: 3, leasedUntil: null }],
      done: true,
    });
  });

  it("have single events acknowledged in their place, beyond others too", async () => {
    const { token, base, pending } = await anAgent("reader");
    const answer = await api("POST", `${base}/reader/ack`, { token, json: { eventIds: [3] } });
    expect(answer).toMatchObject({ status: 200, body: { acknowledgedUpTo: 1 } });
    expect((await pending()).data).toMatchObject([{ position: 2 }]);
  });

  it("are moved back and forth", async () => {
    const { token, base, pending } = await anAgent("reader");
    expect((await api("POST", `${base}/reader/seek`, { token, json: { to: "end" } })).body).toEqual({
      acknowledgedUpTo: 3,
    });
    expect((await pending()).data).toEqual([]);
    await api("POST", `${base}/reader/seek`, { token, json: { to: "start" } });
    expect((await pending()).data).toMatchObject([{ position: 1 }, { position: 2 }, { position: 3 }]);
  });

  it("that nobody has heard of are 404, and a mistyped name makes none", async () => {
    const { token, base, agents } = await anAgent("reader");
    for (const [method, path, json] of [
      ["GET", "/raeder", undefined],
      ["GET", "/raeder/pending", undefined],
      ["POST", "/raeder/seek", { to: "end" }],
      ["POST", "/raeder/ack", { upTo: 1 }],
    ] as const) {
      expect((await api(method, base + path, { token, json })).status).toBe(404);
    }
    expect((await agents()).data).toHaveLength(1);
  });
});

describe("a poller", () => {
  it("is among them, with what its sink takes, and acknowledges only up to an event", async () => {
    const { appId, token, base, pending } = await anAgent("reader");
    await anEventType("other.thing");
    const { id } = await anEndpointOf(appId, { uid: "hook", eventTypes: ["other.thing"], disabled: true });
    await aMessageOf(appId, { eventType: "other.thing" });
    await api("GET", `/api/v1/app/${appId}/poller/hook/consumer/w?iterator=pos_1`, { token });
    const name = encodeURIComponent(`${id}:w`);
    expect((await pending("", name)).data).toMatchObject([{ position: 4 }]);
    const refused = await api("POST", `${base}/${name}/ack`, { token, json: { eventIds: [4] } });
    expect(refused).toMatchObject({ status: 422, body: { detail: [{ loc: ["body", "eventIds"] }] } });
    expect((await api("POST", `${base}/${name}/ack`, { token, json: { upTo: 4 } })).status).toBe(200);
    expect((await pending("", name)).data).toEqual([]);
  });
});
