/** The official SDKs, unmodified, against the real server and real receivers: deliveries, attempts, resends, secrets. */
import { Webhook } from "standardwebhooks";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { type ReceivedRequest, type Receiver, startReceiver } from "../support/receiver.ts";
import { bothWays, posthornForThisFile, putPolicy, unique } from "../support/sdk-stage.ts";
import { SVIX_SDKS, type SvixClient, type SvixSdk } from "../support/svix-sdks.ts";

const posthorn = posthornForThisFile();
const SHOWN_WITHIN = { timeout: 20_000, interval: 50 };
const HOUR_MS = 3_600_000;

const receivers: Receiver[] = [];
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close();
});

async function aReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

function textHeaders({ headers }: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** The official verifier of the specification knows the unbranded names only. */
function unbranded(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.replace(/^svix-/, "webhook-"), value]),
  );
}

/** Whether the SDK, and the specification's own library, take the request for genuine; they must agree. */
function isGenuine(sdk: SvixSdk, secret: string, request: ReceivedRequest): boolean {
  const body = request.body.toString();
  const headers = textHeaders(request);
  const accepts = (check: () => unknown) => {
    try {
      check();
      return true;
    } catch {
      return false;
    }
  };
  const bySdk = accepts(() => sdk.verify(secret, body, headers));
  expect(accepts(() => new Webhook(secret).verify(body, unbranded(headers)))).toBe(bySdk);
  return bySdk;
}

