import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, unique } from "../support/apps.ts";
import { anEndpointOf, anEventType, type EndpointJson, locationsOf } from "../support/endpoints.ts";

function collection(appId: string): string {
  return `/api/v1/app/${appId}/endpoint`;
}

describe("creating an endpoint", () => {
  it("answers 201 with an id, both names of rate and filter, and defaults", async () => {
    const app = await anApplication();
    const type = await anEventType(unique("paid"));
    const { status, body } = await api("POST", collection(app.id), {
      json: { url: "https://EXAMPLE.com", eventTypes: [type, type], throttleRate: 9, metadata: { a: "b" } },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({
      url: "https://example.com/",
      description: "",
      uid: null,
      disabled: false,
      eventTypes: [type],
      filterTypes: [type],
      throttleRate: 9,
      rateLimit: 9,
      channels: null,
      metadata: { a: "b" },
      version: 1,
    });
    expect((body as EndpointJson).id).toMatch(/^ep_[A-Za-z0-9]{27}$/);
  });

  it("takes the older names of rate and filter, and prefers the newer name of the rate", async () => {
    const app = await anApplication();
    const type = await anEventType(unique("paid"));
    const older = await anEndpointOf(app.id, { filterTypes: [type], rateLimit: 3 });
    expect(older).toMatchObject({ eventTypes: [type], throttleRate: 3 });
    const both = await anEndpointOf(app.id, { throttleRate: 4, rateLimit: 3 });
    expect(both.rateLimit).toBe(4);
  });

  it.each([
    {
      name: "both names of the filter",
      fields: { eventTypes: ["a"], filterTypes: ["a"] },
      field: "filterTypes",
    },
    { name: "an empty filter", fields: { eventTypes: [] }, field: "eventTypes" },
    { name: "an event type nobody defined", fields: { eventTypes: ["no.such.type"] }, field: "eventTypes" },
    {
      name: "an event type nobody defined, by the older name",
      fields: { filterTypes: ["no.such.type"] },
      field: "filterTypes",
    },
    { name: "no channel", fields: { channels: [] }, field: "channels" },
    {
      name: "11 channels",
      fields: { channels: Array.from({ length: 11 }, (_, index) => `c${index}`) },
      field: "channels",
    },
    { name: "a rate of 0", fields: { throttleRate: 0 }, field: "throttleRate" },
    { name: "a uid that looks like an id", fields: { uid: "ep_1" }, field: "uid" },
    { name: "a URL that is none", fields: { url: "no url" }, field: "url" },
    { name: "a URL that is not of the web", fields: { url: "ftp://example.com/" }, field: "url" },
    { name: "a secret that is not base64", fields: { secret: "not-base64!" }, field: "secret" },
    { name: "a header the service sets", fields: { headers: { "User-Agent": "x" } }, field: "headers" },
    { name: "a signature header", fields: { headers: { "X-ClawBook-Signature": "x" } }, field: "headers" },
    { name: "metadata that is not text", fields: { metadata: { a: 1 } }, field: "metadata" },
  ])("refuses $name with 422 at that field", async ({ fields, field }) => {
    const app = await anApplication();
    const answer = await api("POST", collection(app.id), {
      json: { url: "https://example.com/", ...fields },
    });
    expect(locationsOf(answer)[0]?.slice(0, 2)).toEqual(["body", field]);
  });

  it("names the event types that do not exist", async () => {
    const app = await anApplication();
    const known = await anEventType(unique("known"));
    const answer = await api("POST", collection(app.id), {
      json: { url: "https://example.com/", eventTypes: [known, "no.such.type"] },
    });
    expect(answer.body).toMatchObject({ detail: [{ msg: "event type(s) don't exist: no.such.type" }] });
  });

  it("refuses a uid twice in one application with 409, also when many ask at once", async () => {
    const app = await anApplication();
    const json = { url: "https://example.com/", uid: "mine" };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api("POST", collection(app.id), { json })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
    expect((await anEndpointOf((await anApplication()).id, { uid: "mine" })).uid).toBe("mine");
  });

  it("reads an empty filter from a consumer's token as all", async () => {
    const app = await anApplication();
    const { status, body } = await api("POST", collection(app.id), {
      token: await aConsumerToken(app.id),
      json: { url: "https://example.com/", filterTypes: [], channels: [] },
    });
    expect(status).toBe(201);
    expect(body).toMatchObject({ eventTypes: null, channels: null });
  });
});

describe("reading endpoints", () => {
  it("gives one by id or uid under an application by id or uid, to its own application only", async () => {
    const app = await anApplication({ uid: unique("app") });
    const other = await anApplication();
    const endpoint = await anEndpointOf(app.id, { uid: "e" });
    for (const appName of [app.id, app.uid]) {
      for (const name of [endpoint.id, "e"]) {
        const answer = await api("GET", `/api/v1/app/${appName}/endpoint/${name}`);
        expect(answer).toMatchObject({ status: 200, body: endpoint });
      }
    }
    expect((await api("GET", `${collection(other.id)}/${endpoint.id}`)).status).toBe(404);
  });

  it("lists newest first, in pages both ways, with an iterator even at the end", async () => {
    const app = await anApplication();
    const ids: string[] = [];
    for (let index = 0; index < 5; index++) {
      ids.push((await anEndpointOf(app.id)).id);
      await scheduler.wait(5);
    }
    const newestFirst = ids.toReversed();
    const page = async (query: string) => {
      const { body } = await api("GET", `${collection(app.id)}?${query}`);
      const list = body as { data: EndpointJson[]; iterator: string; prevIterator: string; done: boolean };
      return { ...list, ids: list.data.map(({ id }) => id) };
    };
    const first = await page("limit=2");
    expect(first).toMatchObject({ ids: newestFirst.slice(0, 2), done: false });
    const second = await page(`limit=2&iterator=${first.iterator}`);
    expect(second.ids).toEqual(newestFirst.slice(2, 4));
    const last = await page(`limit=2&iterator=${second.iterator}`);
    expect(last).toMatchObject({ ids: newestFirst.slice(4), done: true, iterator: ids[0] });
    expect((await page(`limit=2&iterator=${second.prevIterator}`)).ids).toEqual(newestFirst.slice(0, 2));
    expect((await page("order=ascending")).ids).toEqual(ids);
  });

  it("refuses a malformed iterator with 422", async () => {
    const app = await anApplication();
    const answer = await api("GET", `${collection(app.id)}?iterator=nonsense`);
    expect(locationsOf(answer)).toEqual([["query", "iterator"]]);
  });
});

describe("replacing an endpoint", () => {
  it("sets what is given and defaults the rest, keeping the secret and headers", async () => {
    const app = await anApplication();
    const endpoint = await anEndpointOf(app.id, { uid: "u", channels: ["a"], headers: { "X-A": "1" } });
    const path = `${collection(app.id)}/${endpoint.id}`;
    const secret = (await api("GET", `${path}/secret`)).body;
    const answer = await api("PUT", path, { json: { url: "https://example.com/new" } });
    expect(answer).toMatchObject({
      status: 200,
      body: { id: endpoint.id, url: "https://example.com/new", uid: null, channels: null },
    });
    expect((await api("GET", `${path}/secret`)).body).toEqual(secret);
    expect((await api("GET", `${path}/headers`)).body).toEqual({ headers: { "X-A": "1" }, sensitive: [] });
  });

  it("creates what is missing with 201 and an id of its own, not adopting the name in the path", async () => {
    const app = await anApplication();
    const answer = await api("PUT", `${collection(app.id)}/nobody`, {
      json: { url: "https://example.com/" },
    });
    expect(answer).toMatchObject({ status: 201, body: { uid: null } });
    expect((await api("GET", `${collection(app.id)}/nobody`)).status).toBe(404);
  });

  it("creates one endpoint when many put the same new uid at once", async () => {
    const app = await anApplication();
    const json = { url: "https://example.com/", uid: "once" };
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => api("PUT", `${collection(app.id)}/once`, { json })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => (body as EndpointJson).id)).size).toBe(1);
  });

  it("refuses an empty filter and another endpoint's uid", async () => {
    const app = await anApplication();
    const endpoint = await anEndpointOf(app.id);
    await anEndpointOf(app.id, { uid: "taken" });
    const path = `${collection(app.id)}/${endpoint.id}`;
    const empty = await api("PUT", path, { json: { url: "https://example.com/", filterTypes: [] } });
    expect(locationsOf(empty)).toEqual([["body", "filterTypes"]]);
    const taken = await api("PUT", path, { json: { url: "https://example.com/", uid: "taken" } });
    expect(taken).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("patching an endpoint", () => {
  it("leaves alone what is absent and unsets what is null", async () => {
    const app = await anApplication();
    const type = await anEventType(unique("t"));
    const full = {
      uid: unique("u"),
      description: "d",
      rateLimit: 5,
      eventTypes: [type],
      channels: ["c"],
      metadata: { a: "b" },
    };
    const endpoint = await anEndpointOf(app.id, full);
    const path = `${collection(app.id)}/${endpoint.id}`;
    const untouched = await api("PATCH", path, { json: {} });
    expect(untouched.body).toMatchObject(full);
    const nulls = { uid: null, throttleRate: null, filterTypes: null, channels: null, metadata: null };
    const unset = await api("PATCH", path, { json: nulls });
    expect(unset.body).toMatchObject({
      description: "d",
      uid: null,
      rateLimit: null,
      eventTypes: null,
      channels: null,
      metadata: {},
    });
  });

  it("reads an empty filter as all, and checks a new URL", async () => {
    const app = await anApplication();
    const endpoint = await anEndpointOf(app.id, { channels: ["c"] });
    const path = `${collection(app.id)}/${endpoint.id}`;
    const emptied = await api("PATCH", path, { json: { channels: [], eventTypes: [] } });
    expect(emptied.body).toMatchObject({ channels: null, eventTypes: null });
    expect(locationsOf(await api("PATCH", path, { json: { url: "gopher://x/" } }))).toEqual([
      ["body", "url"],
    ]);
    expect(locationsOf(await api("PATCH", path, { json: { disabled: null } }))).toEqual([
      ["body", "disabled"],
    ]);
  });

  it("loses none of many changes made at once, and bumps the version for each", async () => {
    const app = await anApplication();
    const endpoint = await anEndpointOf(app.id);
    const path = `${collection(app.id)}/${endpoint.id}`;
    const changes = [
      { description: "d" },
      { throttleRate: 5 },
      { channels: ["c"] },
      { metadata: { a: "b" } },
      { uid: "u" },
      { url: "https://example.com/moved" },
    ];
    const answers = await Promise.all(changes.map((json) => api("PATCH", path, { json })));
    expect(answers.map(({ status }) => status)).toEqual(changes.map(() => 200));
    expect((await api("GET", path)).body).toMatchObject(Object.assign({}, ...changes));
    const row = await env.DB.prepare("SELECT version FROM endpoints WHERE id = ?").bind(endpoint.id).first();
    expect(row).toEqual({ version: 1 + changes.length });
  });

  it("keeps why the service disabled an endpoint until a person enables it", async () => {
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const path = `${collection(app.id)}/${id}`;
    const reason = () =>
      env.DB.prepare("SELECT disabled_reason AS reason FROM endpoints WHERE id = ?")
        .bind(id)
        .first<{ reason: string | null }>();
    await env.DB.prepare("UPDATE endpoints SET disabled = 1, disabled_reason = 'gone' WHERE id = ?")
      .bind(id)
      .run();
    await api("PATCH", path, { json: { description: "still" } });
    expect(await reason()).toEqual({ reason: "gone" });
    await api("PATCH", path, { json: { disabled: false } });
    expect(await reason()).toEqual({ reason: null });
  });
});

describe("deleting an endpoint", () => {
  it("answers 204 and hides it from every route", async () => {
    const app = await anApplication();
    const { id } = await anEndpointOf(app.id, { uid: "gone" });
    const path = `${collection(app.id)}/${id}`;
    expect(await api("DELETE", path)).toMatchObject({ status: 204, body: undefined });
    const calls = [
      api("GET", path),
      api("GET", `${collection(app.id)}/gone`),
      api("PATCH", path, { json: {} }),
      api("DELETE", path),
      api("GET", `${path}/secret`),
      api("POST", `${path}/secret/rotate`),
      api("GET", `${path}/headers`),
      api("PUT", `${path}/headers`, { json: { headers: {} } }),
      api("GET", `${path}/delivery-policy`),
      api("PUT", `${path}/delivery-policy`, { json: {} }),
    ];
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(calls.map(() => 404));
    expect((await api("GET", collection(app.id))).body).toMatchObject({ data: [] });
    expect((await anEndpointOf(app.id, { uid: "gone" })).uid).toBe("gone");
  });
});

describe("a consumer's token", () => {
  it("reads with ViewBase and writes with ManageEndpoint only, within its application", async () => {
    const app = await anApplication();
    const other = await anApplication();
    const { id } = await anEndpointOf(app.id);
    const token = await aConsumerToken(app.id, { capabilities: ["ViewBase"] });
    const path = `${collection(app.id)}/${id}`;
    expect((await api("GET", path, { token })).status).toBe(200);
    const json = { url: "https://example.com/" };
    const refused = await Promise.all([
      api("POST", collection(app.id), { token, json }),
      api("PUT", path, { token, json }),
      api("PATCH", path, { token, json }),
      api("DELETE", path, { token }),
      api("GET", `${path}/secret`, { token }),
      api("POST", `${path}/secret/rotate`, { token }),
      api("PUT", `${path}/headers`, { token, json: { headers: {} } }),
      api("PATCH", `${path}/headers`, { token, json: { headers: {} } }),
      api("PUT", `${path}/delivery-policy`, { token, json: {} }),
      api("PATCH", `${path}/delivery-policy`, { token, json: {} }),
    ]);
    expect(refused.map(({ status }) => status)).toEqual(refused.map(() => 403));
    expect((await api("GET", collection(other.id), { token })).status).toBe(404);
    expect((await api("GET", path, { token: await aConsumerToken(other.id) })).status).toBe(404);
  });
});
