import { env } from "cloudflare:workers";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";

const types = "/api/v1/event-type";

const SCHEMA = {
  type: "object",
  properties: { id: { type: "string" }, lines: { type: "array", items: { required: ["price"] } } },
  required: ["id"],
};

async function aTypeWith(schemas: unknown): Promise<string> {
  const name = unique("type");
  const { status } = await api("POST", types, { json: { name, description: "", schemas } });
  expect(status).toBe(201);
  return name;
}

async function aCheckingApp(validatePayloads: boolean | null = true) {
  const app = await anApplication({ uid: unique("app") });
  await setPolicy(app.id, { validatePayloads });
  return { ...app, uid: app.uid ?? "" };
}

async function setPolicy(appId: string, json: unknown) {
  const answer = await api("PATCH", `/api/v1/app/${appId}/delivery-policy`, { json });
  expect(answer.status).toBe(200);
  return answer.body;
}

const publish = (appId: string, eventType: string, payload: unknown, more: object = {}) =>
  api("POST", `/api/v1/app/${appId}/msg`, { json: { eventType, payload, ...more } });

/** What another isolate does: this one has no part in it. */
async function elsewhere(sql: string, ...values: unknown[]) {
  await env.DB.prepare(sql)
    .bind(...values)
    .run();
}

let eventType = "";
beforeEach(async () => {
  eventType = await aTypeWith({ "1": SCHEMA });
});

