/** The official SDKs, unmodified, against the real server: messages, refusals, portal tokens. */
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

  it("publishes once for an event id, and once for an idempotency key", async () => {
    const app = await anApp();
    const eventId = unique("event");
    const message = { eventType: "a.b", eventId, payload: { n: 1 }, channels: ["x"], tags: ["t/1"] };
    const created = await svix.message.create(app.id, message);
    expect(created).toMatchObject({ eventType: "a.b", eventId, channels: ["x"], tags: ["t/1"] });
    expect(created.id).toMatch(/^msg_[0-9A-Za-z]{27}$/);
    expect(await sdk.refusalOf(svix.message.create(app.id, message))).toEqual({
      code: 409,
      body: { code: "conflict", detail: expect.any(String) },
    });
    const keyed = () =>
      svix.message.create(app.id, { eventType: "a.c", payload: {} }, { idempotencyKey: eventId });
    const [one, other] = [await keyed(), await keyed()];
    expect(other.id).toBe(one.id);
    expect((await svix.message.list(app.id)).data.map(({ id }) => id)).toEqual([one.id, created.id]);
    expect(await svix.message.get(app.id, eventId, { withContent: true })).toMatchObject({
      id: created.id,
      payload: { n: 1 },
    });
  });

  it("lists messages newest first, both ways, by event type, channel, tag and time, with payloads or without", async () => {
    const app = await anApp();
    const ids: string[] = [];
    for (let n = 0; n < 5; n++) {
      const { id } = await svix.message.create(app.id, {
        eventType: `type.${n % 2}`,
        payload: { n },
        channels: [`channel-${n % 3}`],
        tags: [`tag-${n % 4}`],
      });
      ids.unshift(id);
    }
    const { forth, back } = await bothWays((options) => svix.message.list(app.id, options), 2);
    expect(forth.flat().map(({ id }) => id)).toEqual(ids);
    expect(forth.map(({ length }) => length)).toEqual([2, 2, 1]);
    expect(back).toEqual(forth.slice(0, -1));
    expect(forth[0]?.[0]?.payload).toEqual(sdk.showsContent ? { n: 4 } : {});
    type Filter = Parameters<typeof svix.message.list>[1];
    const numbers = async (filter: Filter) =>
      (await svix.message.list(app.id, { ...filter, withContent: true })).data.map(
        ({ payload }) => payload.n,
      );
    expect(await numbers({ eventTypes: ["type.0"] })).toEqual([4, 2, 0]);
    expect(await numbers({ eventTypes: ["type.0", "type.1"] })).toEqual([4, 3, 2, 1, 0]);
    expect(await numbers({ channel: "channel-1" })).toEqual([4, 1]);
    expect(await numbers({ tag: "tag-0" })).toEqual([4, 0]);
    expect(await numbers({ before: new Date(Date.now() - 3_600_000) })).toEqual([]);
    expect(await numbers({ after: new Date(Date.now() - 3_600_000) })).toEqual([4, 3, 2, 1, 0]);
    const newest = ids[0] ?? "";
    expect((await svix.message.get(app.id, newest, { withContent: true })).payload).toEqual({ n: 4 });
    expect((await svix.message.get(app.id, newest)).payload).toEqual(sdk.showsContent ? { n: 4 } : {});
    expect((await svix.message.get(app.id, newest, { withContent: false })).payload).toEqual({});
  });

  it("creates the application of a message or a portal link that names it", async () => {
    const uid = unique("implicit");
    const application = { name: "Implicit", uid };
    const { id } = await svix.message.create(uid, { eventType: "a.b", payload: {}, application });
    expect((await svix.message.get(uid, id)).id).toBe(id);
    const other = unique("implicit");
    await svix.authentication.appPortalAccess(other, { application: { name: "Portal", uid: other } });
    expect((await svix.application.get(other)).name).toBe("Portal");
  });

  it("refuses with the bodies that the SDK knows", async () => {
    const app = await anApp(unique("taken"));
    const uid = app.uid ?? "";
    expect(await sdk.refusalOf(svix.application.get("app_unknown"))).toEqual(notFound);
    expect(await sdk.refusalOf(svix.endpoint.get(app.id, "none"))).toEqual(notFound);
    expect(await sdk.refusalOf(svix.message.get(app.id, "none"))).toEqual(notFound);
    expect(await sdk.refusalOf(svix.message.create("none", { eventType: "a", payload: {} }))).toEqual(
      notFound,
    );
    expect(await sdk.refusalOf(svix.application.create({ name: "Again", uid }))).toEqual({
      code: 409,
      body: { code: "conflict", detail: expect.any(String) },
    });
    const unauthenticated = sdk.client("sk_wrong", posthorn().url);
    expect(await sdk.refusalOf(unauthenticated.application.list())).toEqual({
      code: 401,
      body: { code: "authentication_failed", detail: "Invalid token" },
    });
    const issueAt = (...loc: string[]) => ({
      code: 422,
      body: { detail: [{ loc, msg: expect.any(String), type: "value_error" }] },
    });
    expect(await sdk.refusalOf(svix.application.create({ name: "" }))).toEqual(issueAt("body", "name"));
    expect(await sdk.refusalOf(svix.endpoint.create(app.id, { url: "ftp://example.com" }))).toEqual(
      issueAt("body", "url"),
    );
    const badChannel = { eventType: "a.b", payload: {}, channels: ["good", "not good"] };
    expect(await sdk.refusalOf(svix.message.create(app.id, badChannel))).toEqual(
      issueAt("body", "channels", "[1]"),
    );
    expect(await sdk.refusalOf(svix.message.list(app.id, { limit: 251 }))).toEqual(issueAt("query", "limit"));
    expect(await sdk.refusalOf(svix.message.list(app.id, { iterator: "nonsense" }))).toEqual(
      issueAt("query", "iterator"),
    );
  });

  it("lets a portal token use its own application and nothing else", async () => {
    const mine = await anApp(unique("mine"));
    const other = await anApp(unique("other"));
    const { token, url } = await svix.authentication.appPortalAccess(mine.id, {});
    expect(token).toMatch(/^appsk_[^.]+$/);
    const key = JSON.parse(Buffer.from(new URL(url).hash.replace("#key=", ""), "base64").toString());
    expect(key).toMatchObject({ appId: mine.id, token });

    const portal = sdk.client(token, posthorn().url);
    expect((await portal.application.get(mine.id)).id).toBe(mine.id);
    const endpoint = await portal.endpoint.create(mine.id, { url: "https://example.com/own" });
    expect((await portal.endpoint.list(mine.uid ?? "")).data).toEqual([endpoint]);
    expect((await portal.endpoint.getSecret(mine.id, endpoint.id)).key).toMatch(/^whsec_/);
    expect((await portal.message.list(mine.id)).data).toEqual([]);
    expect((await portal.messageAttempt.listByEndpoint(mine.id, endpoint.id)).data).toEqual([]);

    expect(await sdk.refusalOf(portal.application.get(other.id))).toEqual(notFound);
    expect(await sdk.refusalOf(portal.endpoint.list(other.uid ?? ""))).toEqual(notFound);
    const forbidden = { code: 403, body: { code: "insufficient access", detail: expect.any(String) } };
    expect(await sdk.refusalOf(portal.application.list())).toEqual(forbidden);
    expect(await sdk.refusalOf(portal.application.create({ name: "No" }))).toEqual(forbidden);
    expect(await sdk.refusalOf(portal.application.delete(mine.id))).toEqual(forbidden);
    const publish = portal.message.create(mine.id, { eventType: "a.b", payload: {} });
    expect(await sdk.refusalOf(publish)).toEqual(forbidden);
    expect(await sdk.refusalOf(portal.eventType.create({ name: unique("no"), description: "" }))).toEqual(
      forbidden,
    );
    expect(await sdk.refusalOf(portal.authentication.appPortalAccess(mine.id, {}))).toEqual(forbidden);

    await portal.authentication.logout();
    expect((await sdk.refusalOf(portal.application.get(mine.id))).code).toBe(401);
  });

  it("ends portal tokens when told to expire them all", async () => {
    const app = await anApp();
    const readOnly = await svix.authentication.appPortalAccess(app.id, {
      capabilities: ["ViewBase" as never],
      sessionId: "session-1",
    });
    const portal = sdk.client(readOnly.token, posthorn().url);
    expect((await portal.endpoint.list(app.id)).data).toEqual([]);
    const create = portal.endpoint.create(app.id, { url: "https://example.com/" });
    expect((await sdk.refusalOf(create)).code).toBe(403);
    await svix.authentication.expireAll(app.id, { sessionIds: ["session-1"] });
    await expect
      .poll(
        () =>
          portal.endpoint.list(app.id).then(
            () => 200,
            (error: { code: number }) => error.code,
          ),
        {
          timeout: 20_000,
        },
      )
      .toBe(401);
  });
});
