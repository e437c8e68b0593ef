import { expect, it } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, NOWHERE, placesOf, type Stage } from "./stage.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const GONE = { expired: true };

export function messagesSection(stage: Stage): void {
  const messages = () => stage.svix().message;

  it("keeps every field of a message, and its payload byte for byte", async () => {
    const appId = await stage.anApp();
    const payload = { nested: { list: [1, "two", null] }, text: "ünï" };
    const fields = { eventType: "a.b", eventId: unique("event"), channels: ["eu", "a:b+c"], tags: ["t/1#x"] };
    const made = await messages().create(appId, { ...fields, payload }, {});
    expect(made).toMatchObject(fields);
    expect(made.id).toMatch(/^msg_[0-9A-Za-z]{27}$/);
    for (const id of [made.id, fields.eventId]) {
      expect(await messages().get(appId, id, { withContent: true })).toMatchObject({ ...fields, payload });
    }
    expect((await messages().get(appId, made.id, { withContent: false })).payload).toEqual({});
  });

  it("publishes once for an event id and once for an idempotency key", async () => {
    const appId = await stage.anApp();
    const eventId = unique("event");
    const first = await messages().create(appId, { eventType: "a", eventId, payload: {} });
    const again = messages().create(appId, { eventType: "a", eventId, payload: {} });
    expect(await stage.refusalOf(again)).toMatchObject({ code: 409, body: { code: "conflict" } });
    const keyed = () =>
      messages().create(appId, { eventType: "a", payload: {} }, { idempotencyKey: eventId });
    const [one, other] = [await keyed(), await keyed()];
    expect(other.id).toBe(one.id);
    expect((await messages().list(appId)).data.map(({ id }) => id)).toEqual([one.id, first.id]);
  });

  it("makes the application that comes with its first message", async () => {
    const uid = unique("born");
    const message = { eventType: "a", payload: {} };
    expect(await stage.refusalOf(messages().create(uid, message))).toEqual(NOT_FOUND);
    await messages().create(uid, { ...message, application: { name: "Born", uid, metadata: { a: "1" } } });
    expect(await stage.svix().application.get(uid)).toMatchObject({ name: "Born", metadata: { a: "1" } });
    const other = messages().create(unique("born"), { ...message, application: { name: "Born", uid } });
    expect(placesOf(await stage.refusalOf(other))).toEqual(["body.application.uid"]);
  });

  it("delays a message by a minute to a day, and refuses any other delay", async () => {
    const appId = await stage.anApp();
    const endpoint = await stage.svix().endpoint.create(appId, { url: NOWHERE });
    const at = (aheadMs: number) => new Date(Date.now() + aheadMs);
    const delayed = (deliverAt: Date) =>
      messages().create(appId, { eventType: "a", payload: {}, deliverAt } as never);
    const deliverAt = at(2 * MINUTE_MS);
    const { id } = await delayed(deliverAt);
    const { data } = await stage.svix().messageAttempt.listAttemptedMessages(appId, endpoint.id);
    expect(data).toMatchObject([{ id, status: 1, nextAttempt: deliverAt }]);
    for (const wrong of [at(MINUTE_MS / 2), at(25 * HOUR_MS)]) {
      expect(placesOf(await stage.refusalOf(delayed(wrong)))).toEqual(["body.deliverAt"]);
    }
  });

  it("keeps payloads for days or hours, not for both", async () => {
    const appId = await stage.anApp();
    const message = { eventType: "a", payload: {} };
    await messages().create(appId, { ...message, payloadRetentionPeriod: 1 });
    await messages().create(appId, { ...message, payloadRetentionHours: 1 });
    const both = { payloadRetentionPeriod: 1, payloadRetentionHours: 1 };
    const refusal = await stage.refusalOf(messages().create(appId, { ...message, ...both }));
    expect(placesOf(refusal)).toEqual(["body.payloadRetentionHours"]);
    const tooLong = messages().create(appId, { ...message, payloadRetentionPeriod: 91 });
    expect(placesOf(await stage.refusalOf(tooLong))).toEqual(["body.payloadRetentionPeriod"]);
  });

  it("filters lists by type, channel, tag and time", async () => {
    const appId = await stage.anApp();
    const publish = (n: number) =>
      messages().create(appId, {
        ...{ eventType: `type.${n % 2}`, payload: { n } },
        ...{ channels: [`channel-${n % 3}`], tags: [`tag-${n}`] },
      });
    const made = [await publish(0), await publish(1), await publish(2), await publish(3)];
    const found = async (options: Parameters<ReturnType<typeof messages>["list"]>[1]) =>
      (await messages().list(appId, { withContent: true, ...options })).data.map(({ payload }) => payload.n);
    expect(await found({})).toEqual([3, 2, 1, 0]);
    expect(await found({ eventTypes: ["type.1", "type.none"] })).toEqual([3, 1]);
    expect(await found({ channel: "channel-0" })).toEqual([3, 0]);
    expect(await found({ tag: "tag-2" })).toEqual([2]);
    expect(await found({ before: made[0]?.timestamp ?? null } as never)).toEqual([]);
    expect(await found({ after: made[0]?.timestamp ?? null } as never)).toEqual([3, 2, 1, 0]);
    expect(await found({ after: new Date(Date.now() + HOUR_MS) })).toEqual([]);
    expect(await found({ limit: 2, iterator: made[2]?.id ?? null } as never)).toEqual([1, 0]);
  });

  it("tells before whether anybody would get a message", async () => {
    const appId = await stage.anApp();
    const check = async (channels: string[]) =>
      (await messages().precheck(appId, { eventType: "a.b", channels })).active;
    expect(await check(["eu"])).toBe(false);
    await stage.svix().endpoint.create(appId, { url: NOWHERE, channels: ["eu"] });
    expect([await check(["eu"]), await check(["us"])]).toEqual([true, false]);
  });

  it("forgets payloads, one or many", async () => {
    const appId = await stage.anApp();
    const publish = () => messages().create(appId, { eventType: "a", payload: { secret: 1 } });
    const [one, two, three] = [await publish(), await publish(), await publish()];
    const payloadOf = async (id: string) =>
      (await messages().get(appId, id, { withContent: true })).payload as unknown;
    expect(await messages().expungeContent(appId, one.id)).toBeFalsy();
    expect(await payloadOf(one.id)).toEqual(GONE);
    expect(await stage.refusalOf(messages().expungeContent(appId, "none-such"))).toEqual(NOT_FOUND);
    const { bulkExpungeContent } = messages();
    if (bulkExpungeContent === null) return;
    const ids = [two.id, "none-such"];
    const { results } = await bulkExpungeContent.call(messages(), appId, { ids });
    expect(results).toEqual({ [two.id]: "expunged", "none-such": "not-found" });
    expect([await payloadOf(two.id), await payloadOf(three.id)]).toEqual([GONE, { secret: 1 }]);
  });
}