describe("an application that wants payloads checked", () => {
  it("takes what fits and refuses what does not with 422, naming each place", async () => {
    const { id, uid } = await aCheckingApp();
    expect((await publish(id, eventType, { id: "a", lines: [{ price: 1 }] })).status).toBe(202);
    const refused = await publish(uid, eventType, { lines: [{ price: 1 }, {}] });
    expect(refused).toMatchObject({ status: 422 });
    expect(refused.body).toEqual({
      detail: expect.arrayContaining([
        { loc: ["body", "payload", "id"], msg: "is required", type: "value_error" },
        { loc: ["body", "payload", "lines", "[1]", "price"], msg: "is required", type: "value_error" },
      ]),
    });
    const { body } = await api("GET", `/api/v1/app/${id}/msg`);
    expect((body as { data: unknown[] }).data).toHaveLength(1);
  });

  it("takes anything of a type without schemas, and of one nobody defined", async () => {
    const { id } = await aCheckingApp();
    expect((await publish(id, await aTypeWith(null), { any: "thing" })).status).toBe(202);
    expect((await publish(id, unique("undefined"), { any: "thing" })).status).toBe(202);
  });

  it("goes by the newest schema", async () => {
    const { id } = await aCheckingApp();
    const type = await aTypeWith({ "9": SCHEMA, "10": { required: ["name"] } });
    expect((await publish(id, type, { name: "a" })).status).toBe(202);
    expect((await publish(id, type, { id: "a" })).status).toBe(422);
  });

  it("accepts what fits of a batch and tells of the rest in its place", async () => {
    const { id } = await aCheckingApp();
    const messages = [{ id: "a" }, { id: 5 }, { id: "c" }].map((payload) => ({ eventType, payload }));
    const { status, body } = await api("POST", `/api/v1/app/${id}/msg/batch`, { json: { messages } });
    expect(status).toBe(202);
    expect(body).toMatchObject({
      data: [
        { payload: { id: "a" } },
        { code: "validation_error", detail: expect.stringContaining("payload.id") },
        { payload: { id: "c" } },
      ],
    });
  });

  it("answers a repeat like the first call", async () => {
    const { id } = await aCheckingApp();
    const more = { eventId: unique("event") };
    const headers = { "idempotency-key": unique("key") };
    const json = { eventType, payload: { id: "a" }, ...more };
    const [first, again] = [
      await api("POST", `/api/v1/app/${id}/msg`, { json, headers }),
      await api("POST", `/api/v1/app/${id}/msg`, { json, headers }),
    ];
    expect(first.status).toBe(202);
    expect(again.body).toEqual(first.body);
    expect((await publish(id, eventType, { id: "a" }, more)).status).toBe(409);
  });

  it("is unknown rather than unfit when it is not there", async () => {
    expect((await publish("app_none", eventType, {})).status).toBe(404);
  });

  it("is in force at once, also where another isolate was told", async () => {
    const { id } = await anApplication();
    expect((await publish(id, eventType, {})).status).toBe(202);
    await elsewhere(`UPDATE applications SET policy = '{"validatePayloads":true}' WHERE id = ?1`, id);
    expect((await publish(id, eventType, {})).status).toBe(422);
    expect((await publish(id, eventType, { id: "a" })).status).toBe(202);
  });

  it("refuses nothing by what has been changed since, also where another isolate was told", async () => {
    const { id } = await aCheckingApp();
    expect((await publish(id, eventType, {})).status).toBe(422);
    await elsewhere(`UPDATE event_types SET schemas = '{"1":true}' WHERE name = ?1`, eventType);
    expect((await publish(id, eventType, {})).status).toBe(202);
    const other = await aTypeWith({ "1": SCHEMA });
    expect((await publish(id, other, {})).status).toBe(422);
    await elsewhere("UPDATE applications SET policy = '{}' WHERE id = ?1", id);
    expect((await publish(id, other, {})).status).toBe(202);
  });

  it("says so in its policy, and where that comes from", async () => {
    const { id } = await anApplication();
    const path = `/api/v1/app/${id}/delivery-policy`;
    expect((await api("GET", path)).body).toMatchObject({
      validatePayloads: false,
      sources: { validatePayloads: "deployment" },
    });
    expect(await setPolicy(id, { validatePayloads: true, timeoutSeconds: 9 })).toMatchObject({
      validatePayloads: true,
      timeoutSeconds: 9,
      sources: { validatePayloads: "application" },
    });
    expect(await setPolicy(id, { validatePayloads: null })).toMatchObject({
      validatePayloads: false,
      timeoutSeconds: 9,
    });
    expect((await api("PUT", path, { json: { validatePayloads: "yes" } })).status).toBe(422);
  });

  it("leaves its endpoints' policies without the field", async () => {
    const { id } = await aCheckingApp();
    const json = { url: "http://127.0.0.1:9/hook" };
    const endpoint = (await api("POST", `/api/v1/app/${id}/endpoint`, { json })).body as { id: string };
    const { body } = await api("GET", `/api/v1/app/${id}/endpoint/${endpoint.id}/delivery-policy`);
    expect(body).not.toHaveProperty("validatePayloads");
  });
});

describe("calls of the database", () => {
  /** Round trips that this Worker makes for a call, once it knows the caller. */
  async function tripsOf(call: () => Promise<{ status: number }>): Promise<[status: number, trips: number]> {
    const session = Object.getPrototypeOf(env.DB.prepare("SELECT 1"));
    const spies = [
      vi.spyOn(env.DB, "batch"),
      ...(["all", "run", "first", "raw"] as const).map((name) => vi.spyOn(session, name)),
    ];
    const { status } = await call();
    const trips = spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0);
    for (const spy of spies) spy.mockRestore();
    return [status, trips];
  }

  it("are not one more where nobody wants checks, nor where what is known says that all fit", async () => {
    const { id: plain } = await anApplication();
    const { id: checking } = await aCheckingApp();
    await publish(plain, eventType, { id: "a" });
    await publish(checking, eventType, { id: "a" });
    const unchecked = await tripsOf(() => publish(plain, eventType, {}));
    const checked = await tripsOf(() => publish(checking, eventType, { id: "b" }));
    expect(unchecked[0]).toBe(202);
    expect(checked).toEqual(unchecked);
    const refused = await tripsOf(() => publish(checking, eventType, {}));
    expect(refused[0]).toBe(422);
    expect(refused[1]).toBeGreaterThan(0);
  });
});
