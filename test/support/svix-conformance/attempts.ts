import { beforeAll, describe, expect, it, vi } from "vitest";
import { unique } from "../sdk-stage.ts";
import { NOT_FOUND, type Stage } from "./stage.ts";

const SHOWN_WITHIN = { timeout: 20_000, interval: 50 };
const HOUR_MS = 3_600_000;
const [SUCCESS, FAIL, SENDING] = [0, 2, 3];

export function attemptsSection(stage: Stage): void {
  const attempts = () => stage.svix().messageAttempt;

  describe("of an application with an endpoint that answers and one that fails", () => {
    let appId: string;
    let good: string;
    let bad: string;
    const messages: { id: string }[] = [];

    beforeAll(async () => {
      appId = await stage.anApp();
      const { endpoint, message } = stage.svix();
      const path = unique("attempts");
      stage.receiver().behave(({ path: asked }) => {
        const status = asked.endsWith("-bad") ? 503 : 200;
        return { status, body: `answered ${status}` };
      });
      good = (await endpoint.create(appId, { url: `${stage.receiver().url}${path}-good` })).id;
      bad = (await endpoint.create(appId, { url: `${stage.receiver().url}${path}-bad` })).id;
      for (let n = 0; n < 3; n++) {
        const channels = [`channel-${n % 2}`];
        const tags = [`tag-${n}`];
        messages.push(
          await message.create(appId, { eventType: `type.${n % 2}`, payload: { n }, channels, tags }),
        );
      }
      for (const id of [good, bad]) {
        const isThere = async () => expect((await attempts().listByEndpoint(appId, id)).data).toHaveLength(3);
        await vi.waitFor(isThere, SHOWN_WITHIN);
      }
    });

    const idsOf = ({ data }: { data: { msgId: string }[] }) => data.map(({ msgId }) => msgId).toSorted();
    const messageIds = (...indices: number[]) => indices.map((n) => messages[n]?.id).toSorted();

    it("tells all that the SDKs know of an attempt", async () => {
      const { data } = await attempts().listByEndpoint(appId, bad, { withContent: true });
      const [attempt] = data;
      expect(attempt).toMatchObject({
        ...{ endpointId: bad, responseStatusCode: 503, response: "answered 503", status: FAIL },
        ...{ statusText: "fail", triggerType: 0 },
      });
      expect(attempt?.id).toMatch(/^atmpt_[0-9A-Za-z]{27}$/);
      expect(attempt?.url).toMatch(/-bad$/);
      expect(attempt?.timestamp).toBeInstanceOf(Date);
      expect(attempt?.responseDurationMs).toBeGreaterThanOrEqual(0);
      expect(await attempts().get(appId, attempt?.msgId ?? "", attempt?.id ?? "")).toEqual(attempt);
      const [other] = messages.filter(({ id }) => id !== attempt?.msgId);
      const foreign = attempts().get(appId, other?.id ?? "", attempt?.id ?? "");
      expect(await stage.refusalOf(foreign)).toEqual(NOT_FOUND);
    });

    it.each([
      ["status", { status: FAIL }, { good: [], bad: [0, 1, 2] }],
      ["status code class", { statusCodeClass: 200 }, { good: [0, 1, 2], bad: [] }],
      ["event types", { eventTypes: ["type.1"] }, { good: [1], bad: [1] }],
      ["channel", { channel: "channel-0" }, { good: [0, 2], bad: [0, 2] }],
      ["tag", { tag: "tag-2" }, { good: [2], bad: [2] }],
      ["an end in the past", { before: new Date(Date.now() - HOUR_MS) }, { good: [], bad: [] }],
      ["a start in the past", { after: new Date(Date.now() - HOUR_MS) }, { good: [0, 1, 2], bad: [0, 1, 2] }],
    ])("filters an endpoint's attempts by %s", async (_, options, found) => {
      const of = async (endpoint: string) =>
        idsOf(await attempts().listByEndpoint(appId, endpoint, options as never));
      expect(await of(good)).toEqual(messageIds(...found.good));
      expect(await of(bad)).toEqual(messageIds(...found.bad));
    });

    it("lists a message's attempts at all its endpoints, or at one", async () => {
      const { id } = messages[0] ?? { id: "" };
      const all = await attempts().listByMsg(appId, id);
      expect(all.data.map(({ endpointId }) => endpointId).toSorted()).toEqual([good, bad].toSorted());
      const one = await attempts().listByMsg(appId, id, { endpointId: good });
      expect(one.data.map(({ endpointId }) => endpointId)).toEqual([good]);
      const failed = await attempts().listByMsg(appId, id, { status: FAIL } as never);
      expect(failed.data.map(({ endpointId }) => endpointId)).toEqual([bad]);
    });

    it("shows payloads and responses, or leaves them out", async () => {
      const full = await attempts().listByEndpoint(appId, good, {
        withMsg: true,
        withContent: true,
        limit: 1,
      });
      expect(full.data).toMatchObject([{ response: "answered 200", msg: { payload: { n: 2 } } }]);
      const bare = await attempts().listByEndpoint(appId, good, { withContent: false, limit: 1 });
      expect(bare.data[0]?.response).toBe("{}");
      expect(bare.data[0]?.msg ?? null).toBeNull();
    });

    it("lists the messages of an endpoint and the endpoints of a message with how each stands", async () => {
      const options = { withContent: true };
      const failing = await attempts().listAttemptedMessages(appId, bad, options);
      expect(failing.data.map(({ id, status }) => [id, status])).toEqual(
        messages.toReversed().map(({ id }) => [id, SENDING]),
      );
      expect(failing.data.map(({ payload }) => payload.n)).toEqual([2, 1, 0]);
      expect(failing.data[0]?.nextAttempt).toBeInstanceOf(Date);
      const done = await attempts().listAttemptedMessages(appId, good, { status: SUCCESS } as never);
      expect(done.data).toHaveLength(3);
      const { data } = await attempts().listAttemptedDestinations(appId, messages[0]?.id ?? "");
      const standing = new Map(data.map(({ id, status }) => [id, status]));
      expect(standing).toEqual(
        new Map([
          [good, SUCCESS],
          [bad, SENDING],
        ]),
      );
    });

    it("sends again by hand, once, and forgets what was answered when told to", async () => {
      const { id } = messages[1] ?? { id: "" };
      await attempts().resend(appId, id, good);
      const byHand = async () =>
        (await attempts().listByMsg(appId, id, { endpointId: good })).data.find(
          (one) => one.triggerType === 1,
        );
      await expect.poll(byHand, SHOWN_WITHIN).toBeDefined();
      const attempt = await byHand();
      expect(await attempts().expungeContent(appId, id, attempt?.id ?? "")).toBeFalsy();
      expect((await attempts().get(appId, id, attempt?.id ?? "")).response).toBe("EXPUNGED");
      expect(await stage.refusalOf(attempts().resend(appId, id, "none-such"))).toEqual(NOT_FOUND);
    });
  });
}
