import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";

const path = "/api/v1/event-type";

type Answer = { data: { archived: string[]; to_archive: string[] | null; archive_count: number } };
type Webhooks = Record<string, unknown>;

function webhook(description: string, more: Record<string, unknown> = {}) {
  const schema = { $ref: "#/components/schemas/Thing" };
  return {
    post: { description, requestBody: { content: { "application/json": { schema } } }, ...more },
  };
}

const Thing = { type: "object", properties: { id: { type: "integer" } }, required: ["id"] };

function document(webhooks: Webhooks) {
  const info = { title: "Things", version: "1" };
  return { openapi: "3.1.0", info, webhooks, components: { schemas: { Thing } } };
}

const send = (json: unknown) => api("POST", `${path}/import/openapi`, { json });

async function stored(name: string) {
  return (await api("GET", `${path}/${name}`)).body;
}

describe("importing an OpenAPI document", () => {
  it("creates what is new, changes what differs and names both", async () => {
    const [old, fresh] = [unique("old"), unique("new")];
    await send({ spec: document({ [old]: webhook("Old", { "x-svix-group-name": "g" }) }) });
    const spec = document({ [old]: webhook("Newer"), [fresh]: webhook("Fresh", { deprecated: true }) });
    expect(await send({ spec })).toMatchObject({
      status: 200,
      body: { data: { modified: [old, fresh], to_modify: null } },
    });
    expect(await stored(old)).toMatchObject({
      description: "Newer",
      schemas: { "1": Thing },
      groupName: "g",
    });
    expect(await stored(fresh)).toMatchObject({ deprecated: true, archived: false, groupName: null });
    expect((await send({ spec })).body).toEqual({
      data: { modified: [], to_modify: null, archived: [], to_archive: null, archive_count: 0 },
    });
  });

  it("only answers what it would change with dryRun", async () => {
    const name = unique("dry");
    const spec = document({ [name]: webhook("Dry", { "x-svix-feature-flags": ["beta"] }) });
    expect((await send({ spec, dryRun: true })).body).toEqual({
      data: {
        ...{ modified: [], archived: [], to_archive: [], archive_count: 0 },
        to_modify: [
          {
            ...{ name, description: "Dry", deprecated: false, schemas: { "1": Thing } },
            ...{ groupName: null, featureFlags: ["beta"], featureFlag: "beta" },
          },
        ],
      },
    });
    expect(await stored(name)).toMatchObject({ code: "not_found" });
  });

  it("brings archived types back", async () => {
    const name = unique("archived");
    const spec = document({ [name]: webhook("A") });
    await send({ spec });
    await api("DELETE", `${path}/${name}`);
    expect((await send({ spec })).body).toMatchObject({ data: { modified: [name] } });
    expect(await stored(name)).toMatchObject({ archived: false });
  });

  it("archives every other type with replaceAll, and names them, with dryRun before", async () => {
    const [kept, other, gone] = [unique("kept"), unique("other"), unique("gone")];
    await send({ spec: document({ [kept]: webhook("A"), [other]: webhook("B"), [gone]: webhook("C") }) });
    await api("DELETE", `${path}/${gone}`);
    const replacement = { spec: document({ [kept]: webhook("A") }), replaceAll: true };
    const tried = (await send({ ...replacement, dryRun: true })).body as Answer;
    expect(tried.data).toMatchObject({ modified: [], to_modify: [], archived: [] });
    expect(tried.data.to_archive).toContain(other);
    expect(tried.data.to_archive).not.toContain(kept);
    expect(tried.data.to_archive).not.toContain(gone);
    expect(tried.data.archive_count).toBe(tried.data.to_archive?.length);
    expect(await stored(other)).toMatchObject({ archived: false });
    expect((await send(replacement)).body).toEqual({
      data: { ...tried.data, to_modify: null, archived: tried.data.to_archive, to_archive: null },
    });
    expect((await send(replacement)).body).toMatchObject({ data: { archived: [], archive_count: 0 } });
    expect(await stored(kept)).toMatchObject({ archived: false });
    expect(await stored(other)).toMatchObject({ archived: true });
  });

  it.each([
    [
      "YAML",
      (name: string) => `openapi: 3.1.0\nwebhooks:\n  ${name}:\n    post:\n      description: As text\n`,
    ],
    [
      "JSON",
      (name: string) => JSON.stringify({ webhooks: { [name]: { post: { description: "As text" } } } }),
    ],
  ])("takes text in %s", async (_, text) => {
    const name = unique("raw");
    expect((await send({ specRaw: text(name), spec: null })).body).toMatchObject({
      data: { modified: [name] },
    });
    expect(await stored(name)).toMatchObject({ description: "As text", schemas: null });
  });

  it("keeps numbers of schemas as they were written", async () => {
    const name = unique("numbers");
    const schema = { type: "number", multipleOf: 0.01, maximum: 1e21 };
    const content = { "application/json": { schema } };
    await send({ spec: { webhooks: { [name]: { post: { requestBody: { content } } } } } });
    expect(await stored(name)).toMatchObject({ schemas: { "1": schema } });
  });

  it.each([
    ["neither", {}],
    ["both", { spec: document({}), specRaw: "webhooks: {}" }],
    ["nothing twice", { spec: null, specRaw: null }],
  ])("refuses %s with 400", async (_, json) => {
    expect((await send(json)).status).toBe(400);
  });

  it.each([
    ["text that is none", { specRaw: "a: [" }, ["body", "specRaw"]],
    ["a document without webhooks", { spec: { openapi: "3.1.0" } }, ["body", "spec"]],
    [
      "a name that cannot be one",
      { spec: document({ "a b": webhook("") }) },
      ["body", "spec", "webhooks", "a b", "name"],
    ],
    [
      "a broken schema",
      {
        spec: {
          "x-webhooks": {
            a: { post: { requestBody: { content: { "application/json": { schema: { type: "x" } } } } } },
          },
        },
      },
      ["body", "spec", "x-webhooks", "a", "schemas", "1", "type"],
    ],
    [
      "a flag that cannot be one",
      { spec: document({ a: webhook("", { "x-svix-feature-flags": [5] }) }) },
      ["body", "spec", "webhooks", "a", "featureFlags", "[0]"],
    ],
    [
      "a reference to nowhere",
      { spec: { webhooks: { a: { $ref: "#/b" } } } },
      ["body", "spec", "webhooks", "a", "$ref"],
    ],
  ])("refuses %s, naming its place", async (_, json, loc) => {
    expect(await send(json)).toMatchObject({ status: 422, body: { detail: [{ loc }] } });
  });

  it("changes nothing when one of many is refused", async () => {
    const name = unique("fine");
    expect((await send({ spec: document({ [name]: webhook(""), "not fine": webhook("") }) })).status).toBe(
      422,
    );
    expect(await stored(name)).toMatchObject({ code: "not_found" });
  });
});

