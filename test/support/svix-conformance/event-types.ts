import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, placesOf, type Stage } from "./stage.ts";

export function eventTypesSection(stage: Stage): void {
  const types = () => stage.svix().eventType;

  it("keeps every field of an event type, and its schemas where they are asked for", async () => {
    const name = unique("invoice.paid");
    const schemas = { "1": { type: "object", properties: { id: { type: "string" } } } };
    const fields = { description: "Paid", deprecated: true, schemas, groupName: "invoice" };
    const made = await types().create({ name, ...fields });
    expect(made).toMatchObject({ name, ...fields, archived: false });
    expect(await types().get(name)).toEqual(made);
    const page = await types().list({ limit: 250, withContent: true });
    expect(page.data.find((type) => type.name === name)).toEqual(made);
    const bare = (await types().list({ limit: 250, withContent: false })).data.find(
      (one) => one.name === name,
    );
    expect(bare?.schemas ?? null).toBeNull();
  });

  it("replaces by upsert, makes what is not there, and changes by patch what is given", async () => {
    const name = unique("upserted");
    expect(await types().upsert(name, { description: "Made" })).toMatchObject({ name, description: "Made" });
    expect(await types().patch(name, { deprecated: true })).toMatchObject({
      ...{ description: "Made", deprecated: true },
    });
    expect(await types().upsert(name, { description: "Again" })).toMatchObject({ deprecated: false });
  });

  it("archives by deletion, brings back by creation, and forgets for good when told to", async () => {
    const name = unique("archived");
    await types().create({ name, description: "One" });
    const taken = await stage.refusalOf(types().create({ name, description: "Two" }));
    expect(taken).toMatchObject({ code: 409, body: { code: "event_type_exists" } });
    await types().delete(name);
    const names = async (includeArchived: boolean) =>
      (await types().list({ limit: 250, includeArchived })).data.map((type) => type.name);
    expect(await names(true)).toContain(name);
    expect(await names(false)).not.toContain(name);
    expect(await types().create({ name, description: "Back" })).toMatchObject({ archived: false });
    await types().delete(name, { expunge: true });
    expect(await stage.refusalOf(types().get(name))).toEqual(NOT_FOUND);
  });

  it("refuses names that could not be in a path", async () => {
    const refusal = await stage.refusalOf(types().create({ name: "a b", description: "" }));
    expect(placesOf(refusal)).toEqual(["body.name"]);
  });

  it("imports a document, and only says what it would do when asked for that", async () => {
    const name = unique("imported");
    const schema = { type: "object" };
    const requestBody = { content: { "application/json": { schema } } };
    const spec = {
      ...{ openapi: "3.1.0", info: { title: "Hooks", version: "1" } },
      webhooks: { [name]: { post: { description: "New", requestBody } } },
    };
    const planned = await types().importOpenapi({ spec, dryRun: true });
    expect(planned.data.toModify).toMatchObject([{ name, description: "New" }]);
    expect(await stage.refusalOf(types().get(name))).toEqual(NOT_FOUND);
    const { data } = await types().importOpenapi({ specRaw: JSON.stringify(spec) });
    expect(data.modified).toEqual([name]);
    expect(await types().get(name)).toMatchObject({ description: "New", schemas: { "1": schema } });
  });
}
