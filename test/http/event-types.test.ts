import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";

const path = "/api/v1/event-type";

async function anEventType(fields: Record<string, unknown> = {}): Promise<string> {
  const name = unique("type");
  const { status } = await api("POST", path, { json: { name, description: "d", ...fields } });
  expect(status).toBe(201);
  return name;
}

describe("creating an event type", () => {
  it("answers 201 with every field, and both forms of the flags", async () => {
    const name = unique("user.signup");
    const schemas = { "1": { type: "object" } };
    const json = { name, description: "Two\nlines", schemas, groupName: "user", featureFlags: ["beta", "x"] };
    const { status, body } = await api("POST", path, { json });
    expect(status).toBe(201);
    expect(body).toMatchObject({ ...json, archived: false, deprecated: false, featureFlag: "beta" });
  });

  it("refuses the name of an active one with 409 event_type_exists, also under a race", async () => {
    const name = unique("type");
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => api("POST", path, { json: { name, description: "d" } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: "event_type_exists" });
  });

  it("brings an archived one back with the new fields", async () => {
    const name = await anEventType({ schemas: { "1": {} } });
    await api("DELETE", `${path}/${name}`);
    const answer = await api("POST", path, { json: { name, description: "again" } });
    expect(answer).toMatchObject({
      status: 201,
      body: { description: "again", archived: false, schemas: null },
    });
  });

  it.each([
    ["a space in the name", { name: "a b", description: "" }],
    ["no description", { name: "a" }],
    ["a control character", { name: "a", description: "\u0001" }],
    ["an empty list of flags", { name: "a", description: "", featureFlags: [] }],
    ["a repeated flag", { name: "a", description: "", featureFlags: ["a", "a"] }],
    ["schemas that are a list", { name: "a", description: "", schemas: [] }],
  ])("refuses %s with 422", async (_, json) => {
    expect((await api("POST", path, { json })).status).toBe(422);
  });

  it("refuses schemas nested too deep with 422", async () => {
    const deep = `${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`;
    const text = `{"name":"deep","description":"","schemas":${deep}}`;
    expect((await api("POST", path, { text })).status).toBe(422);
  });
});

describe("changing an event type", () => {
  it("PUT creates with 201 and replaces with 200", async () => {
    const name = unique("type");
    const json = { description: "d", groupName: "g" };
    expect((await api("PUT", `${path}/${name}`, { json })).status).toBe(201);
    const again = await api("PUT", `${path}/${name}`, { json: { description: "e" } });
    expect(again).toMatchObject({ status: 200, body: { description: "e", groupName: null } });
    expect((await api("PUT", `${path}/a%20b`, { json })).status).toBe(422);
  });

  it("PATCH changes what is given and unsets with null", async () => {
    const name = await anEventType({ groupName: "g", featureFlag: "beta", schemas: { "1": {} } });
    const answer = await api("PATCH", `${path}/${name}`, { json: { featureFlags: null, deprecated: true } });
    expect(answer).toMatchObject({
      status: 200,
      body: { groupName: "g", featureFlags: null, featureFlag: null, deprecated: true, schemas: { "1": {} } },
    });
    expect((await api("PATCH", `${path}/none-such`, { json: {} })).status).toBe(404);
  });

  it("DELETE archives, and removes for good with expunge", async () => {
    const name = await anEventType();
    expect(await api("DELETE", `${path}/${name}`)).toMatchObject({ status: 204, body: undefined });
    expect(await api("GET", `${path}/${name}`)).toMatchObject({ status: 200, body: { archived: true } });
    expect((await api("DELETE", `${path}/${name}?expunge=true`)).status).toBe(204);
    expect((await api("GET", `${path}/${name}`)).status).toBe(404);
    expect((await api("DELETE", `${path}/${name}`)).status).toBe(404);
  });
});

describe("listing event types", () => {
  type List = { data: { name: string; schemas: unknown }[]; iterator: string | null; done: boolean };

  async function names(query: string, token?: string): Promise<List["data"]> {
    const all: List["data"] = [];
    let iterator = "";
    for (;;) {
      const { status, body } = await api(
        "GET",
        `${path}?limit=3&${query}${iterator}`,
        token ? { token } : {},
      );
      expect(status, JSON.stringify(body)).toBe(200);
      const page = body as List;
      all.push(...page.data);
      if (page.done) return all;
      iterator = `&iterator=${page.iterator}`;
    }
  }

  it("goes by name, without archived ones and without schemas unless asked", async () => {
    const kept = await anEventType({ schemas: { "1": {} } });
    const archived = await anEventType();
    await api("DELETE", `${path}/${archived}`);
    const active = await names("");
    expect(active.map(({ name }) => name)).toEqual(active.map(({ name }) => name).sort());
    expect(active.find(({ name }) => name === kept)).toMatchObject({ schemas: null });
    expect(active.some(({ name }) => name === archived)).toBe(false);
    const all = await names("include_archived=true&with_content=true&order=descending");
    expect(all.find(({ name }) => name === kept)).toMatchObject({ schemas: { "1": {} } });
    expect(all.some(({ name }) => name === archived)).toBe(true);
  });

  it("walks past a name that begins with the mark for going backwards", async () => {
    for (const letter of ["a", "b", "c", "d"]) {
      await api("PUT", `${path}/-${letter}`, { json: { description: "" } });
    }
    const all = (await names("")).map(({ name }) => name);
    expect(all.slice(0, 4)).toEqual(["-a", "-b", "-c", "-d"]);
    expect(new Set(all).size).toBe(all.length);
  });

  it("shows a consumer only types without flags or with a flag of its token", async () => {
    const [open, beta, other] = [
      await anEventType(),
      await anEventType({ featureFlags: ["beta"] }),
      await anEventType({ featureFlags: ["other"] }),
    ];
    const { id } = await anApplication();
    const token = await aConsumerToken(id, { featureFlags: ["beta"] });
    const seen = (await names("", token)).map(({ name }) => name);
    expect([open, beta, other].map((name) => seen.includes(name))).toEqual([true, true, false]);
    expect((await api("GET", `${path}/${beta}`, { token })).status).toBe(200);
    expect((await api("GET", `${path}/${other}`, { token })).status).toBe(404);
  });
});
