import { describe, expect, it } from "vitest";
import { MAX_PAYLOAD_BYTES } from "../../src/core/limits/publishing.ts";
import { type ApiRequest, api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";

type Message = { id: string; eventId: string | null; payload: unknown; eventType: string };

async function publish(appId: string, message: Record<string, unknown>, request: ApiRequest = {}) {
  return api("POST", `/api/v1/app/${appId}/msg`, {
    ...request,
    json: { eventType: "a.b", payload: {}, ...message },
  });
}

async function list(appId: string, query = "") {
  const { body } = await api("GET", `/api/v1/app/${appId}/msg${query}`);
  return body as { data: Message[]; iterator: string | null; prevIterator: string | null; done: boolean };
}

describe("publishing", () => {
  it("answers 202 with the message, its payload exactly as written", async () => {
    const { id } = await anApplication();
    const payload = '{ "big": 12345678901234567890, "n":475.50, "b":1, "a":2 }';
    const response = await api("POST", `/api/v1/app/${id}/msg`, {
      text: `{"eventType":"a.b","payload":${payload}}`,
    });
    expect(response.status).toBe(202);
    expect(response.text).toContain(`"payload":${payload}`);
    const got = await api("GET", `/api/v1/app/${id}/msg/${(response.body as Message).id}`);
    expect(got.text).toContain(`"payload":${payload}`);
  });

  it("shows no payload when asked not to", async () => {
    const { id } = await anApplication();
    const { body } = await api("POST", `/api/v1/app/${id}/msg?with_content=false`, {
      json: { eventType: "a.b", payload: { secret: 1 } },
    });
    expect((body as Message).payload).toEqual({});
  });

  it.each([
    ["no payload", { payload: undefined }, ["body", "payload"]],
    ["a payload that is no object", { payload: [1] }, ["body", "payload"]],
    ["an event type with a space", { eventType: "a b" }, ["body", "eventType"]],
    ["an event id like one of ours", { eventId: "msg_1" }, ["body", "eventId"]],
    ["eleven channels", { channels: Array.from({ length: 11 }, (_, i) => `c${i}`) }, ["body", "channels"]],
    ["a repeated channel", { channels: ["a", "a"] }, ["body", "channels"]],
    ["six tags", { tags: ["1", "2", "3", "4", "5", "6"] }, ["body", "tags"]],
    ["a delivery time now", { deliverAt: new Date().toISOString() }, ["body", "deliverAt"]],
    [
      "a delivery time in two days",
      { deliverAt: new Date(Date.now() + 2 * 86_400_000).toISOString() },
      ["body", "deliverAt"],
    ],
    [
      "two retention periods",
      { payloadRetentionPeriod: 1, payloadRetentionHours: 1 },
      ["body", "payloadRetentionHours"],
    ],
    ["an absurd retention", { payloadRetentionPeriod: 1e12 }, ["body", "payloadRetentionPeriod"]],
  ])("refuses %s with 422, and writes nothing", async (_, message, loc) => {
    const { id } = await anApplication();
    const response = await publish(id, message);
    expect(response.status).toBe(422);
    expect((response.body as { detail: { loc: string[] }[] }).detail[0]?.loc).toEqual(loc);
    expect((await list(id)).data).toEqual([]);
  });

  it.each([
    ["text that is not JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
  ])("refuses %s with 422", async (_, body) => {
    const { id } = await anApplication();
    expect((await api("POST", `/api/v1/app/${id}/msg`, { text: body })).status).toBe(422);
  });

  it("refuses a key that the metadata of a new application would lose, and keeps it in a payload", async () => {
    const uid = `proto-${crypto.randomUUID()}`;
    const call = (metadata: string) =>
      `{"eventType":"a","payload":{"__proto__":1},"application":{"name":"a","uid":"${uid}","metadata":${metadata}}}`;
    const post = (text: string) => api("POST", `/api/v1/app/${uid}/msg`, { text });
    for (const metadata of ['{"__proto__":"b"}', '{"\\u005f_proto__":"b"}']) {
      const { status, body } = await post(call(metadata));
      expect(status).toBe(422);
      expect(body).toMatchObject({ detail: [{ loc: ["body", "application", "metadata"] }] });
    }
    expect((await api("GET", `/api/v1/app/${uid}`)).status).toBe(404);
    expect((await post(call('{"a":"b"}'))).text).toContain('"payload":{"__proto__":1}');
  });

  it("accepts a payload of 1 MiB and refuses a larger one with 413", async () => {
    const { id } = await anApplication();
    const ofSize = (bytes: number) => ({ text: "x".repeat(bytes - '{"text":""}'.length) });
    expect((await publish(id, { payload: ofSize(MAX_PAYLOAD_BYTES) })).status).toBe(202);
    const refused = await publish(id, { payload: ofSize(MAX_PAYLOAD_BYTES + 1) });
    expect(refused.status).toBe(413);
    expect(refused.body).toMatchObject({ code: "payload_too_large" });
  });

  it("answers a repeated idempotency key with the first message, and counts keys per application", async () => {
    const [one, two] = [await anApplication(), await anApplication()];
    const call = { headers: { "idempotency-key": "again" } };
    const first = (await publish(one.id, { payload: { n: 1 } }, call)).body as Message;
    const second = (await publish(one.id, { payload: { n: 2 } }, call)).body as Message;
    expect(second).toEqual(first);
    const elsewhere = (await publish(two.id, {}, call)).body as Message;
    expect(elsewhere.id).not.toBe(first.id);
  });

  it("makes one message of 100 simultaneous identical posts", async () => {
    const { id } = await anApplication();
    const call = { headers: { "idempotency-key": "burst" } };
    const all = await Promise.all(Array.from({ length: 100 }, () => publish(id, { eventId: "burst" }, call)));
    expect(new Set(all.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(all.map(({ body }) => (body as Message).id)).size).toBe(1);
    expect((await list(id)).data).toHaveLength(1);
  });

  it("refuses another message with a used event id with 409", async () => {
    const { id } = await anApplication();
    await publish(id, { eventId: "order-1" });
    const again = await publish(id, { eventId: "order-1" });
    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: "conflict" });
  });

  it("creates the application in the body when its uid is the path's and not there yet", async () => {
    const uid = `born-${crypto.randomUUID()}`;
    const application = { name: "Born", uid };
    expect((await publish(uid, {})).status).toBe(404);
    expect((await publish(uid, { application: { name: "Born", uid: "other" } })).status).toBe(422);
    expect((await publish(uid, { application })).status).toBe(202);
    expect((await publish(uid, { application: { name: "Ignored", uid } })).status).toBe(202);
    const { body } = await api("GET", `/api/v1/app/${uid}`);
    expect(body).toMatchObject({ uid, name: "Born" });
    expect((await list(uid)).data).toHaveLength(2);
  });
});

describe("publishing many", () => {
  async function batch(appId: string, messages: unknown[], request: ApiRequest = {}) {
    return api("POST", `/api/v1/app/${appId}/msg/batch`, { ...request, json: { messages } });
  }

  it("answers one result a message, in order, and publishes what is valid", async () => {
    const { id } = await anApplication();
    const { status, body } = await batch(id, [
      { eventType: "a", payload: { n: 1 }, eventId: "x" },
      { eventType: "b c", payload: {} },
      { eventType: "a", payload: { n: 2 }, eventId: "x" },
      "nonsense",
      { eventType: "a", payload: { n: 3 } },
    ]);
    expect(status).toBe(202);
    expect((body as { data: unknown[] }).data).toMatchObject([
      { eventType: "a", payload: { n: 1 } },
      { code: "validation_error", detail: expect.stringContaining("eventType") },
      { code: "conflict" },
      { code: "validation_error", detail: expect.not.stringMatching(/^:/) },
      { eventType: "a", payload: { n: 3 } },
    ]);
    expect((await list(id)).data.map(({ payload }) => payload)).toEqual([{ n: 3 }, { n: 1 }]);
  });

  it("keeps each payload as written", async () => {
    const { id } = await anApplication();
    const response = await api("POST", `/api/v1/app/${id}/msg/batch`, {
      text: '{"messages": [ {"payload": {"n": 1.50},"eventType":"a"} , {"eventType":"a","payload":{ "n" :2}} ]}',
    });
    expect(response.text).toContain('"payload":{"n": 1.50}');
    expect(response.text).toContain('"payload":{ "n" :2}');
  });

  it("answers a repeated call with the same messages", async () => {
    const { id } = await anApplication();
    const call = { headers: { "idempotency-key": "batch" } };
    const messages = [1, 2, 3].map((n) => ({ eventType: "a", payload: { n } }));
    const first = await batch(id, messages, call);
    expect((await batch(id, messages, call)).body).toEqual(first.body);
    expect((await list(id)).data).toHaveLength(3);
  });

  it.each([0, 101])("refuses %i messages with 422", async (count) => {
    const { id } = await anApplication();
    const messages = Array.from({ length: count }, () => ({ eventType: "a", payload: {} }));
    expect((await batch(id, messages)).status).toBe(422);
    expect((await list(id)).data).toEqual([]);
  });
});

describe("reading messages", () => {
  async function five() {
    const { id } = await anApplication();
    const ids: string[] = [];
    for (let n = 1; n <= 5; n++) {
      const { body } = await publish(id, {
        eventType: n % 2 ? "odd" : "even",
        tags: n > 3 ? ["late"] : undefined,
        channels: n === 2 ? ["two"] : undefined,
        eventId: `e-${n}`,
      });
      ids.push((body as Message).id);
    }
    return { id, ids: ids.toReversed() };
  }

  it("lists newest first, in pages that can be walked both ways", async () => {
    const { id, ids } = await five();
    const first = await list(id, "?limit=2");
    const second = await list(id, `?limit=2&iterator=${first.iterator}`);
    const third = await list(id, `?limit=2&iterator=${second.iterator}`);
    const walked = [...first.data, ...second.data, ...third.data].map((message) => message.id);
    expect(walked).toEqual(ids);
    expect([first.done, second.done, third.done]).toEqual([false, false, true]);
    const back = await list(id, `?limit=2&iterator=${third.prevIterator}`);
    expect(back.data.map((message) => message.id)).toEqual(ids.slice(2, 4));
  });

  it("comes in shorter pages when their payloads are too much for one answer", async () => {
    const { id } = await anApplication();
    const payload = { text: "x".repeat(1_000_000) };
    const ids: string[] = [];
    for (let n = 0; n < 10; n++) ids.push(((await publish(id, { payload })).body as Message).id);
    const first = await list(id);
    expect(first.data.map((message) => message.id)).toEqual(ids.toReversed().slice(0, 8));
    expect(first.done).toBe(false);
    const rest = await list(id, `?iterator=${first.iterator}`);
    expect(rest.data.map((message) => message.id)).toEqual(ids.toReversed().slice(8));
    expect(rest.done).toBe(true);
    expect((await list(id, "?with_content=false")).data).toHaveLength(10);
  });

  it.each([
    ["?event_types=odd", [5, 3, 1]],
    ["?event_types=odd,even&limit=3", [5, 4, 3]],
    ["?event_types[]=even", [4, 2]],
    ["?event_types[0]=even&event_types[1]=none", [4, 2]],
    ["?tag=late", [5, 4]],
    ["?channel=two", [2]],
    ["?before=2020-01-01T00:00:00Z", []],
    ["?after=2020-01-01T00:00:00Z&limit=2", [2, 1]],
    ["?after=2100-01-01T00:00:00Z", []],
  ])("filters by %s", async (query, want) => {
    const { id } = await five();
    expect((await list(id, query)).data.map(({ eventId }) => Number(eventId?.slice(2)))).toEqual(want);
  });

  it("finds a message by id and by event id, and not through another application", async () => {
    const { id, ids } = await five();
    const other = await anApplication();
    expect((await api("GET", `/api/v1/app/${id}/msg/${ids[0]}`)).status).toBe(200);
    expect((await api("GET", `/api/v1/app/${id}/msg/e-5`)).body).toMatchObject({ id: ids[0] });
    expect((await api("GET", `/api/v1/app/${other.id}/msg/${ids[0]}`)).status).toBe(404);
    expect((await api("GET", `/api/v1/app/${other.id}/msg/e-5`)).status).toBe(404);
    const token = await aConsumerToken(other.id);
    expect((await api("GET", `/api/v1/app/${id}/msg/${ids[0]}`, { token })).status).toBe(404);
  });

  it.each([
    "?limit=0",
    "?limit=251",
    "?limit=x",
    "?iterator=nope",
    "?before=yesterday",
    "?event_types=a%20b",
  ])("refuses %s with 422", async (query) => {
    const { id } = await anApplication();
    expect((await api("GET", `/api/v1/app/${id}/msg${query}`)).status).toBe(422);
  });
});
