import { afterEach, beforeEach, expect, it } from "vitest";
import {
  callApi,
  endPosthornProcesses,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";

const EVENTS = 20;
const DELIVERED_WITHIN_MS = 40_000;

let data: { path: string; remove(): Promise<void> };
let receiver: Receiver;

beforeEach(async () => {
  data = await temporaryDirectory();
  receiver = await startReceiver();
});

afterEach(async () => {
  await endPosthornProcesses();
  await receiver.close();
  await data.remove();
});

it("delivers after kill -9 every event it had answered with 202, under the id it had given", async () => {
  receiver.behave(() => ({ status: 503 }));
  const first = await startPosthornProcess({ dataDir: data.path });
  await callApi(first, "POST app", { name: "Crash", uid: "crash" });
  await callApi(first, "PUT app/crash/delivery-policy", { retrySchedule: [1, 1, 1, 1, 1], jitter: false });
  await callApi(first, "POST app/crash/endpoint", { url: receiver.url });
  const published = await Promise.all(
    Array.from({ length: EVENTS }, (_, n) =>
      callApi<{ id: string }>(first, "POST app/crash/msg", { eventType: "test.event", payload: { n } }),
    ),
  );
  await first.kill();
  receiver.behave(() => ({}));
  const heard = receiver.requests.length;
  const second = await startPosthornProcess({ dataDir: data.path, port: first.port });
  const delivered = () =>
    new Map(
      receiver.requests.slice(heard).map(({ headers, body }) => [headers["webhook-id"], body.toString()]),
    );
  await expect.poll(() => delivered().size, { timeout: DELIVERED_WITHIN_MS }).toBe(EVENTS);
  expect(delivered()).toEqual(new Map(published.map(({ id }, n) => [id, JSON.stringify({ n })])));
  expect((await second.stop()).code).toBe(0);
});
