/** The official SDKs, unmodified, against the real server: operational webhooks, integrations, connectors, environment. */
import { ConnectorKind } from "svix";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, putPolicy, unique } from "../support/sdk-stage.ts";
import { newerOperations, type OperationsClient, olderOperations } from "../support/svix-operations.ts";
import { SVIX_SDKS, type SvixClient } from "../support/svix-sdks.ts";

const posthorn = posthornForThisFile();
const CODE = "function handler(webhook) { return webhook; }";

describe.each(SVIX_SDKS)("$name", (sdk) => {
  let svix: SvixClient;
  let operations: OperationsClient;
  let receiver: Receiver;

  beforeAll(async () => {
    const { key, url } = posthorn();
    svix = sdk.client(key, url);
    operations = (sdk.showsContent ? olderOperations : newerOperations)(key, url);
    receiver = await startReceiver();
  });
  afterAll(() => receiver.close());
  beforeEach(async () => {
    const { data } = await operations.endpoint.list();
    for (const { id } of data) await operations.endpoint.delete(id);
  });

  it("is told of an endpoint's life and of a message that is given up, and verifies what it is told", async () => {
    const { endpoint } = operations;
    const told = receiver.requests.length;
    const eventTypes = ["endpoint.created", "endpoint.disabled", "message.attempt.exhausted"];
    const { id } = await endpoint.create({ url: `${receiver.url}told`, eventTypes });
    const app = await svix.application.create({ name: "Told of", uid: unique("told-of") });
    await putPolicy(posthorn(), `app/${app.id}`, { retrySchedule: [] });
    receiver.behave(({ path }) => ({ status: path === "/told" ? 204 : 410 }));
    const theirs = await svix.endpoint.create(app.id, { url: `${receiver.url}gone` });
    const { id: msgId } = await svix.message.create(app.id, { eventType: "a.b", payload: {} });
    const about = (requests: Receiver["requests"]) =>
      requests.slice(told).filter(({ path }) => path === "/told");
    await expect.poll(() => about(receiver.requests).length, { timeout: 20_000 }).toBe(3);

    const { key } = await endpoint.getSecret(id);
    const bodies = about(receiver.requests).map(({ body, headers }) => {
      const names = ["svix-id", "svix-timestamp", "svix-signature"];
      const signed = Object.fromEntries(names.map((name) => [name, String(headers[name])]));
      sdk.verify(key, body.toString(), signed);
      return JSON.parse(body.toString());
    });
    const ofApp = { appId: app.id, appUid: app.uid, endpointId: theirs.id };
    expect(bodies).toEqual(
      expect.arrayContaining([
        { type: "endpoint.created", data: expect.objectContaining(ofApp) },
        {
          type: "endpoint.disabled",
          data: expect.objectContaining({ ...ofApp, trigger: "automatic" }),
        },
        {
          type: "message.attempt.exhausted",
          data: expect.objectContaining({
            ...ofApp,
            msgId,
            lastAttempt: expect.objectContaining({ responseStatusCode: 410 }),
          }),
        },
      ]),
    );
    expect((await svix.endpoint.get(app.id, theirs.id)).disabled).toBe(true);
    const { data } = await svix.application.list({ limit: 250 });
    expect(data.every(({ name }) => !name.includes("Operational"))).toBe(true);
  });

  it("manages operational endpoints like any others", async () => {
    const { endpoint } = operations;
    const uid = unique("op");
    const created = await endpoint.create({ url: receiver.url, uid, metadata: { a: "1" } });
    expect(created).toMatchObject({ uid, disabled: false, metadata: { a: "1" } });
    expect((await endpoint.get(uid)).id).toBe(created.id);
    const replaced = await endpoint.upsert(uid, { url: receiver.url, uid, disabled: true });
    expect(replaced).toMatchObject({ id: created.id, disabled: true, metadata: {} });
    const { key } = await endpoint.getSecret(uid);
    await endpoint.rotateSecret(uid, {});
    expect((await endpoint.getSecret(uid)).key).not.toBe(key);
    await endpoint.setHeaders(uid, { headers: { "X-Ours": "1", Authorization: "Bearer x" } });
    expect(await endpoint.getHeaders(uid)).toEqual({
      headers: { "X-Ours": "1" },
      sensitive: ["Authorization"],
    });
    expect((await endpoint.list()).data.map(({ id }) => id)).toEqual([created.id]);
    await endpoint.delete(uid);
    expect((await sdk.refusalOf(endpoint.get(uid))).code).toBe(404);
  });

  it("gives a consumer's programs a key to its endpoints, and takes it back", async () => {
    const { integration } = operations;
    const app = await svix.application.create({ name: "Integrated" });
    const made = await integration.create(app.id, { name: "Zapier" });
    expect((await integration.list(app.id)).data).toEqual([made]);
    expect(await integration.update(app.id, made.id, { name: "n8n" })).toMatchObject({ name: "n8n" });
    const { key } = await integration.rotateKey(app.id, made.id);
    if (integration.getKey !== null) {
      expect(await integration.getKey(app.id, made.id)).toEqual({ key });
    }
    const program = sdk.client(key, posthorn().url);
    const endpoint = await program.endpoint.create(app.id, { url: receiver.url });
    expect((await program.endpoint.getSecret(app.id, endpoint.id)).key).toMatch(/^whsec_/);
    const publish = program.message.create(app.id, { eventType: "a.b", payload: {} });
    expect((await sdk.refusalOf(publish)).code).toBe(403);
    await integration.delete(app.id, made.id);
    await expect
      .poll(
        () =>
          sdk.refusalOf(program.endpoint.list(app.id)).then(
            ({ code }) => code,
            () => 200,
          ),
        {
          timeout: 20_000,
        },
      )
      .toBe(401);
  });

  it("keeps connectors", async () => {
    const { connector } = operations;
    const uid = unique(sdk.showsContent ? "slack-old" : "slack-new");
    const made = await connector.create({
      name: "Slack",
      uid,
      kind: ConnectorKind.Slack,
      transformation: CODE,
    });
    expect(made).toMatchObject({ uid, kind: "Slack", productType: "Dispatch", transformation: CODE });
    expect((await connector.get(uid)).id).toBe(made.id);
    expect(await connector.patch(uid, { description: "to Slack" })).toMatchObject({
      description: "to Slack",
    });
    expect(
      await connector.upsert(uid, { name: "Teams", kind: ConnectorKind.Teams, transformation: CODE }),
    ).toMatchObject({
      id: made.id,
      uid,
      name: "Teams",
      description: "",
    });
    expect((await connector.list({ limit: 250 })).data.map(({ id }) => id)).toContain(made.id);
    await connector.delete(made.id);
    expect((await sdk.refusalOf(connector.get(uid))).code).toBe(404);
  });

  it("takes a deployment's configuration out and in again", async () => {
    const { environment } = operations;
    const name = unique(sdk.showsContent ? "type.old" : "type.new");
    await environment.import({
      eventTypes: [{ name, description: "imported", schemas: { "1": { type: "object" } } }],
      settings: { displayName: "Ours" },
      connectors: [{ name, transformation: CODE }],
    });
    const exported = await environment.export();
    expect(exported).toMatchObject({ version: 1, settings: { displayName: "Ours" } });
    expect(exported.eventTypes.find((type) => type.name === name)).toMatchObject({ description: "imported" });
    expect(exported.connectors.find((connector) => connector.name === name)).toMatchObject({
      transformation: CODE,
    });
    expect((await svix.eventType.get(name)).schemas).toEqual({ "1": { type: "object" } });
  });
});
