import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { keyedId, keyOfId, newKey } from "../../src/core/ids.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { openDatabase } from "../../src/store/database.ts";
import { endpoints } from "../../src/store/schema.ts";
import { type ApiAnswer, api } from "../support/api.ts";
import { type AppJson, anApplication, unique } from "../support/apps.ts";

function locations({ body }: ApiAnswer): string[][] {
  return (body as { detail: { loc: string[] }[] }).detail.map(({ loc }) => loc);
}

/** Rows as the endpoint routes would leave them, only what these tests look at. */
async function insertEndpoint(appId: string, ratePerSecond: number | null): Promise<number> {
  const { random, nowMs } = createServiceContext(env);
  const key = newKey(random);
  await openDatabase(env.DB)
    .insert(endpoints)
    .values({
      appKey: keyOfId("app_", appId) ?? 0,
      key,
      id: keyedId("ep_", key, nowMs, random),
      uid: unique("uid"),
      url: "https://example.com/",
      description: "",
      ratePerSecond,
      disabled: false,
      spans: [],
      metadata: {},
      policy: {},
      version: 1,
      createdAt: 1,
      updatedAt: 1,
    });
  return key;
}

async function endpointRow(key: number) {
  return env.DB.prepare("SELECT version, uid, disabled, deleted_at FROM endpoints WHERE key = ?")
    .bind(key)
    .first<{ version: number; uid: string | null; disabled: number; deleted_at: number | null }>();
}

