import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, placesOf, type Stage } from "./stage.ts";

const SHOWN_WITHIN = { timeout: 20_000, interval: 50 };
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const CODE = "function handler(webhook) { return webhook; }";

export function endpointsSection(stage: Stage): void {
  const endpoints = () => stage.svix().endpoint;

  async function aType(): Promise<string> {
    const name = unique("type.of.endpoints");
    await stage.svix().eventType.create({ name, description: "" });
    return name;
  }

  it("keeps every field of an endpoint", async () => {
    const appId = await stage.anApp();
    const [uid, type] = [unique("ep"), await aType()];
    const fields = { uid, description: "Ours", throttleRate: 3, disabled: true, metadata: { a: "1" } };
    const filter = { eventTypes: [type], channels: ["eu", "us:1+a"] };
    const url = "http://127.0.0.1:9";
    const made = await endpoints().create(appId, { url, ...fields, ...filter, secret: SECRET });
    expect(made).toMatchObject({ ...fields, ...filter, url: `${url}/` });
    expect(made.id).toMatch(/^ep_[0-9A-Za-z]{27}$/);
    expect(await endpoints().get(appId, uid)).toEqual(made);
    expect(await endpoints().getSecret(appId, uid)).toEqual({ key: SECRET });
    expect((await endpoints().list(appId)).data).toEqual([made]);
  });

  it("refuses with 422 what no endpoint can be", async () => {
    const appId = await stage.anApp();
    const places = async (fields: Partial<Parameters<ReturnType<typeof endpoints>["create"]>[1]>) =>
      placesOf(await stage.refusalOf(endpoints().create(appId, { url: NOWHERE, ...fields })));
    expect(await places({ url: "ftp://a.example/" })).toEqual(["body.url"]);
    expect(await places({ secret: "whsec_short" })).toEqual(["body.secret"]);
    expect(await places({ uid: "ep_mine" })).toEqual(["body.uid"]);
    expect(await places({ channels: [] })).toEqual(["body.channels"]);
    // As the caller wrote it: older SDKs send it under the name of before.
    const listName = stage.generation.isOlder ? "filterTypes" : "eventTypes";
    expect(await places({ eventTypes: [] })).toEqual([`body.${listName}`]);
    if (!stage.generation.isOlder)
      expect(await places({ headers: { "svix-id": "1" } })).toEqual(["body.headers"]);
  });

  it("replaces by upsert, makes what is not there, and changes by patch what is given", async () => {
    const appId = await stage.anApp();
    const uid = unique("ep");
    const made = await endpoints().upsert(appId, uid, { url: NOWHERE, uid, description: "Made" });
    const patched = await endpoints().patch(appId, uid, { disabled: true, metadata: { a: "1" } });
    expect(patched).toMatchObject({ id: made.id, description: "Made", disabled: true, metadata: { a: "1" } });
    const replaced = await endpoints().upsert(appId, uid, { url: NOWHERE, uid });
    expect(replaced).toMatchObject({ id: made.id, description: "", disabled: false, metadata: {} });
    await endpoints().delete(appId, uid);
    expect(await stage.refusalOf(endpoints().get(appId, made.id))).toEqual(NOT_FOUND);
  });

  it("makes one endpoint for an idempotency key, however often it is asked", async () => {
    const appId = await stage.anApp();
    const idempotencyKey = unique("key");
    const make = () => endpoints().create(appId, { url: NOWHERE }, { idempotencyKey });
    const [first, second] = [await make(), await make()];
    expect(second).toEqual(first);
    expect((await endpoints().list(appId)).data.map(({ id }) => id)).toEqual([first.id]);
  });

  it("rotates secrets, to one of its own or a given one", async () => {
    const appId = await stage.anApp();
    const { id } = await endpoints().create(appId, { url: NOWHERE });
    const { key } = await endpoints().getSecret(appId, id);
    expect(key).toMatch(/^whsec_/);
    expect(await endpoints().rotateSecret(appId, id, {})).toBeFalsy();
    expect((await endpoints().getSecret(appId, id)).key).not.toBe(key);
    await endpoints().rotateSecret(appId, id, { key: SECRET });
    expect(await endpoints().getSecret(appId, id)).toEqual({ key: SECRET });
  });

  it("sets, changes and removes headers, and shows of sensitive ones the name alone", async () => {
    const appId = await stage.anApp();
    const { id } = await endpoints().create(appId, { url: NOWHERE });
    const headers = { "X-One": "1", "X-Two": "2", Authorization: "Bearer secret" };
    expect(await endpoints().setHeaders(appId, id, { headers })).toBeFalsy();
    expect(await endpoints().getHeaders(appId, id)).toEqual({
      headers: { "X-One": "1", "X-Two": "2" },
      sensitive: ["Authorization"],
    });
    await endpoints().patchHeaders(appId, id, { headers: { "X-Three": "3" }, deleteHeaders: ["X-One"] });
    await endpoints().patchHeaders(appId, id, { headers: { Authorization: null } as never });
    expect(await endpoints().getHeaders(appId, id)).toMatchObject({
      headers: { "X-Two": "2", "X-Three": "3" },
    });
    const refusal = await stage.refusalOf(endpoints().setHeaders(appId, id, { headers: { Host: "a" } }));
    expect(placesOf(refusal)).toEqual(["body.headers"]);
  });

  it("has no transformation, and says that it takes none", async () => {
    const appId = await stage.anApp();
    const { id } = await endpoints().create(appId, { url: NOWHERE });
    expect(await endpoints().transformation.get(appId, id)).toMatchObject({ enabled: false });
    expect(await endpoints().transformation.patch(appId, id, { enabled: false })).toBeFalsy();
    const refusal = await stage.refusalOf(
      endpoints().transformation.patch(appId, id, { code: CODE, enabled: true }),
    );
    // Of failures the SDKs leave the body as it came.
    expect(refusal).toEqual({ code: 501, body: expect.stringContaining("not_implemented") });
  });

  it("sends an example to the endpoint alone, and counts it", async () => {
    const appId = await stage.anApp();
    const name = unique("type.of.examples");
    const schemas = { "1": { examples: [{ n: 1 }, { n: 2 }] } };
    await stage.svix().eventType.create({ name, description: "", schemas });
    const path = unique("example");
    const { id } = await endpoints().create(appId, { url: stage.receiver().url + path, channels: ["none"] });
    await endpoints().create(appId, { url: `${stage.receiver().url}${path}-other` });
    const sent = await endpoints().sendExample(appId, id, { eventType: name, exampleIndex: 1 });
    expect(sent).toMatchObject({ eventType: name, payload: { n: 2 } });
    const got = () => stage.receiver().requests.filter((request) => request.path.startsWith(`/${path}`));
    await expect
      .poll(() => got().map(({ path, body }) => path + body.toString()), SHOWN_WITHIN)
      .toEqual([`/${path}{"n":2}`]);
    await expect
      .poll(() => endpoints().getStats(appId, id), SHOWN_WITHIN)
      .toEqual({
        ...{ success: 1, pending: 0, sending: 0 },
        ...{ fail: 0, canceled: 0 },
      });
  });
}
