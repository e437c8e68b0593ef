import { Ordering } from "svix";
import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, placesOf, type Stage } from "./stage.ts";

export function applicationsSection(stage: Stage): void {
  const apps = () => stage.svix().application;

  it("keeps every field of an application, and answers with them whichever way it is asked", async () => {
    const uid = unique("acme");
    const app = await apps().create({ name: "Acme", uid, throttleRate: 9, metadata: { a: "1", b: "2" } });
    expect(app).toMatchObject({ name: "Acme", uid, throttleRate: 9, metadata: { a: "1", b: "2" } });
    expect(app.createdAt).toBeInstanceOf(Date);
    expect(await apps().get(app.id)).toEqual(app);
    expect(await apps().get(uid)).toEqual(app);
  });

  it("gives the stored application to who asks for it or a new one, and ignores what it would be", async () => {
    const uid = unique("twice");
    const app = await apps().getOrCreate({ name: "First", uid });
    expect(await apps().getOrCreate({ name: "Second", uid, metadata: { a: "1" } })).toEqual(app);
  });

  it("refuses a taken uid with 409, and names with 422 that cannot be", async () => {
    const uid = unique("taken");
    await apps().create({ name: "First", uid });
    const refusal = await stage.refusalOf(apps().create({ name: "Second", uid }));
    expect(refusal).toMatchObject({ code: 409, body: { code: "conflict" } });
    const wrong = { ...{ name: "", uid: "app_mine", throttleRate: 0 }, metadata: { big: "x".repeat(5000) } };
    expect(placesOf(await stage.refusalOf(apps().create(wrong))).toSorted()).toEqual([
      "body.metadata",
      "body.name",
      "body.throttleRate",
      "body.uid",
    ]);
  });

  it("replaces everything by upsert and makes what is not there, under an id of its own", async () => {
    const uid = unique("upsert");
    const made = await apps().upsert(uid, { name: "Made" });
    expect(made).toMatchObject({ name: "Made" });
    expect(made.uid ?? null).toBeNull();
    const replaced = await apps().upsert(made.id, { name: "Replaced", uid, metadata: { a: "1" } });
    expect(replaced).toMatchObject({ id: made.id, name: "Replaced", uid, metadata: { a: "1" } });
    expect(await apps().upsert(uid, { name: "Bare" })).toMatchObject({ id: made.id, metadata: {} });
  });

  it("changes by patch what is given, unsets what is null, and leaves the rest", async () => {
    const uid = unique("patch");
    const { id } = await apps().create({ name: "Acme", uid, throttleRate: 5, metadata: { a: "1" } });
    expect(await apps().patch(id, { throttleRate: null })).toMatchObject({
      ...{ name: "Acme", uid, throttleRate: null },
      metadata: { a: "1" },
    });
    const bare = await apps().patch(id, { uid: null, metadata: { b: "2" } });
    expect(bare).toMatchObject({ uid: null, metadata: { b: "2" } });
    expect(await stage.refusalOf(apps().get(uid))).toEqual(NOT_FOUND);
  });

  it("frees the uid of what is deleted", async () => {
    const uid = unique("again");
    const { id } = await apps().create({ name: "Gone", uid });
    expect(await apps().delete(uid)).toBeFalsy();
    expect(await stage.refusalOf(apps().get(id))).toEqual(NOT_FOUND);
    expect(await stage.refusalOf(apps().delete(id))).toEqual(NOT_FOUND);
    expect((await apps().create({ name: "Again", uid })).id).not.toBe(id);
  });

  it("lists in either order, page by page, and leaves out who has no endpoint", async () => {
    const [first, second] = [await stage.anApp(), await stage.anApp()];
    await stage.svix().endpoint.create(second, { url: NOWHERE });
    const newest = await apps().list({ limit: 2, order: Ordering.Descending });
    expect(newest.data.map(({ id }) => id)).toEqual([second, first]);
    expect(newest).toMatchObject({ done: false, iterator: first, prevIterator: `-${second}` });
    const before = await apps().list({ limit: 250, order: Ordering.Ascending, iterator: first });
    expect(before.data.map(({ id }) => id)).toEqual([second]);
    if (stage.generation.isOlder) return;
    const busy = await apps().list({
      limit: 1,
      order: Ordering.Descending,
      excludeAppsWithNoEndpoints: true,
    });
    expect(busy.data.map(({ id }) => id)).toEqual([second]);
    expect(placesOf(await stage.refusalOf(apps().list({ limit: 251 })))).toEqual(["query.limit"]);
    expect(placesOf(await stage.refusalOf(apps().list({ iterator: "app_x" })))).toEqual(["query.iterator"]);
  });
}
