/** Replays as their callers see them: the official SDKs, a real server, and a kill in the middle. */
import { BackgroundTaskType, Svix } from "svix";
import { Svix as OlderSvix } from "svix-v1";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { putPolicy } from "../support/sdk-stage.ts";

/** How many are recovered, and how many replayed: `REPLAY_MESSAGES=10000 npx vitest run … replay` for another number. */
const SCALE = Number(process.env["REPLAY_MESSAGES"] ?? 0);
const FAILED = SCALE || 2000;
const MISSING = SCALE || 10_000;
const A_CALL = 100;
const RATE_PER_SECOND = 1000;
const REPLAYED_WITHIN_MS = 150_000 + 20 * SCALE;

let data: { path: string; remove(): Promise<void> };
let receiver: Receiver;
let posthorn: PosthornProcess;

beforeEach(async () => {
  data = await temporaryDirectory();
  receiver = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: data.path });
});

afterEach(async () => {
  await endPosthornProcesses();
  await receiver.close();
  await data.remove();
});

const newer = () => new Svix(posthorn.key, { serverUrl: posthorn.url });
const older = () => new OlderSvix(posthorn.key, { serverUrl: posthorn.url });
const anHourAgo = () => new Date(Date.now() - 3_600_000);

/** Publishes in batches; the ids of the messages. */
async function publish(appId: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let from = 0; from < count; from += A_CALL) {
    const messages = Array.from({ length: Math.min(A_CALL, count - from) }, (_, index) => ({
      eventType: "a.b",
      payload: { n: from + index },
    }));
    const response = await fetch(`${posthorn.url}/api/v1/app/${appId}/msg/batch`, {
      method: "POST",
      headers: { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" },
      body: JSON.stringify({ messages }),
    });
    expect(response.status).toBe(202);
    const { data: sent } = (await response.json()) as { data: { id: string }[] };
    ids.push(...sent.map(({ id }) => id));
  }
  return ids;
}

function idsAt({ requests }: Receiver): string[] {
  return requests.map(({ headers }) => String(headers["webhook-id"]));
}

type Ended = { status: string; data: Record<string, unknown> };

/** The task once it has ended, and what was seen of its progress on the way. */
async function ended(taskId: string): Promise<Ended & { seen: number[] }> {
  const seen: number[] = [];
  const task = await vi.waitFor(
    async () => {
      const { status, data: found } = await newer().backgroundTask.get(taskId);
      seen.push((found as { progress: { done: number } }).progress.done);
      expect(status).not.toBe("running");
      return { status: String(status), data: found as Record<string, unknown> };
    },
    { timeout: REPLAYED_WITHIN_MS, interval: 250 },
  );
  return { ...task, seen };
}

/** That it was kept to the rate: so many, but for one burst, take at least so long, also over a kill. */
function expectWithinRate({ requests }: Receiver): void {
  const times = requests.map(({ atMs }) => atMs);
  const tookMs = Math.max(...times) - Math.min(...times);
  const atLeastMs = ((requests.length - 2 * RATE_PER_SECOND) / RATE_PER_SECOND) * 1000;
  expect(tookMs).toBeGreaterThan(atLeastMs);
  if (SCALE) console.log({ requests: requests.length, tookMs, atLeastMs });
}

/** Kills the server once `count` requests have come, and starts it again with the same data. */
async function killAfter(count: number): Promise<void> {
  await receiver.waitFor(count, REPLAYED_WITHIN_MS);
  await posthorn.kill();
  posthorn = await startPosthornProcess({ dataDir: data.path, port: posthorn.port });
}

it(`sends ${FAILED} failed messages again when asked to recover them, though it is killed in the middle`, {
  timeout: 2 * REPLAYED_WITHIN_MS,
}, async () => {
  const app = await newer().application.create({ name: "Recover" });
  const endpoint = await newer().endpoint.create(app.id, {
    url: receiver.url,
    throttleRate: RATE_PER_SECOND,
  });
  await putPolicy(posthorn, `app/${app.id}/endpoint/${endpoint.id}`, { retrySchedule: [], breaker: "off" });
  receiver.behave(() => ({ status: 500 }));
  const ids = await publish(app.id, FAILED);
  await receiver.waitFor(FAILED, REPLAYED_WITHIN_MS);
  receiver.behave(() => ({}));
  receiver.requests.length = 0;

  const task = await newer().endpoint.recover(app.id, endpoint.id, { since: anHourAgo() });
  expect(task).toMatchObject({ task: "endpoint.recover", status: "running" });
  await killAfter(FAILED / 4);

  const { status, data: found } = await ended(task.id);
  expect({ status, found }).toEqual({
    status: "finished",
    found: { messagesSent: FAILED, messagesSkipped: 0, progress: { done: FAILED, total: FAILED } },
  });
  expect(new Set(idsAt(receiver))).toEqual(new Set(ids));
  // What was in flight when it died may come twice; the rest is known by its attempts.
  expect(receiver.requests.length).toBeLessThan(FAILED + A_CALL);
  expectWithinRate(receiver);
  const { data: left } = await newer().messageAttempt.listByEndpoint(app.id, endpoint.id, { limit: 1 });
  expect(left[0]).toMatchObject({ status: 0, triggerType: 1 });

  // Nothing is left to recover, and both SDKs are told so.
  const again = await older().endpoint.recover(app.id, endpoint.id, { since: anHourAgo() });
  expect((await ended(again.id)).data).toMatchObject({ messagesSent: 0 });
});

it(`sends ${MISSING} messages from before the endpoint was there, though it is killed, and says how far it is`, {
  timeout: 2 * REPLAYED_WITHIN_MS,
}, async () => {
  const app = await newer().application.create({ name: "Missing" });
  const ids = await publish(app.id, MISSING);
  const endpoint = await older().endpoint.create(app.id, { url: receiver.url, rateLimit: RATE_PER_SECOND });
  const since = anHourAgo();
  const task = await older().endpoint.replayMissing(app.id, endpoint.id, { since });
  await killAfter(MISSING / 2);
  const { status, data: found, seen } = await ended(task.id);
  expect({ status, found }).toEqual({
    status: "finished",
    found: { messagesSent: MISSING, messagesSkipped: 0, progress: { done: MISSING, total: MISSING } },
  });
  expect(new Set(idsAt(receiver))).toEqual(new Set(ids));
  expect(receiver.requests.length).toBeLessThan(MISSING + A_CALL);
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.some((done) => done > 0 && done < MISSING)).toBe(true);
  expectWithinRate(receiver);

  const since2 = { since, status: 0 as const, statusCodeClass: 200 as const, eventTypes: ["none.such"] };
  const none = await older().endpoint.bulkReplay(app.id, endpoint.id, since2);
  expect((await ended(none.id)).data).toMatchObject({ messagesSent: 0 });
  const all = await newer().backgroundTask.list({ task: BackgroundTaskType.EndpointReplay });
  expect(all.data.map(({ id }) => id)).toEqual([task.id]);
});
