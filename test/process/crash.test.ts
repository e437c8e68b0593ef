import { afterEach, beforeEach, expect, it } from "vitest";
import {
  endPosthornProcesses,
  type PosthornProcess,
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
  await call(first, "POST", "app", { name: "Crash", uid: "crash" });
  await call(first, "PUT", "app/crash/delivery-policy", { retrySchedule: [1, 1, 1, 1, 1], jitter: false });
  await call(first, "POST", "app/crash/endpoint", { url: receiver.url });
  const published = await Promise.all(
    Array.from({ length: EVENTS }, (_, n) =>
      call(first, "POST", "app/crash/msg", { eventType: "test.event", payload: { n } }),
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

async function call(
  posthorn: PosthornProcess,
  method: string,
  path: string,
  body: object,
): Promise<{ id: string }> {
  const response = await fetch(`${posthorn.url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${posthorn.key}`, "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  expect(response.ok, `${method} ${path}: ${response.status}`).toBe(true);
  return (await response.json()) as { id: string };
}
