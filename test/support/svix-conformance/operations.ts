import { ConnectorKind } from "svix";
import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, type Stage } from "./stage.ts";

const CODE = "function handler(webhook) { return webhook; }";

export function operationsSection(stage: Stage): void {
  const operations = () => stage.svix().operations;

  it("manages operational endpoints", async () => {
    const { endpoint } = operations();
    const uid = unique("op");
    const eventTypes = ["endpoint.disabled"];
    const made = await endpoint.create({ url: NOWHERE, uid, eventTypes, description: "Ours" });
    expect(made).toMatchObject({ uid, url: NOWHERE, description: "Ours" });
    expect((await endpoint.list({ limit: 250 })).data.map(({ id }) => id)).toContain(made.id);
    expect(await endpoint.upsert(uid, { url: NOWHERE, uid, disabled: true })).toMatchObject({
      ...{ id: made.id, disabled: true, description: "" },
    });
    expect(await endpoint.get(uid)).toMatchObject({ id: made.id });
    const { key } = await endpoint.getSecret(uid);
    expect(await endpoint.rotateSecret(uid, {})).toBeFalsy();
    expect((await endpoint.getSecret(uid)).key).not.toBe(key);
    await endpoint.setHeaders(uid, { headers: { "X-One": "1" } });
    expect(await endpoint.getHeaders(uid)).toMatchObject({ headers: { "X-One": "1" }, sensitive: [] });
    await endpoint.delete(uid);
    expect(await stage.refusalOf(endpoint.get(made.id))).toEqual(NOT_FOUND);
  });

  it("manages integrations, whose keys reach their application alone", async () => {
    const { integration } = operations();
    const appId = await stage.anApp();
    const made = await integration.create(appId, { name: "Zapier" });
    expect((await integration.list(appId)).data.map(({ id }) => id)).toEqual([made.id]);
    expect(await integration.update(appId, made.id, { name: "Renamed" })).toMatchObject({ name: "Renamed" });
    expect(await integration.get(appId, made.id)).toMatchObject({ id: made.id, name: "Renamed" });
    const { key } = await integration.rotateKey(appId, made.id);
    expect((await stage.as(key).endpoint.list(appId)).data).toEqual([]);
    await integration.delete(appId, made.id);
    expect((await stage.refusalOf(stage.as(key).endpoint.list(appId))).code).toBe(401);
  });

  it("manages connectors, and exports and imports them with the event types", async () => {
    const { connector, environment } = operations();
    const fields = { name: unique("Slack"), kind: ConnectorKind.Slack, transformation: CODE };
    const made = await connector.create(fields);
    expect(made).toMatchObject(fields);
    expect((await connector.list({ limit: 250 })).data.map(({ id }) => id)).toContain(made.id);
    expect(await connector.patch(made.id, { description: "Ours" })).toMatchObject({ description: "Ours" });
    expect(await connector.upsert(made.id, { ...fields, name: "Other" })).toMatchObject({ name: "Other" });
    expect(await connector.get(made.id)).toMatchObject({ id: made.id, name: "Other" });
    const name = unique("exported");
    await stage.svix().eventType.create({ name, description: "Kept" });
    const document = await environment.export();
    expect(document.version).toBe(1);
    expect(document.eventTypes.map((type) => type.name)).toContain(name);
    expect(document.connectors.map(({ id }) => id)).toContain(made.id);
    await connector.delete(made.id);
    await stage.svix().eventType.delete(name, { expunge: true });
    const eventTypes = document.eventTypes.filter((type) => type.name === name);
    expect(await environment.import({ eventTypes })).toBeFalsy();
    expect(await stage.svix().eventType.get(name)).toMatchObject({ description: "Kept" });
  });

  it("says that it is well", async () => {
    await stage.svix().health.get();
  });
}
