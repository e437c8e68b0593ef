/** The official SDKs, unmodified, against the real server: applications, event types, endpoints, secrets. */
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, posthornForThisFile, unique } from "../support/sdk-stage.ts";
import { SVIX_SDKS, type SvixClient } from "../support/svix-sdks.ts";

const posthorn = posthornForThisFile();

describe.each(SVIX_SDKS)("$name", (sdk) => {
  let svix: SvixClient;
  const notFound = { code: 404, body: { code: "not_found", detail: "Entity not found" } };

  beforeAll(() => {
    svix = sdk.client(posthorn().key, posthorn().url);
  });

  const anApp = (uid?: string) =>
    svix.application.create({ name: "An application", ...(uid === undefined ? {} : { uid }) });
  const anEndpoint = (appId: string) => svix.endpoint.create(appId, { url: "http://127.0.0.1:9/hook" });

  it("creates, gets, changes and deletes applications, by id and by uid", async () => {
    const uid = unique("app");
    const app = await svix.application.create({
      name: "Acme",
      uid,
      throttleRate: 7,
      metadata: { plan: "gold" },
    });
    expect(app).toMatchObject({ name: "Acme", uid, throttleRate: 7, metadata: { plan: "gold" } });
    expect(app.id).toMatch(/^app_[0-9A-Za-z]{27}$/);
    expect(app.createdAt.getTime()).toBeGreaterThan(Date.now() - 60_000);
    expect(await svix.application.get(uid)).toEqual(app);
    expect(await svix.application.getOrCreate({ name: "Not this", uid })).toEqual(app);
    const changed = await svix.application.patch(uid, { name: "Acme Inc", throttleRate: null });
    expect(changed).toMatchObject({ id: app.id, uid, name: "Acme Inc", throttleRate: null });
    expect(changed.metadata).toEqual({ plan: "gold" });
    const replaced = await svix.application.upsert(uid, { name: "Acme AG", uid });
    expect(replaced).toMatchObject({ id: app.id, name: "Acme AG", metadata: {} });
    await svix.application.delete(app.id);
    expect(await sdk.refusalOf(svix.application.get(uid))).toEqual(notFound);
    const again = await svix.application.getOrCreate({ name: "New", uid });
    expect(again.id).not.toBe(app.id);
  });

  it("lists applications page by page, forwards and backwards", async () => {
    const apps = [await anApp(), await anApp(), await anApp(), await anApp(), await anApp()];
    const { forth, back } = await bothWays((options) => svix.application.list(options), 2);
    expect(back.flat()).toEqual(forth.slice(0, -1).flat());
    expect(
      forth
        .flat()
        .map(({ id }) => id)
        .slice(-apps.length),
    ).toEqual(apps.map(({ id }) => id));
  });

  it("creates, gets, changes, archives and expunges event types", async () => {
    const name = unique("invoice.paid");
    const schemas = { "1": { type: "object", properties: { id: { type: "string" } } } };
    const created = await svix.eventType.create({ name, description: "Paid", schemas, groupName: "invoice" });
    expect(created).toMatchObject({ name, description: "Paid", schemas, groupName: "invoice" });
    expect(created).toMatchObject({ archived: false, deprecated: false });
    expect(await svix.eventType.get(name)).toEqual(created);
    expect(await sdk.refusalOf(svix.eventType.create({ name, description: "" }))).toMatchObject({
      code: 409,
      body: { code: "event_type_exists", detail: expect.any(String) },
    });
    expect(await svix.eventType.patch(name, { description: "Paid in full" })).toMatchObject({
      description: "Paid in full",
      schemas,
    });
    expect(await svix.eventType.upsert(name, { description: "Settled" })).toMatchObject({
      description: "Settled",
    });
    await svix.eventType.delete(name);
    expect(await svix.eventType.get(name)).toMatchObject({ archived: true });
    expect(await svix.eventType.create({ name, description: "Back" })).toMatchObject({
      archived: false,
      description: "Back",
    });
    await svix.eventType.delete(name, { expunge: true });
    expect(await sdk.refusalOf(svix.eventType.get(name))).toEqual(notFound);
  });

  it("lists event types by name, forwards and backwards, with archived ones and schemas when asked", async () => {
    const names = Array.from({ length: 5 }, () => unique("listed")).sort();
    const schemas = { "1": { type: "object" } };
    for (const name of names) await svix.eventType.create({ name, description: "", schemas });
    const archived = names[2] ?? "";
    await svix.eventType.delete(archived);
    const { forth, back } = await bothWays((options) => svix.eventType.list(options), 2);
    const listed = forth.flat().map(({ name }) => name);
    expect(listed.filter((name) => names.includes(name))).toEqual(names.filter((name) => name !== archived));
    expect(listed).toEqual(listed.toSorted());
    expect(back.flat()).toEqual(forth.slice(0, -1).flat());
    const all = await svix.eventType.list({ limit: 250, includeArchived: true, withContent: true });
    const found = all.data.find(({ name }) => name === archived);
    expect(found).toMatchObject({ archived: true, schemas });
    const bare = await svix.eventType.list({ limit: 250, withContent: false });
    expect(bare.data.every((eventType) => eventType.schemas == null)).toBe(true);
    for (const name of names) await svix.eventType.delete(name, { expunge: true });
  });

  it("creates, gets, changes and deletes endpoints, by id and by uid", async () => {
    const app = await anApp(unique("app"));
    const appUid = app.uid ?? "";
    const uid = unique("endpoint");
    const types = [unique("a"), unique("b")];
    for (const name of types) await svix.eventType.create({ name, description: "" });
    const endpoint = await svix.endpoint.create(appUid, {
      url: "https://EXAMPLE.com",
      uid,
      description: "The first",
      throttleRate: 5,
      eventTypes: types,
      channels: ["team-1", "team:2"],
      metadata: { region: "eu" },
      headers: { "X-Custom": "yes", Authorization: "Bearer hidden" },
    });
    expect(endpoint.id).toMatch(/^ep_[0-9A-Za-z]{27}$/);
    expect(endpoint).toMatchObject({ url: "https://example.com/", uid, description: "The first" });
    expect(endpoint).toMatchObject({ throttleRate: 5, disabled: false, metadata: { region: "eu" } });
    expect(endpoint.eventTypes?.toSorted()).toEqual(types.toSorted());
    expect(endpoint.channels?.toSorted()).toEqual(["team-1", "team:2"]);
    expect(await svix.endpoint.get(app.id, uid)).toEqual(endpoint);
    expect(await svix.endpoint.getHeaders(app.id, uid)).toEqual({
      headers: { "X-Custom": "yes" },
      sensitive: ["Authorization"],
    });

    const unset = await svix.endpoint.patch(app.id, uid, {
      throttleRate: null,
      eventTypes: null,
      channels: null,
      disabled: true,
    });
    expect(unset).toMatchObject({ throttleRate: null, eventTypes: null, channels: null, disabled: true });
    expect(unset).toMatchObject({ uid, description: "The first", metadata: { region: "eu" } });
    expect((await svix.endpoint.patch(app.id, endpoint.id, { uid: null })).uid).toBeNull();
    expect(await sdk.refusalOf(svix.endpoint.get(app.id, uid))).toEqual(notFound);

    const replaced = await svix.endpoint.upsert(app.id, endpoint.id, { url: "https://example.org/a" });
    expect(replaced).toMatchObject({ id: endpoint.id, url: "https://example.org/a", description: "" });
    await svix.endpoint.delete(app.id, endpoint.id);
    expect(await sdk.refusalOf(svix.endpoint.get(app.id, endpoint.id))).toEqual(notFound);
  });

  it("sets, changes and removes an endpoint's headers, and shows no sensitive value", async () => {
    const app = await anApp();
    const { id } = await anEndpoint(app.id);
    await svix.endpoint.setHeaders(app.id, id, { headers: { "X-One": "1", "X-Two": "2", "X-API-Key": "k" } });
    expect(await svix.endpoint.getHeaders(app.id, id)).toEqual({
      headers: { "X-One": "1", "X-Two": "2" },
      sensitive: ["X-API-Key"],
    });
    await svix.endpoint.patchHeaders(app.id, id, { headers: { "X-Two": "two" }, deleteHeaders: ["X-One"] });
    expect((await svix.endpoint.getHeaders(app.id, id)).headers).toEqual({ "X-Two": "two" });
    const forbidden = svix.endpoint.setHeaders(app.id, id, { headers: { "Content-Length": "3" } });
    expect((await sdk.refusalOf(forbidden)).code).toBe(422);
  });

  it("lists endpoints newest first, forwards and backwards", async () => {
    const app = await anApp();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) ids.unshift((await anEndpoint(app.id)).id);
    const { forth, back } = await bothWays((options) => svix.endpoint.list(app.id, options), 2);
    expect(forth.map((page) => page.map(({ id }) => id))).toEqual([
      ids.slice(0, 2),
      ids.slice(2, 4),
      ids.slice(4),
    ]);
    expect(back).toEqual(forth.slice(0, -1));
    const ordered = await svix.endpoint.list(app.id, { order: "ascending" as never });
    expect(ordered.data.map(({ id }) => id)).toEqual(ids.toReversed());
    expect(ordered.done).toBe(true);
    expect(ordered.iterator).toBe(ids[0]);
  });

  it("gets, sets and rotates secrets", async () => {
    const app = await anApp();
    const { id } = await anEndpoint(app.id);
    const { key: first } = await svix.endpoint.getSecret(app.id, id);
    expect(first).toMatch(/^whsec_[0-9A-Za-z+/]{32}$/);
    await svix.endpoint.rotateSecret(app.id, id, {});
    const { key: second } = await svix.endpoint.getSecret(app.id, id);
    expect(second).not.toBe(first);
    const chosen = `whsec_${Buffer.alloc(32, sdk.name).toString("base64")}`;
    await svix.endpoint.rotateSecret(app.id, id, { key: chosen });
    expect(await svix.endpoint.getSecret(app.id, id)).toEqual({ key: chosen });
    const bad = svix.endpoint.rotateSecret(app.id, id, { key: "whsec_short" });
    expect((await sdk.refusalOf(bad)).code).toBe(422);
  });
});
