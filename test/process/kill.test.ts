import { afterEach, beforeEach, expect, it } from "vitest";
import {
  endPosthornProcesses,
  type PosthornProcess,
  startPosthornProcess,
  temporaryDirectory,
} from "../support/posthorn-process.ts";
import { publishAll } from "../support/publishers.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { putPolicy } from "../support/sdk-stage.ts";

const EVENTS = 1000;
const CONNECTIONS = 8;
/** The server dies when this many events have been answered with 202. */
const KILLED_AFTER = [400, 700];
const PUBLISHED_WITHIN_MS = 90_000;
const DELIVERED_WITHIN_MS = 60_000;
const IDENTICAL_CALLS = 100;
const LAST_MOMENT_APPS = 20;
/** At the latest the sweep, which runs every minute, finds an endpoint that nobody told. */
const SWEPT_WITHIN_MS = 100_000;

let data: { path: string; remove(): Promise<void> };
let plain: Receiver;
let fifo: Receiver;
let posthorn: PosthornProcess;

beforeEach(async () => {
  data = await temporaryDirectory();
  plain = await startReceiver();
  fifo = await startReceiver();
  posthorn = await startPosthornProcess({ dataDir: data.path });
});

afterEach(async () => {
  await endPosthornProcesses();
  await plain.close();
  await fifo.close();
  await data.remove();
});

type Answer<Body> = { status: number; body: Body };