describe.each(SVIX_SDKS)("$name", (sdk) => {
  let svix: SvixClient;

  beforeAll(() => {
    svix = sdk.client(posthorn().key, posthorn().url);
  });

  async function anApp(policy: object): Promise<string> {
    const { id } = await svix.application.create({ name: "An application", uid: unique("app") });
    await putPolicy(posthorn(), `app/${id}`, policy);
    return id;
  }

  const secretOf = async (appId: string, endpointId: string) =>
    (await svix.endpoint.getSecret(appId, endpointId)).key;

  /** A message that failed for good at one endpoint and arrived at the other, and one that arrived at both. */
  async function aHistory() {
    const appId = await anApp({ retrySchedule: [], jitter: false });
    const [good, bad] = [await aReceiver(), await aReceiver()];
    bad.behave((_, index) => (index === 0 ? { status: 503, body: "not now" } : { body: "thanks" }));
    const goodId = (await svix.endpoint.create(appId, { url: good.url, uid: "good" })).id;
    const badId = (await svix.endpoint.create(appId, { url: bad.url, uid: "bad" })).id;
    const failed = await svix.message.create(appId, {
      eventType: "order.created",
      eventId: "order-1",
      payload: { n: 1 },
      channels: ["eu"],
      tags: ["first"],
    });
    await bad.waitFor(1);
    const fine = await svix.message.create(appId, { eventType: "order.paid", payload: { n: 2 } });
    await Promise.all([good.waitFor(2), bad.waitFor(2)]);
    const recorded = async (id: string) => (await svix.messageAttempt.listByEndpoint(appId, id)).data.length;
    await expect
      .poll(async () => [await recorded(goodId), await recorded(badId)], SHOWN_WITHIN)
      .toEqual([2, 2]);
    return { appId, good, bad, goodId, badId, failed, fine };
  }

  it.each(["standard", "svix"])(
    "verifies every delivery in the dialect %s, and nothing else",
    async (dialect) => {
      const appId = await anApp({ dialect });
      const receiver = await aReceiver();
      const { id } = await svix.endpoint.create(appId, {
        url: receiver.url,
        headers: { "X-Tenant": "acme" },
      });
      const payloads = [{ n: 1 }, { text: "Grüße 👋 \u2028", nested: { list: [1, [2]] } }, {}];
      const messages = [];
      for (const payload of payloads)
        messages.push(await svix.message.create(appId, { eventType: "a.b", payload }));
      const secret = await secretOf(appId, id);
      const requests = await receiver.waitFor(payloads.length);
      const prefix = dialect === "svix" ? "svix" : "webhook";
      for (const request of requests) {
        expect(isGenuine(sdk, secret, request)).toBe(true);
        expect(isGenuine(sdk, secret, { ...request, body: Buffer.from('{"forged":1}') })).toBe(false);
        expect(isGenuine(sdk, `whsec_${Buffer.alloc(24).toString("base64")}`, request)).toBe(false);
        expect(request).toMatchObject({ method: "POST", path: "/" });
        expect(request.headers).toMatchObject({ "content-type": "application/json", "x-tenant": "acme" });
        expect(request.headers[`${prefix}-signature`]).toMatch(/^v1,[0-9A-Za-z+/]{43}=$/);
      }
      const arrived = requests.map(({ headers, body }) => [
        headers[`${prefix}-id`],
        JSON.parse(body.toString()),
      ]);
      expect(new Map(arrived as [string, unknown][])).toEqual(
        new Map(messages.map((message, index) => [message.id, payloads[index]])),
      );
    },
  );

  it("delivers only what an endpoint subscribes to, by event type and by channel", async () => {
    const appId = await anApp({});
    const eventType = unique("order.created");
    await svix.eventType.create({ name: eventType, description: "" });
    const [all, typed, channeled] = [await aReceiver(), await aReceiver(), await aReceiver()];
    await svix.endpoint.create(appId, { url: all.url });
    await svix.endpoint.create(appId, { url: typed.url, eventTypes: [eventType] });
    await svix.endpoint.create(appId, { url: channeled.url, channels: ["eu"] });
    const off = await svix.endpoint.create(appId, { url: `${all.url}off`, disabled: true });
    const publish = (n: number, eventType: string, channels?: string[]) =>
      svix.message.create(appId, { eventType, payload: { n }, ...(channels ? { channels } : {}) });
    await publish(1, eventType);
    await publish(2, "order.other", ["eu", "us"]);
    await publish(3, "order.other", ["us"]);
    await publish(4, eventType, ["eu"]);
    const numbers = async (receiver: Receiver, count: number) =>
      (await receiver.waitFor(count)).map(({ body }) => JSON.parse(body.toString()).n).sort();
    expect(await numbers(all, 4)).toEqual([1, 2, 3, 4]);
    expect(await numbers(typed, 2)).toEqual([1, 4]);
    expect(await numbers(channeled, 2)).toEqual([2, 4]);
    expect([all, typed, channeled].map(({ requests }) => requests.length)).toEqual([4, 2, 2]);
    expect((await svix.messageAttempt.listByEndpoint(appId, off.id)).data).toEqual([]);
  });

  it("signs with the old and the new secret during the grace period, and only with the new after it", async () => {
    const appId = await anApp({});
    const receiver = await aReceiver();
    const { id } = await svix.endpoint.create(appId, { url: receiver.url });
    const first = await secretOf(appId, id);
    await svix.endpoint.rotateSecret(appId, id, { gracePeriodSeconds: 3600 });
    const second = await secretOf(appId, id);
    await svix.message.create(appId, { eventType: "a.b", payload: { n: 1 } });
    const [both] = await receiver.waitFor(1);
    if (both === undefined) throw new Error("nothing arrived");
    expect([first, second].map((secret) => isGenuine(sdk, secret, both))).toEqual([true, true]);
    expect(String(both.headers["webhook-signature"]).split(" ")).toHaveLength(2);

    await svix.endpoint.rotateSecret(appId, id, { gracePeriodSeconds: 0 });
    const third = await secretOf(appId, id);
    await svix.message.create(appId, { eventType: "a.b", payload: { n: 2 } });
    const [, after] = await receiver.waitFor(2);
    if (after === undefined) throw new Error("nothing arrived");
    expect(isGenuine(sdk, third, after)).toBe(true);
    expect(isGenuine(sdk, second, after)).toBe(false);
  });

  it("lists the attempts of an endpoint with every filter, and pages through them both ways", async () => {
    const { appId, badId, failed, fine } = await aHistory();
    type Filter = Parameters<typeof svix.messageAttempt.listByEndpoint>[2];
    const list = (filter: Filter) => svix.messageAttempt.listByEndpoint(appId, "bad", filter);
    const messages = async (filter: Filter) => (await list(filter)).data.map(({ msgId }) => msgId);
    const [newest, oldest] = (await list({ withContent: true, withMsg: true })).data;
    expect(oldest).toMatchObject({ endpointId: badId, msgId: failed.id, status: 2, statusText: "fail" });
    expect(oldest).toMatchObject({ responseStatusCode: 503, response: "not now", triggerType: 0 });
    expect(oldest?.id).toMatch(/^atmpt_[0-9A-Za-z]{27}$/);
    expect(oldest?.responseDurationMs).toBeGreaterThanOrEqual(0);
    expect(oldest?.timestamp.getTime()).toBeGreaterThan(Date.now() - HOUR_MS);
    expect(oldest?.msg).toMatchObject({ id: failed.id, eventType: "order.created", eventId: "order-1" });
    expect(newest).toMatchObject({ msgId: fine.id, status: 0, statusText: "success", response: "thanks" });
    expect((await list({ withContent: false })).data[0]?.response).toBe("{}");

    expect(await messages({ status: 2 })).toEqual([failed.id]);
    expect(await messages({ status: 0 })).toEqual([fine.id]);
    expect(await messages({ status: 4 })).toEqual([]);
    expect(await messages({ statusCodeClass: 500 })).toEqual([failed.id]);
    expect(await messages({ statusCodeClass: 200 })).toEqual([fine.id]);
    expect(await messages({ eventTypes: ["order.created", "order.other"] })).toEqual([failed.id]);
    expect(await messages({ channel: "eu" })).toEqual([failed.id]);
    expect(await messages({ tag: "first" })).toEqual([failed.id]);
    expect(await messages({ before: new Date(Date.now() - HOUR_MS) })).toEqual([]);
    expect(await messages({ after: new Date(Date.now() - HOUR_MS) })).toEqual([fine.id, failed.id]);
    const { forth, back } = await bothWays((options) => list(options), 1);
    expect(forth.flat().map(({ msgId }) => msgId)).toEqual([fine.id, failed.id]);
    expect(back).toEqual(forth.slice(0, -1));
  });

  it("lists the attempts of a message at all endpoints or at one, by its id and by its event id", async () => {
    const { appId, goodId, badId, failed } = await aHistory();
    const { data } = await svix.messageAttempt.listByMsg(appId, failed.id);
    expect(data.map(({ endpointId }) => endpointId).toSorted()).toEqual([goodId, badId].toSorted());
    type Filter = Parameters<typeof svix.messageAttempt.listByMsg>[2];
    const endpoints = async (filter: Filter) =>
      (await svix.messageAttempt.listByMsg(appId, "order-1", filter)).data.map(
        ({ endpointId }) => endpointId,
      );
    expect(await endpoints({ endpointId: badId })).toEqual([badId]);
    expect(await endpoints({ endpointId: "good" })).toEqual([goodId]);
    expect(await endpoints({ status: 0 })).toEqual([goodId]);
    expect(await endpoints({ statusCodeClass: 500 })).toEqual([badId]);
    const { forth, back } = await bothWays(
      (options) => svix.messageAttempt.listByMsg(appId, failed.id, options),
      1,
    );
    expect(forth.flat()).toEqual(data);
    expect(back).toEqual(forth.slice(0, -1));
    const attempt = data.find(({ endpointId }) => endpointId === badId);
    const one = await svix.messageAttempt.get(appId, failed.id, attempt?.id ?? "");
    expect(one).toMatchObject({ id: attempt?.id, msgId: failed.id, responseStatusCode: 503 });
    expect((await sdk.refusalOf(svix.messageAttempt.get(appId, failed.id, "atmpt_none"))).code).toBe(404);
  });

  it("says how messages stand with an endpoint, and how endpoints stand with a message", async () => {
    const { appId, goodId, badId, failed, fine } = await aHistory();
    type Filter = Parameters<typeof svix.messageAttempt.listAttemptedMessages>[2];
    const messages = async (filter: Filter) =>
      (await svix.messageAttempt.listAttemptedMessages(appId, badId, filter)).data;
    expect(await messages({ withContent: true })).toMatchObject([
      { id: fine.id, status: 0, eventType: "order.paid", payload: { n: 2 }, nextAttempt: null },
      { id: failed.id, status: 2, eventType: "order.created", payload: { n: 1 }, nextAttempt: null },
    ]);
    expect((await messages({}))[0]?.payload).toEqual(sdk.showsContent ? { n: 2 } : {});
    expect((await messages({ status: 2 })).map(({ id }) => id)).toEqual([failed.id]);
    expect((await messages({ eventTypes: ["order.paid"] })).map(({ id }) => id)).toEqual([fine.id]);
    expect((await messages({ channel: "eu" })).map(({ id }) => id)).toEqual([failed.id]);
    expect((await messages({ tag: "first" })).map(({ id }) => id)).toEqual([failed.id]);
    const { forth, back } = await bothWays(
      (options) => svix.messageAttempt.listAttemptedMessages(appId, "bad", options),
      1,
    );
    expect(forth.flat().map(({ id }) => id)).toEqual([fine.id, failed.id]);
    expect(back).toEqual(forth.slice(0, -1));

    const { data } = await svix.messageAttempt.listAttemptedDestinations(appId, failed.id);
    expect(data.map(({ id }) => id)).toEqual([goodId, badId].toSorted());
    expect(data.find(({ id }) => id === goodId)).toMatchObject({ status: 0, uid: "good" });
    expect(data.find(({ id }) => id === badId)).toMatchObject({ status: 2, uid: "bad" });
  });

  it("resends by hand, once, and counts an endpoint's messages by how they stand", async () => {
    const { appId, bad, badId, failed } = await aHistory();
    const stats = async () => svix.endpoint.getStats(appId, badId);
    expect(await stats()).toEqual({ success: 1, pending: 0, sending: 0, fail: 1, canceled: 0 });
    await svix.messageAttempt.resend(appId, failed.id, "bad");
    const [first, , again] = await bad.waitFor(3);
    expect(again?.headers["webhook-id"]).toBe(first?.headers["webhook-id"]);
    expect(again?.body).toEqual(first?.body);
    if (again === undefined) throw new Error("nothing arrived");
    expect(isGenuine(sdk, await secretOf(appId, badId), again)).toBe(true);
    const attempts = async () =>
      (await svix.messageAttempt.listByMsg(appId, failed.id, { endpointId: badId })).data;
    await expect.poll(async () => (await attempts()).length, SHOWN_WITHIN).toBe(2);
    expect((await attempts())[0]).toMatchObject({ triggerType: 1, status: 0, responseStatusCode: 200 });
    await expect
      .poll(stats, SHOWN_WITHIN)
      .toEqual({ success: 2, pending: 0, sending: 0, fail: 0, canceled: 0 });
    const since = new Date(Date.now() - HOUR_MS);
    expect(await svix.endpoint.getStats(appId, badId, { since, until: new Date() })).toMatchObject({
      success: 2,
    });
    expect((await sdk.refusalOf(svix.messageAttempt.resend(appId, "msg_none", badId))).code).toBe(404);
    expect((await sdk.refusalOf(svix.messageAttempt.resend(appId, failed.id, "none"))).code).toBe(404);
  });

  it("delivers to a changed URL from the next attempt, and no more to a deleted endpoint", async () => {
    const appId = await anApp({});
    const [before, after] = [await aReceiver(), await aReceiver()];
    const { id } = await svix.endpoint.create(appId, { url: before.url });
    await svix.message.create(appId, { eventType: "a.b", payload: { n: 1 } });
    await before.waitFor(1);
    await svix.endpoint.patch(appId, id, { url: after.url });
    await svix.message.create(appId, { eventType: "a.b", payload: { n: 2 } });
    const [request] = await after.waitFor(1);
    expect(request?.body.toString()).toBe('{"n":2}');
    await svix.endpoint.delete(appId, id);
    const other = await aReceiver();
    await svix.endpoint.create(appId, { url: other.url });
    await svix.message.create(appId, { eventType: "a.b", payload: { n: 3 } });
    await other.waitFor(1);
    expect([before.requests.length, after.requests.length]).toEqual([1, 1]);
  });
});
