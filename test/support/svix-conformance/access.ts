import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, type Stage } from "./stage.ts";

const ENDED = { code: 401, body: { code: "authentication_failed", detail: "Invalid token" } };

export function accessSection(stage: Stage): void {
  const access = () => stage.svix().authentication;

  it("gives an application's people a token that reaches that application alone", async () => {
    const [own, other] = [await stage.anApp(), await stage.anApp()];
    const { token, url } = await access().appPortalAccess(own, {});
    expect(url).toMatch(/^http:\/\/.*#key=/);
    const consumer = stage.as(token);
    expect((await consumer.endpoint.create(own, { url: NOWHERE })).url).toBe(NOWHERE);
    expect(await stage.refusalOf(consumer.endpoint.list(other))).toEqual(NOT_FOUND);
    const refusal = await stage.refusalOf(consumer.application.list());
    expect(refusal).toMatchObject({ code: 403, body: { code: "insufficient access" } });
    const publishing = consumer.message.create(own, { eventType: "a", payload: {} });
    expect((await stage.refusalOf(publishing)).code).toBe(403);
  });

  it("gives no more than the capabilities it is asked for", async () => {
    const appId = await stage.anApp();
    const capabilities = ["ViewBase"] as never;
    const { token } = await access().appPortalAccess(appId, { capabilities });
    const consumer = stage.as(token);
    expect((await consumer.endpoint.list(appId)).data).toEqual([]);
    const refusal = await stage.refusalOf(consumer.endpoint.create(appId, { url: NOWHERE }));
    expect(refusal.code).toBe(403);
  });

  it("makes the application that a portal is for, and answers a repeated call with the same token", async () => {
    const uid = unique("portal");
    const idempotencyKey = unique("key");
    const ask = () =>
      access().appPortalAccess(uid, { application: { name: "Made", uid } }, { idempotencyKey });
    const first = await ask();
    expect(await ask()).toEqual(first);
    expect(await stage.svix().application.get(uid)).toMatchObject({ name: "Made" });
  });

  it("ends tokens by logout, by session and all of an application", async () => {
    const appId = await stage.anApp();
    const tokens = [];
    for (const sessionId of ["one", "two", "three"]) {
      tokens.push((await access().appPortalAccess(appId, { sessionId } as never)).token);
    }
    const [first = "", second = "", third = ""] = tokens;
    const isEnded = async (token: string) => stage.refusalOf(stage.as(token).endpoint.list(appId));
    await stage.as(first).authentication.logout();
    expect(await isEnded(first)).toEqual(ENDED);
    await access().expireAll(appId, { sessionIds: ["two"] });
    expect(await isEnded(second)).toEqual(ENDED);
    expect((await stage.as(third).endpoint.list(appId)).data).toEqual([]);
    await access().expireAll(appId, {});
    expect(await isEnded(third)).toEqual(ENDED);
  });

  it("turns away who has no valid token", async () => {
    expect(await stage.refusalOf(stage.as("sk_nobody").application.list())).toEqual(ENDED);
  });
}
