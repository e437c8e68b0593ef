/** What one application, endpoint or client does must not be felt by another. */
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, it } from "vitest";
import { residentMiB } from "../../scripts/bench/server-process.ts";
import {
  callApi,
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { putPolicy } from "../support/sdk-stage.ts";

const ATTEMPT_TIMEOUT_SECONDS = 30;
const HANGING_ENDPOINTS = 5;
const EVENTS = 30;
const FLOOD_BATCHES = 100;
const FLOOD_EVENTS = 100 * FLOOD_BATCHES;
/** At six at a time the flood needs half an hour: whatever else arrives, arrives while it lasts. */
const SLOW_MS = 1000;
const DROPPED_CLIENTS = 40;

let data: { path: string; remove(): Promise<void> };
let good: Receiver;
let bad: Receiver;
let posthorn: PosthornProcess;

beforeEach(async () => {
  data = await temporaryDirectory();
  good = await startReceiver();
  bad = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: data.path });
});

afterEach(async () => {
  await endPosthornProcesses();
  await good.close();
  await bad.close();
  await data.remove();
});

function post<Body>(path: string, body: object): Promise<Body> {
  return callApi<Body>(posthorn, `POST ${path}`, body);
}

async function anApplicationWith(urls: string[]): Promise<{ appId: string; endpointIds: string[] }> {
  const { id: appId } = await post<{ id: string }>("app", { name: "overload" });
  const endpointIds: string[] = [];
  for (const url of urls) endpointIds.push((await post<{ id: string }>(`app/${appId}/endpoint`, { url })).id);
  return { appId, endpointIds };
}

const message = (n: number) => ({ eventType: "test.event", payload: { n } });

async function publish(appId: string, count: number): Promise<void> {
  for (let n = 0; n < count; n++) await post(`app/${appId}/msg`, message(n));
}

it("delivers to an endpoint while five others of its application hang", async () => {
  bad.behave(() => "hang");
  const { appId, endpointIds } = await anApplicationWith([
    good.url,
    ...Array.from({ length: HANGING_ENDPOINTS }, (_, n) => `${bad.url}${n}`),
  ]);
  for (const id of endpointIds)
    await putPolicy(posthorn, `app/${appId}/endpoint/${id}`, { timeoutSeconds: ATTEMPT_TIMEOUT_SECONDS });
  await publish(appId, EVENTS);
  await good.waitFor(EVENTS);
  const { data: failed } = (await (
    await fetch(`${posthorn.url}/api/v1/app/${appId}/attempt/endpoint/${endpointIds[1]}`, {
      headers: { authorization: `Bearer ${posthorn.key}` },
    })
  ).json()) as { data: unknown[] };
  expect(failed, "the others have not even timed out").toEqual([]);
});

it("delivers another application's events while one has flooded its slow endpoint, in bounded memory", async () => {
  bad.behave(() => ({ delayMs: SLOW_MS }));
  const flooding = await anApplicationWith([bad.url]);
  const other = await anApplicationWith([good.url]);
  await publish(other.appId, 1);
  await good.waitFor(1);
  const messages = Array.from({ length: 100 }, (_, n) => message(n));
  for (let n = 0; n < FLOOD_BATCHES; n++) await post(`app/${flooding.appId}/msg/batch`, { messages });
  await publish(other.appId, EVENTS);
  await good.waitFor(1 + EVENTS);
  expect(bad.requests.length).toBeLessThan(FLOOD_EVENTS / 10);
  const { workerd = 0 } = await residentMiB(posthorn.pid);
  console.log(`workerd holds ${Math.round(workerd)} MiB with ${FLOOD_EVENTS} events waiting`);
  expect(workerd).toBeLessThan(1024);
});

it("goes on accepting after clients have gone away in the middle of their publish calls", async () => {
  const { appId } = await anApplicationWith([good.url]);
  await Promise.all(Array.from({ length: DROPPED_CLIENTS }, (_, n) => dropMidway(appId, n)));
  await publish(appId, EVENTS);
  await good.waitFor(EVENTS);
});

/** Sends a whole publish call and tears the connection down, before the answer if it can. */
async function dropMidway(appId: string, afterMs: number): Promise<void> {
  const body = JSON.stringify(message(0));
  const lines = [
    `POST /api/v1/app/${appId}/msg HTTP/1.1`,
    "host: localhost",
    `authorization: Bearer ${posthorn.key}`,
    "content-type: application/json",
    `content-length: ${body.length}`,
  ];
  const socket = connect(posthorn.port, "127.0.0.1");
  await new Promise((resolve) => socket.write(`${lines.join("\r\n")}\r\n\r\n${body}`, resolve));
  await sleep(afterMs);
  socket.resetAndDestroy();
}