async function call<Body>(method: string, path: string, sent?: object, key?: string): Promise<Answer<Body>> {
  const response = await fetch(`${posthorn.url}/api/v1/${path}`, {
    method,
    headers: {
      authorization: `Bearer ${posthorn.key}`,
      ...(sent === undefined ? {} : { "content-type": "application/json" }),
      ...(key === undefined ? {} : { "idempotency-key": key }),
    },
    ...(sent === undefined ? {} : { body: JSON.stringify(sent) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

async function anApplicationWithTwoEndpoints(): Promise<string> {
  const { body: app } = await call<{ id: string }>("POST", "app", { name: "Kill" });
  await call("POST", `app/${app.id}/endpoint`, { url: plain.url });
  const { body: ordered } = await call<{ id: string }>("POST", `app/${app.id}/endpoint`, { url: fifo.url });
  await putPolicy(posthorn, `app/${app.id}/endpoint/${ordered.id}`, { ordering: "fifo" });
  return app.id;
}

type Logged = { id: string; payload: { n: number } };

/** The application's messages in the order of the log. */
async function logOf(appId: string): Promise<Logged[]> {
  const messages: Logged[] = [];
  for (let iterator = "", done = false; !done; ) {
    type Page = { data: Logged[]; iterator: string; done: boolean };
    const { body: page } = await call<Page>("GET", `app/${appId}/msg?limit=250${iterator}`);
    messages.unshift(...page.data.toReversed());
    iterator = `&iterator=${page.iterator}`;
    done = page.done;
  }
  return messages;
}

/** The ids in the order in which each was first seen, and how often one was seen again. */
function arrivals({ requests }: Receiver): { first: string[]; duplicates: number } {
  const first = [...new Set(requests.map(({ headers }) => String(headers["webhook-id"])))];
  return { first, duplicates: requests.length - first.length };
}

it("loses no event it answered with 202, and keeps a FIFO endpoint's order, when killed while publishers and deliveries run", {
  timeout: PUBLISHED_WITHIN_MS + DELIVERED_WITHIN_MS + 60_000,
}, async () => {
  const appId = await anApplicationWithTwoEndpoints();
  let killings = 0;
  let restarted = Promise.resolve();
  const killAndStart = async () => {
    killings++;
    await posthorn.kill();
    posthorn = await startPosthornProcess({ dataDir: data.path, port: posthorn.port });
  };
  const { accepted, unanswered } = await publishAll({
    server: () => posthorn,
    appId,
    count: EVENTS,
    connections: CONNECTIONS,
    withinMs: PUBLISHED_WITHIN_MS,
    onAccepted: (count) => {
      if (KILLED_AFTER.includes(count)) restarted = restarted.then(killAndStart);
    },
  });
  await restarted;
  expect(killings).toBe(KILLED_AFTER.length);
  expect(unanswered).toBeGreaterThan(0);

  // A call that was accepted and not answered was made again: its key finds the message, so there is one of each.
  const log = await logOf(appId);
  expect(new Map(log.map(({ id, payload }) => [payload.n, id]))).toEqual(accepted);
  expect(log).toHaveLength(EVENTS);

  const ids = log.map(({ id }) => id);
  const counts = () => [arrivals(plain).first.length, arrivals(fifo).first.length];
  await expect.poll(counts, { timeout: DELIVERED_WITHIN_MS, interval: 200 }).toEqual([EVENTS, EVENTS]);
  expect(arrivals(fifo).first).toEqual(ids);
  expect(arrivals(plain).first.toSorted()).toEqual(ids.toSorted());
  const bodies = new Map(log.map(({ id, payload }) => [id, JSON.stringify(payload)]));
  for (const { headers, body } of [...plain.requests, ...fifo.requests]) {
    expect(body.toString()).toBe(bodies.get(String(headers["webhook-id"])));
  }
  console.log(
    `killed ${KILLED_AFTER.length} times: ${unanswered} calls without an answer, ` +
      `delivered again: ${arrivals(plain).duplicates} plain, ${arrivals(fifo).duplicates} FIFO`,
  );
});

it("delivers what it answered with 202 in its last moment, though no later event tells the endpoints", {
  timeout: SWEPT_WITHIN_MS + 60_000,
}, async () => {
  const uids = Array.from({ length: LAST_MOMENT_APPS }, (_, n) => `app-${n}`);
  for (const uid of uids) {
    await call("POST", "app", { name: uid, uid });
    await call("POST", `app/${uid}/endpoint`, { url: plain.url });
  }
  const accepted = new Set<string>();
  const publishing = uids.map(async (uid) => {
    const answer = await call<{ id: string }>("POST", `app/${uid}/msg`, { eventType: "a.b", payload: {} });
    accepted.add(answer.body.id);
  });
  await Promise.race(publishing);
  await posthorn.kill();
  await Promise.allSettled(publishing);
  posthorn = await startPosthornProcess({ dataDir: data.path, port: posthorn.port });
  const missing = () => [...accepted].filter((id) => !arrivals(plain).first.includes(id));
  await expect.poll(missing, { timeout: SWEPT_WITHIN_MS, interval: 100 }).toEqual([]);
});

it("accepts one message of a hundred identical calls at once", async () => {
  const appId = await anApplicationWithTwoEndpoints();
  const publish = (message: object, key?: string) =>
    Promise.all(
      Array.from({ length: IDENTICAL_CALLS }, () =>
        call<{ id?: string; code?: string }>(
          "POST",
          `app/${appId}/msg`,
          { eventType: "a.b", ...message },
          key,
        ),
      ),
    );
  const keyed = await publish({ payload: { n: 1 } }, "the same key");
  expect(new Set(keyed.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(keyed.map(({ body }) => body.id)).size).toBe(1);

  const named = await publish({ payload: { n: 2 }, eventId: "the-same-event" });
  expect(named.filter(({ status }) => status === 202)).toHaveLength(1);
  expect(named.filter(({ body }) => body.code === "conflict")).toHaveLength(IDENTICAL_CALLS - 1);

  const both = await publish({ payload: { n: 3 }, eventId: "another-event" }, "another key");
  expect(new Set(both.map(({ status }) => status))).toEqual(new Set([202]));
  expect(new Set(both.map(({ body }) => body.id)).size).toBe(1);

  expect((await logOf(appId)).map(({ payload }) => payload.n)).toEqual([1, 2, 3]);
  await Promise.all([plain.waitFor(3), fifo.waitFor(3)]);
  expect([plain.requests.length, fifo.requests.length]).toEqual([3, 3]);
});