describe("exporting an OpenAPI document", () => {
  it("gives what importing it again would not change", async () => {
    const name = unique("exported");
    await send({ spec: document({ [name]: webhook("E", { "x-svix-group-name": "g" }) }) });
    const { status, body } = await api("GET", `${path}/export/openapi`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ openapi: "3.1.0", webhooks: { [name]: { post: { operationId: name } } } });
    expect((await send({ spec: body })).body).toMatchObject({ data: { modified: [], to_modify: null } });
  });

  it("shows a consumer what its flags open", async () => {
    const [hidden, open] = [unique("hidden"), unique("open")];
    const flagged = webhook("", { "x-svix-feature-flags": ["beta"] });
    await send({ spec: document({ [hidden]: flagged, [open]: webhook("") }) });
    const { id } = await anApplication();
    const names = async (featureFlags: string[]) => {
      const token = await aConsumerToken(id, { featureFlags });
      const { body } = await api("GET", `${path}/export/openapi`, { token });
      return Object.keys((body as { webhooks: object }).webhooks);
    };
    expect(await names(["other"])).not.toContain(hidden);
    expect(await names(["other"])).toContain(open);
    expect(await names(["beta"])).toContain(hidden);
  });
});

describe("built-in catalogues", () => {
  it("are listed and imported with one call each", async () => {
    const { body } = await api("GET", `${path}/import/catalogue`);
    const { data } = body as { data: { name: string; eventTypes: { name: string }[] }[] };
    expect(data.map(({ name }) => name)).toEqual(["clawbook", "clawget", "clazar", "swiftclaw"]);
    for (const { name, eventTypes } of data) {
      const names = eventTypes.map((type) => type.name);
      await api("POST", `${path}/import/catalogue`, { json: { name } });
      const again = await api("POST", `${path}/import/catalogue`, { json: { name, dryRun: true } });
      expect(again.body).toMatchObject({ data: { modified: [], to_modify: [] } });
      expect(await stored(names[0] ?? "")).toMatchObject({
        archived: false,
        groupName: names[0]?.split(".")[0],
        schemas: { "1": { type: "object", examples: [expect.any(Object)] } },
      });
    }
  });
});

describe("schemas of an event type", () => {
  it.each([
    ["a text", { "1": "object" }, ["1"]],
    ["Svix's own example without a version", { title: "A", type: "object" }, ["title"]],
    [
      "a type that is none",
      { "1": { properties: { a: { type: "strnig" } } } },
      ["1", "properties", "a", "type"],
    ],
    ["a reference to the outside", { "1": { $ref: "https://example.com/a" } }, ["1", "$ref"]],
  ])("refuses %s, naming its place", async (_, schemas, at) => {
    const loc = ["body", "schemas", ...at];
    const json = { name: unique("type"), description: "", schemas };
    for (const [method, target] of [
      ["POST", path],
      ["PUT", `${path}/${json.name}`],
      ["PATCH", `${path}/${json.name}`],
    ]) {
      const answer = await api(method ?? "", target ?? "", { json });
      expect(answer.status).toBe(422);
      expect((answer.body as { detail: { loc: string[] }[] }).detail[0]?.loc).toEqual(loc);
    }
  });
});
