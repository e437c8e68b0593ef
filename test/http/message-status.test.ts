/** How messages stand over all endpoints. */
import { describe, expect, it } from "vitest";
import {
  MAX_STANDING_ENDPOINTS,
  MAX_STANDING_ROUNDS,
  STANDING_SCAN_EVENTS,
} from "../../src/core/limits/requests.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";
import {
  aMessageOf,
  anAttemptOf,
  aQuietApp,
  eventOfMessage,
  FAILED,
  type MessageJson,
  nowhere,
  withQueueOf,
} from "../support/attempts.ts";
import { anEndpointOf } from "../support/endpoints.ts";

type Answer = {
  data: { id: string; overall: string; endpoints: Record<string, number> }[];
  iterator: string | null;
  prevIterator: string | null;
  done: boolean;
  endpointsAsked: number;
  endpointsTotal: number;
  partial: boolean;
};

async function statusAt(app: string, query = ""): Promise<Answer> {
  const { status, body } = await api("GET", `${app}/message-status${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return body as Answer;
}

const idsAt = async (app: string, query: string) => (await statusAt(app, query)).data.map(({ id }) => id);

async function willRetry(message: MessageJson, endpointId: string): Promise<void> {
  const { appKey, event } = eventOfMessage(message);
  const nextAtMs = Date.now() + 3_600_000;
  await anAttemptOf(message, endpointId, { ...FAILED, nextAtMs });
  await withQueueOf({ appKey, endpointId }, (queue) =>
    queue.addWaiting({ nextAtMs, position: event.position, attempts: 1, event }),
  );
}

/** Two endpoints and a message that stands in each way. */
async function aStage() {
  const { appId, app, endpoints } = await aQuietApp(2);
  const [first, second] = endpoints.map(({ id }) => id);
  if (first === undefined || second === undefined) throw new Error("no endpoints");
  const delivered = await aMessageOf(appId, { tags: ["t"] });
  const failed = await aMessageOf(appId);
  const pending = await aMessageOf(appId);
  const none = await aMessageOf(appId);
  for (const id of [first, second]) await anAttemptOf(delivered, id);
  await anAttemptOf(failed, first);
  await anAttemptOf(failed, second, FAILED);
  await anAttemptOf(pending, first);
  await willRetry(pending, second);
  return { appId, app, ids: { delivered, failed, pending, none }, endpoints: [first, second] };
}

describe("messages over all endpoints", () => {
  it("are listed newest first, each with at how many endpoints it stands how", async () => {
    const { app, ids } = await aStage();
    const nothing = { delivered: 0, failed: 0, sending: 0, waiting: 0, canceled: 0, unknown: 0 };
    expect(await statusAt(app)).toMatchObject({
      data: [
        { id: ids.none.id, overall: "nowhere", endpoints: nothing },
        { id: ids.pending.id, overall: "pending", endpoints: { ...nothing, delivered: 1, sending: 1 } },
        { id: ids.failed.id, overall: "failed", endpoints: { ...nothing, delivered: 1, failed: 1 } },
        { id: ids.delivered.id, overall: "delivered", endpoints: { ...nothing, delivered: 2 } },
      ],
      done: true,
      endpointsAsked: 2,
      endpointsTotal: 2,
      partial: false,
      unreachable: [],
    });
  });

  it("are found by how they stand, and by what they are", async () => {
    const { app, ids } = await aStage();
    expect(await idsAt(app, "?overall=failed")).toEqual([ids.failed.id]);
    expect(await idsAt(app, "?overall=pending")).toEqual([ids.pending.id]);
    expect(await idsAt(app, "?overall=delivered")).toEqual([ids.delivered.id]);
    expect(await idsAt(app, "?overall=nowhere")).toEqual([ids.none.id]);
    expect(await idsAt(app, "?overall=canceled")).toEqual([]);
    expect(await idsAt(app, "?tag=t")).toEqual([ids.delivered.id]);
    expect(await idsAt(app, "?overall=failed&tag=t")).toEqual([]);
  });

  it("that failed at one endpoint or another are one list, page by page, both ways", async () => {
    const { appId, app, endpoints } = await aQuietApp(2);
    const failed: string[] = [];
    for (let n = 0; n < 6; n++) {
      const message = await aMessageOf(appId);
      await anAttemptOf(message, endpoints[n % 2]?.id ?? "", n === 3 ? {} : FAILED);
      if (n !== 3) failed.unshift(message.id);
    }
    const first = await statusAt(app, "?overall=failed&limit=2");
    expect(first).toMatchObject({ data: [{ id: failed[0] }, { id: failed[1] }], done: false });
    const second = await statusAt(app, `?overall=failed&limit=2&iterator=${first.iterator}`);
    expect(second).toMatchObject({ data: [{ id: failed[2] }, { id: failed[3] }], done: false });
    const third = await statusAt(app, `?overall=failed&limit=2&iterator=${second.iterator}`);
    expect(third).toMatchObject({ data: [{ id: failed[4] }], done: true });
    const back = await statusAt(app, `?overall=failed&limit=2&iterator=${second.prevIterator}`);
    expect(back.data.map(({ id }) => id)).toEqual(failed.slice(0, 2));
  });

  it("wait where the log still holds them for an endpoint", async () => {
    const { id: appId } = await anApplication();
    await anEndpointOf(appId, { url: nowhere() });
    const message = await aMessageOf(appId, { deliverAt: new Date(Date.now() + 3_600_000).toISOString() });
    expect(await statusAt(`/api/v1/app/${appId}`, "?overall=pending")).toMatchObject({
      data: [{ id: message.id, endpoints: { waiting: 1 } }],
    });
  });

  it("are searched in bounded steps, which say where to go on", async () => {
    const { appId, app, endpoint } = await aQuietApp();
    const sought = await aMessageOf(appId);
    await anAttemptOf(sought, endpoint.id);
    const count = MAX_STANDING_ROUNDS * STANDING_SCAN_EVENTS;
    const messages = Array.from({ length: count }, () => ({ eventType: "thing.done", payload: {} }));
    for (let at = 0; at < count; at += 100) {
      await api("POST", `${app}/msg/batch`, { json: { messages: messages.slice(at, at + 100) } });
    }
    const first = await statusAt(app, "?overall=delivered");
    expect(first).toMatchObject({ data: [], done: false });
    expect(await statusAt(app, `?overall=delivered&iterator=${first.iterator}`)).toMatchObject({
      data: [{ id: sought.id }],
      done: true,
    });
  });

  it("are asked of so many endpoints, and the answer says when there are more", async () => {
    const { id: appId } = await anApplication();
    for (let n = 0; n <= MAX_STANDING_ENDPOINTS; n++) {
      await anEndpointOf(appId, { url: nowhere(), channels: ["another"] });
    }
    await aMessageOf(appId);
    expect(await statusAt(`/api/v1/app/${appId}`)).toMatchObject({
      endpointsAsked: MAX_STANDING_ENDPOINTS,
      endpointsTotal: MAX_STANDING_ENDPOINTS + 1,
      partial: true,
    });
  });

  it("are a consumer's own", async () => {
    const { app } = await aStage();
    const { id } = await anApplication();
    const token = await aConsumerToken(id);
    expect((await api("GET", `${app}/message-status`, { token })).status).toBe(404);
  });
});
