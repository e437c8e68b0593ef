/** `/events/me/…`: agents that pull (seeds/clawlabor §4). */
import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { PULL_SCAN_EVENTS } from "../../src/core/limits/pull.ts";
import { waitForEvents } from "../../src/feed/stub.ts";
import { api, ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import { aMessageOf, anAttemptOf, FAILED, nowhere } from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

type Pulled = { events: { event_id: number; event_type: string }[]; next: number; has_more: boolean };

const EVENTS = "/events/me/events";

async function anAgent(count = 0) {
  const { id: appId } = await anApplication();
  const token = await aConsumerToken(appId);
  for (let n = 1; n <= count; n++) await aMessageOf(appId, { payload: { n } });
  const pull = async (query = "", headers: Record<string, string> = {}) => {
    const {
      status,
      body,
      text,
      headers: answered,
    } = await api("GET", `${EVENTS}${query}`, { token, headers });
    return { status, text, etag: answered.get("etag") ?? "", ...((body ?? {}) as Pulled) };
  };
  const ids = async (query = "") => (await pull(query)).events.map(({ event_id }) => event_id);
  const ack = (json: object) => api("POST", `${EVENTS}/ack`, { token, json });
  return { appId, token, pull, ids, ack };
}

describe("pulling", () => {
  it("shows events as ClawLabor's page has them, oldest first, and where to read on", async () => {
    const { pull, appId } = await anAgent();
    const message = await aMessageOf(appId, { eventType: "order.received", payload: { order_id: "o1" } });
    await aMessageOf(appId);
    const page = await pull("?limit=1");
    expect(page.events).toEqual([
      {
        event_id: 1,
        event_type: "order.received",
        payload: { order_id: "o1" },
        created_at: message.timestamp.replace(/\.\d+Z$/, "+00:00"),
      },
    ]);
    expect(page).toMatchObject({ next: 1, has_more: true });
    expect(await pull(`?after=${page.next}`)).toMatchObject({ next: 2, has_more: false });
    expect(await pull(`?after=${message.id}`)).toMatchObject({ events: [{ event_id: 2 }] });
    expect(await pull("?after=2")).toMatchObject({ events: [], next: 2, has_more: false });
  });

  it("shows them in the application's dialect when that has an envelope, from the moment it is set", async () => {
    const { appId, pull } = await anAgent(1);
    expect((await pull()).events[0]).toMatchObject({ event_type: "thing.done", payload: { n: 1 } });
    const policy = { dialect: "clawget" };
    expect((await api("PUT", `/api/v1/app/${appId}/delivery-policy`, { json: policy })).status).toBe(200);
    expect((await pull()).events[0]).toMatchObject({ type: "thing.done", data: { n: 1 } });
  });

  it("finds events of some types, and says how far it has looked", async () => {
    const { appId, ids, pull } = await anAgent(3);
    await aMessageOf(appId, { eventType: "rare.one" });
    await aMessageOf(appId);
    expect(await ids("?types=rare.one,other")).toEqual([4]);
    expect(await pull("?types=none")).toMatchObject({ events: [], next: 5, has_more: false });
  });

  it("answers 304 while nothing has changed", async () => {
    const { appId, pull } = await anAgent(1);
    const { etag } = await pull("?after=1");
    expect((await pull("?after=1", { "if-none-match": etag })).status).toBe(304);
    await aMessageOf(appId);
    expect(await pull("?after=1", { "if-none-match": etag })).toMatchObject({ status: 200, next: 2 });
  });

  it("keeps an application's events from another's agent and from publishers", async () => {
    const [mine, other] = [await anAgent(1), await anAgent()];
    expect(await other.ids()).toEqual([]);
    const message = await aMessageOf(mine.appId);
    expect((await other.pull(`?after=${message.id}`)).status).toBe(422);
    expect((await api("GET", EVENTS)).status).toBe(403);
  });
});

describe("acknowledging", () => {
  it("takes events out of what is read without a position, in any order, again and again", async () => {
    const { ids, ack } = await anAgent(5);
    expect((await ack({ event_ids: [4, 2] })).body).toEqual({ acknowledged_up_to: 0 });
    expect(await ids()).toEqual([1, 3, 5]);
    expect((await ack({ event_ids: [2, 1] })).body).toEqual({ acknowledged_up_to: 2 });
    expect((await ack({ up_to: 4 })).body).toEqual({ acknowledged_up_to: 4 });
    expect((await ack({ up_to: 3 })).body).toEqual({ acknowledged_up_to: 4 });
    expect(await ids()).toEqual([5]);
    expect(await ids("?after=0")).toEqual([1, 2, 3, 4, 5]);
  });

  it("is of the consumer that the query names, or the body, which may not name different ones", async () => {
    const { token, ids } = await anAgent(2);
    const ack = (query: string, json: object) =>
      api("POST", `${EVENTS}/ack${query}`, { token, json: { up_to: 2, ...json } });
    expect((await ack("?consumer=w", {})).status).toBe(200);
    expect([await ids(), await ids("?consumer=w")]).toEqual([[1, 2], []]);
    expect((await ack("?consumer=w", { consumer: "w" })).status).toBe(200);
    expect((await ack("?consumer=w", { consumer: "v" })).body).toMatchObject({
      detail: [{ loc: ["body", "consumer"] }],
    });
    expect((await ack("?consumer=no%20name", {})).status).toBe(422);
    expect(await ids("?consumer=v")).toEqual([1, 2]);
  });

  it("refuses what lies beyond the newest event, and needs one of the two forms", async () => {
    const { ack, ids } = await anAgent(2);
    for (const json of [{ up_to: 3 }, { event_ids: [1, 3] }, {}, { up_to: 1, event_ids: [1] }])
      expect((await ack(json)).status, JSON.stringify(json)).toBe(422);
    expect(await ids()).toEqual([1, 2]);
  });

  it("is each named consumer's own, and may be moved", async () => {
    const { token, ids, ack } = await anAgent(3);
    await ack({ consumer: "a", up_to: 2 });
    expect(await ids("?consumer=a")).toEqual([3]);
    expect(await ids("?consumer=b")).toEqual([1, 2, 3]);
    const seek = (json: object) => api("POST", "/events/me/consumers/a/seek", { token, json });
    expect((await seek({ to: "start" })).status).toBe(200);
    expect(await ids("?consumer=a")).toEqual([1, 2, 3]);
    await seek({ to: "end" });
    expect(await ids("?consumer=a")).toEqual([]);
    await seek({ to: 1 });
    expect(await ids("?consumer=a")).toEqual([2, 3]);
    await seek({ time: new Date(Date.now() + 60_000).toISOString() });
    expect(await ids("?consumer=a")).toEqual([]);
    await seek({ time: "2026-01-01T00:00:00Z" });
    expect(await ids("?consumer=a")).toEqual([1, 2, 3]);
    expect((await seek({ to: 4 })).status).toBe(422);
    const { body } = await api("GET", "/events/me/consumers", { token });
    expect(body).toMatchObject({
      consumers: [{ name: "a", lag: 3, acknowledged_up_to: 0 }],
      has_more: false,
    });
  });

  it("by two workers at the same time loses nothing", async () => {
    const { ids, ack } = await anAgent(12);
    const answers = await Promise.all([1, 3, 5, 7, 9, 11].map((id) => ack({ event_ids: [id] })));
    for (const [n, { status }] of answers.entries())
      if (status === 503) expect((await ack({ event_ids: [2 * n + 1] })).status).toBe(200);
    expect(await ids()).toEqual([2, 4, 6, 8, 10, 12]);
  });
});

describe("leases", () => {
  it("hide an event from the consumer's other workers until it is acknowledged or their time is over", async () => {
    const { ids, ack, token } = await anAgent(4);
    expect(await ids("?lease_seconds=60&limit=2")).toEqual([1, 2]);
    expect(await ids("?lease_seconds=60&limit=2")).toEqual([3, 4]);
    expect(await ids("?lease_seconds=60")).toEqual([]);
    expect(await ids("?lease_seconds=60&consumer=other")).toEqual([1, 2, 3, 4]);
    await ack({ event_ids: [1] });
    const { body } = await api("GET", "/events/me/consumers", { token });
    expect(body).toMatchObject({ consumers: [{ name: "default", lag: 3, leased: 4 }, { name: "other" }] });
  });

  it("end with their time", async () => {
    const { ids } = await anAgent(1);
    expect(await ids("?lease_seconds=1")).toEqual([1]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect(await ids("?lease_seconds=60")).toEqual([1]);
  });

  it.each(["", "&after=0"])("that end give their events to who waits for them%s", async (after) => {
    const { ids } = await anAgent(1);
    expect(await ids("?lease_seconds=1")).toEqual([1]);
    const startedAtMs = Date.now();
    expect(await ids(`?lease_seconds=60&wait=50${after}`)).toEqual([1]);
    expect(Date.now() - startedAtMs).toBeLessThan(25_000);
  });
});

describe("pending", () => {
  it("is what neither the agent has acknowledged nor a webhook has accepted", async () => {
    const { appId, token, ack } = await anAgent();
    const endpoint = await anEndpointOf(appId, { channels: ["none"], url: nowhere() });
    const messages = [];
    for (let n = 0; n < 4; n++) messages.push(await aMessageOf(appId));
    const [first, second] = messages;
    if (first === undefined || second === undefined) throw new Error("no messages");
    await anAttemptOf(first, endpoint.id);
    await anAttemptOf(second, endpoint.id, FAILED);
    await ack({ event_ids: [3] });
    const { body } = await api("GET", `${EVENTS}/pending`, { token });
    expect((body as Pulled).events.map(({ event_id }) => event_id)).toEqual([2, 4]);
    expect(body).toMatchObject({ next: 4, has_more: false });
  });
});

describe("waiting", () => {
  const soon = (work: () => Promise<unknown>) =>
    new Promise((resolve) => setTimeout(resolve, 150)).then(work);

  it.each(["0", "1"])("brings an event that is published meanwhile (log writers: %s)", async (writers) => {
    const { appId, ids } = await anAgent();
    const before = env.POSTHORN_LOG_WRITERS;
    Object.assign(env, { POSTHORN_LOG_WRITERS: writers });
    const [found] = await Promise.all([ids("?after=0&wait=20"), soon(() => aMessageOf(appId))]);
    Object.assign(env, { POSTHORN_LOG_WRITERS: before });
    expect(found).toEqual([1]);
  });

  it("ends without an event when the time is over, and at once when there is one", async () => {
    const { appId, pull } = await anAgent();
    expect(await pull("?wait=1")).toMatchObject({ status: 200, events: [], next: 0, has_more: false });
    await aMessageOf(appId);
    expect((await pull("?wait=55")).events).toHaveLength(1);
  });

  it("ends with the token, which is looked at again", async () => {
    const { appId, pull } = await anAgent();
    const revokeAndPublish = async () => {
      await api("POST", `/api/v1/auth/app/${appId}/expire-all`, { json: {} });
      await aMessageOf(appId);
    };
    const [found] = await Promise.all([pull("?wait=20"), soon(revokeAndPublish)]);
    expect([found.status, found.events]).toEqual([401, undefined]);
  });

  it("goes on while what is published is of other types", async () => {
    const { appId, ids } = await anAgent();
    const publish = async () => {
      await aMessageOf(appId);
      await aMessageOf(appId, { eventType: "rare.one" });
    };
    const [found] = await Promise.all([ids("?types=rare.one&wait=20"), soon(publish)]);
    expect(found).toEqual([2]);
  });

  it("is for events that are read once, and given to all who wait for them", async () => {
    const { appId } = await anAgent(1);
    const app = await env.DB.prepare("SELECT key FROM applications WHERE id = ?").bind(appId).first<{
      key: number;
    }>();
    const wait = () => waitForEvents(env, app?.key ?? 0, { after: 1, waitMs: 20_000 });
    const waits = Promise.all([wait(), wait()]);
    await soon(() => aMessageOf(appId, { eventType: "rare.one" }));
    const given = {
      head: 2,
      news: { after: 1, next: 2, head: 2, events: [{ position: 2, eventType: "rare.one" }] },
    };
    expect(await waits).toMatchObject([given, given]);
  });

  it("as a stream never brings what is acknowledged", async () => {
    const { token, ack } = await anAgent(5);
    await ack({ event_ids: [2, 4] });
    const response = await exports.default.fetch(
      new Request(`${ORIGIN}/events/me/stream?seconds=0&limit=1`, {
        headers: { authorization: `Bearer ${token}` },
      }),
    );
    const text = await response.text();
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(["1", "3", "5"]);
  });

  it("finds an event of its type behind more of others than one look covers", async () => {
    const { appId, ids } = await anAgent();
    const messages = Array.from({ length: 100 }, () => ({ eventType: "thing.done", payload: {} }));
    for (let sent = 0; sent <= PULL_SCAN_EVENTS; sent += messages.length) {
      const path = `/api/v1/app/${appId}/msg/batch`;
      expect((await api("POST", path, { json: { messages } })).status).toBe(202);
    }
    await aMessageOf(appId, { eventType: "rare.one" });
    expect(await ids("?types=rare.one&wait=20")).toEqual([PULL_SCAN_EVENTS + 101]);
  });

  it("as a stream brings events as they come, and resumes behind the last one seen", async () => {
    const { appId, token } = await anAgent(1);
    const stream = (headers: Record<string, string> = {}) =>
      exports.default.fetch(
        new Request(`${ORIGIN}/events/me/stream?seconds=2`, {
          headers: { authorization: `Bearer ${token}`, ...headers },
        }),
      );
    const [response] = await Promise.all([stream(), soon(() => aMessageOf(appId, { payload: { n: 2 } }))]);
    expect(response.headers.get("content-type")).toBe("text/event-stream");
    const text = await response.text();
    expect([...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(["1", "2"]);
    expect(text).toContain(
      'event: thing.done\ndata: {"event_id":2,"event_type":"thing.done","payload":{"n":2}',
    );
    const resumed = await (await stream({ "last-event-id": "1" })).text();
    expect([...resumed.matchAll(/^id: (\d+)$/gm)].map(([, id]) => id)).toEqual(["2"]);
    expect((await stream({ "last-event-id": "x" })).status).toBe(422);
  });

  it("as a stream ends with its token, before what comes after", async () => {
    const { appId, token } = await anAgent(1);
    const response = await exports.default.fetch(
      new Request(`${ORIGIN}/events/me/stream`, { headers: { authorization: `Bearer ${token}` } }),
    );
    const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader?.read())?.value).toContain("id: 1\n");
    await api("POST", `/api/v1/auth/app/${appId}/expire-all`, { json: {} });
    await aMessageOf(appId);
    expect(await reader?.read()).toEqual({ done: true, value: undefined });
  });

  it("as a stream that comes back leaves out what was acknowledged beyond the last one seen, unless `after` asks for it", async () => {
    const { token, ack } = await anAgent(4);
    await ack({ event_ids: [3] });
    const streamed = async (query: string, headers: Record<string, string>) => {
      const request = new Request(`${ORIGIN}/events/me/stream?seconds=1${query}`, {
        headers: { authorization: `Bearer ${token}`, ...headers },
      });
      const text = await (await exports.default.fetch(request)).text();
      return [...text.matchAll(/^id: (\d+)$/gm)].map(([, id]) => Number(id));
    };
    expect(await streamed("", { "last-event-id": "1" })).toEqual([2, 4]);
    expect(await streamed("&after=0", { "last-event-id": "1" })).toEqual([2, 3, 4]);
    expect(await streamed("&after=1", {})).toEqual([2, 3, 4]);
  });
});