describe("creating an application", () => {
  it("answers 201 with an id, both names of the rate, and empty metadata by default", async () => {
    const { status, body } = await api("POST", "/api/v1/app", { json: { name: "Acme", throttleRate: 7 } });
    expect(status).toBe(201);
    expect(body).toMatchObject({ name: "Acme", uid: null, throttleRate: 7, rateLimit: 7, metadata: {} });
    expect((body as AppJson).id).toMatch(/^app_[A-Za-z0-9]{27}$/);
  });

  it("accepts the older name of the rate, and prefers the newer one", async () => {
    expect(await anApplication({ rateLimit: 3 })).toMatchObject({ throttleRate: 3 });
    expect(await anApplication({ rateLimit: 3, throttleRate: 4 })).toMatchObject({ throttleRate: 4 });
  });

  it("refuses a second application with the same uid with 409", async () => {
    const uid = unique("uid");
    await anApplication({ uid });
    const again = await api("POST", "/api/v1/app", { json: { name: "B", uid } });
    expect(again).toMatchObject({ status: 409, body: { code: "conflict" } });
  });

  it("lets one of many concurrent creations of a uid win and answers the others 409", async () => {
    const uid = unique("uid");
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => api("POST", "/api/v1/app", { json: { name: "Race", uid } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
  });

  it("returns the stored application with get_if_exists and ignores the body", async () => {
    const stored = await anApplication({ uid: unique("uid"), name: "First" });
    const again = await api("POST", "/api/v1/app?get_if_exists=true", {
      json: { name: "Second", uid: stored.uid },
    });
    expect(again).toMatchObject({ status: 200, body: stored });
  });

  it("creates with get_if_exists when there is none, once under concurrency", async () => {
    const uid = unique("uid");
    const answers = await Promise.all(
      Array.from({ length: 5 }, () =>
        api("POST", "/api/v1/app?get_if_exists=true", { json: { name: "One", uid } }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(answers.map(({ body }) => (body as AppJson).id)).size).toBe(1);
  });

  it.each([
    { name: "no name", json: {}, loc: ["body", "name"] },
    { name: "an empty name", json: { name: "" }, loc: ["body", "name"] },
    { name: "a control character in the name", json: { name: "a\u0000b" }, loc: ["body", "name"] },
    { name: "a lone surrogate in the name", json: { name: "a\ud800" }, loc: ["body", "name"] },
    { name: "a uid that looks like an id", json: { name: "a", uid: "app_x" }, loc: ["body", "uid"] },
    { name: "a uid with a slash", json: { name: "a", uid: "a/b" }, loc: ["body", "uid"] },
    { name: "an empty uid", json: { name: "a", uid: "" }, loc: ["body", "uid"] },
    { name: "a uid of 257 characters", json: { name: "a", uid: "u".repeat(257) }, loc: ["body", "uid"] },
    { name: "a rate of zero", json: { name: "a", throttleRate: 0 }, loc: ["body", "throttleRate"] },
    {
      name: "a rate beyond 16 bits",
      json: { name: "a", throttleRate: 65_536 },
      loc: ["body", "throttleRate"],
    },
    {
      name: "metadata that is not text",
      json: { name: "a", metadata: { k: 1 } },
      loc: ["body", "metadata", "k"],
    },
    {
      name: "metadata over 4096 bytes",
      json: { name: "a", metadata: { k: "ü".repeat(2048) } },
      loc: ["body", "metadata"],
    },
    { name: "a list for a body", json: [], loc: ["body"] },
  ])("refuses $name with 422", async ({ json, loc }) => {
    const answer = await api("POST", "/api/v1/app", { json });
    expect(answer.status).toBe(422);
    expect(locations(answer)).toContainEqual(loc);
  });

  it("ignores what it does not know, and reads null metadata as none", async () => {
    const answer = await api("POST", "/api/v1/app?whatever=1", {
      json: { name: "a", other: 1, metadata: null },
    });
    expect(answer).toMatchObject({ status: 201, body: { metadata: {} } });
  });
});

describe("finding an application", () => {
  it("goes by id and by uid alike, encoded or raw, with any number of slashes", async () => {
    const stored = await anApplication({ uid: unique("a.b_c") });
    const uid = stored.uid ?? "";
    for (const path of [stored.id, uid, uid.replaceAll(".", "%2E"), `${stored.id}/`, `//${uid}//`]) {
      expect(await api("GET", `//api/v1//app/${path}`), path).toMatchObject({ status: 200, body: stored });
    }
  });

  it.each([
    "nope",
    "app_",
    `app_${"0".repeat(27)}`,
    `app_${"z".repeat(27)}`,
    "%00",
    "a%2Fb",
    "x".repeat(5000),
  ])("answers 404 for %j", async (id) => {
    const answer = await api("GET", `/api/v1/app/${id}`);
    expect(answer).toMatchObject({ status: 404, body: { code: "not_found", detail: "Entity not found" } });
  });

  it("answers 400 to a path that is not valid percent-encoding", async () => {
    expect(await api("GET", "/api/v1/app/%E0%A4%A")).toMatchObject({
      status: 400,
      body: { code: "generic_error" },
    });
  });
});

describe("replacing an application", () => {
  it("creates one under a fresh id when there is none, and does not adopt the path as uid", async () => {
    const name = unique("path");
    const answer = await api("PUT", `/api/v1/app/${name}`, { json: { name: "New" } });
    expect(answer).toMatchObject({ status: 201, body: { name: "New", uid: null } });
    expect((await api("GET", `/api/v1/app/${name}`)).status).toBe(404);
  });

  it("replaces every field of the one it finds", async () => {
    const stored = await anApplication({ uid: unique("uid"), throttleRate: 5, metadata: { a: "b" } });
    const answer = await api("PUT", `/api/v1/app/${stored.uid}`, {
      json: { name: "New", metadata: { c: "d" } },
    });
    expect(answer).toMatchObject({
      status: 200,
      body: { id: stored.id, name: "New", uid: null, throttleRate: null, metadata: { c: "d" } },
    });
  });

  it("refuses a uid another application holds with 409", async () => {
    const [a, b] = [await anApplication({ uid: unique("uid") }), await anApplication()];
    const answer = await api("PUT", `/api/v1/app/${b.id}`, { json: { name: "B", uid: a.uid } });
    expect(answer).toMatchObject({ status: 409, body: { code: "conflict" } });
  });
});

describe("patching an application", () => {
  it("changes what is given and leaves the rest", async () => {
    const stored = await anApplication({ uid: unique("uid"), throttleRate: 5, metadata: { a: "b" } });
    const answer = await api("PATCH", `/api/v1/app/${stored.id}`, { json: { name: "New" } });
    expect(answer).toMatchObject({
      status: 200,
      body: { name: "New", uid: stored.uid, throttleRate: 5, metadata: { a: "b" } },
    });
  });

  it("unsets uid and rate with null, and replaces metadata as a whole", async () => {
    const stored = await anApplication({ uid: unique("uid"), throttleRate: 5, metadata: { a: "b" } });
    const answer = await api("PATCH", `/api/v1/app/${stored.id}`, {
      json: { uid: null, throttleRate: null, metadata: { c: "d" } },
    });
    expect(answer).toMatchObject({ body: { uid: null, throttleRate: null, metadata: { c: "d" } } });
    await anApplication({ uid: stored.uid });
  });

  it("refuses a taken uid with 409, also when several take it at once", async () => {
    const uid = unique("uid");
    const apps = await Promise.all(Array.from({ length: 5 }, () => anApplication()));
    const answers = await Promise.all(
      apps.map(({ id }) => api("PATCH", `/api/v1/app/${id}`, { json: { uid } })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409, 409]);
  });

  it("gives endpoints that inherit a changed rate a new version, and only those", async () => {
    const app = await anApplication({ throttleRate: 5 });
    const inherits = await insertEndpoint(app.id, null);
    const hasItsOwn = await insertEndpoint(app.id, 9);
    await api("PATCH", `/api/v1/app/${app.id}`, { json: { name: "Same rate", rateLimit: 5 } });
    expect(await endpointRow(inherits)).toMatchObject({ version: 1 });
    await api("PATCH", `/api/v1/app/${app.id}`, { json: { rateLimit: 6 } });
    expect(await endpointRow(inherits)).toMatchObject({ version: 2 });
    await api("PUT", `/api/v1/app/${app.id}`, { json: { name: "Unset" } });
    expect(await endpointRow(inherits)).toMatchObject({ version: 3 });
    expect(await endpointRow(hasItsOwn)).toMatchObject({ version: 1 });
  });
});

describe("deleting an application", () => {
  it("hides it, frees its uid, and deletes and disables its endpoints", async () => {
    const app = await anApplication({ uid: unique("uid") });
    const endpoint = await insertEndpoint(app.id, null);
    expect(await api("DELETE", `/api/v1/app/${app.uid}`)).toMatchObject({ status: 204, body: undefined });
    for (const method of ["GET", "DELETE"]) {
      expect((await api(method, `/api/v1/app/${app.id}`)).status, method).toBe(404);
    }
    expect((await api("PATCH", `/api/v1/app/${app.id}`, { json: { name: "x" } })).status).toBe(404);
    const row = await endpointRow(endpoint);
    expect(row).toMatchObject({ version: 2, uid: null, disabled: 1 });
    expect(row?.deleted_at).not.toBeNull();
    expect((await anApplication({ uid: app.uid })).id).not.toBe(app.id);
  });
});

type List = { data: AppJson[]; iterator: string | null; prevIterator: string | null; done: boolean };

async function listed(query: string): Promise<List> {
  const { status, body } = await api("GET", `/api/v1/app?${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as List;
}

describe("listing applications", () => {
  async function allIds(order: string): Promise<string[]> {
    const ids: string[] = [];
    let page = await listed(`limit=2&order=${order}`);
    for (;;) {
      ids.push(...page.data.map(({ id }) => id));
      if (page.done) return ids;
      page = await listed(`limit=2&order=${order}&iterator=${page.iterator}`);
    }
  }

  it("walks every live application once, ascending by default and descending on request", async () => {
    const mine: string[] = [];
    for (let count = 0; count < 5; count++) mine.push((await anApplication()).id);
    await api("DELETE", `/api/v1/app/${mine[2]}`);
    const live = mine.filter((_, index) => index !== 2);
    const ascending = await allIds("ascending");
    expect(ascending).toEqual([...ascending].sort());
    expect(ascending.filter((id) => mine.includes(id))).toEqual([...live].sort());
    expect(await allIds("descending")).toEqual(ascending.toReversed());
  });

  it("pages backwards from the previous iterator in the same display order", async () => {
    for (let count = 0; count < 4; count++) await anApplication();
    const first = await listed("limit=2");
    const second = await listed(`limit=2&iterator=${first.iterator}`);
    const back = await listed(`limit=2&iterator=${second.prevIterator}`);
    expect(back.data).toEqual(first.data);
    expect(back.done).toBe(true);
    expect(second.prevIterator).toBe(`-${second.data[0]?.id}`);
  });

  it("keeps an iterator when done and has none when the page is empty", async () => {
    const app = await anApplication();
    const end = await listed(`iterator=${app.id}`);
    expect(end).toEqual({ data: [], iterator: null, prevIterator: null, done: true });
    const last = await listed("limit=1&order=descending");
    expect(last).toMatchObject({ iterator: last.data[0]?.id });
  });

  it.each([
    ["limit=0", "limit"],
    ["limit=251", "limit"],
    ["limit=-1", "limit"],
    ["limit=ten", "limit"],
    ["limit=", "limit"],
    ["order=sideways", "order"],
    ["iterator=nonsense", "iterator"],
    ["iterator=--app_000000000000000000000000000", "iterator"],
  ])("refuses ?%s with 422", async (query, field) => {
    const answer = await api("GET", `/api/v1/app?${query}`);
    expect(answer.status).toBe(422);
    expect(locations(answer)).toEqual([["query", field]]);
  });
});
