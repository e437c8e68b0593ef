/** Messages and what an endpoint's object has on record of them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, vi } from "vitest";
import { attemptId, keyOfId, messageId, parseMessageId } from "../../src/core/ids.ts";
import { EMPTY_TALLY } from "../../src/core/tally.ts";
import { type AttemptRecord, Queue } from "../../src/delivery/queue.ts";
import { api } from "./api.ts";
import { anApplication } from "./apps.ts";
import { anEndpointOf, type EndpointJson } from "./endpoints.ts";

export type MessageJson = {
  id: string;
  eventType: string;
  eventId: string | null;
  payload: unknown;
  channels: string[] | null;
  tags: string[] | null;
  timestamp: string;
};

export async function aMessageOf(appId: string, fields: Record<string, unknown> = {}): Promise<MessageJson> {
  const { status, body } = await api("POST", `/api/v1/app/${appId}/msg`, {
    json: { eventType: "thing.done", payload: { n: 1 }, ...fields },
  });
  expect(status, JSON.stringify(body)).toBe(202);
  return body as MessageJson;
}

/** Runs on the tables of an endpoint's object, as if it had written there itself. */
export async function withQueueOf<Result>(
  { endpointId, appKey }: { endpointId: string; appKey: number },
  work: (queue: Queue) => Result,
): Promise<Result> {
  const stub = env.ENDPOINT.getByName(`${appKey}.${endpointId}`);
  return runInDurableObject(stub, (_instance, state) =>
    work(new Queue((query, ...bindings) => state.storage.sql.exec(query, ...bindings).toArray())),
  );
}

/** The event of a message as an object records it. */
export function eventOfMessage(message: MessageJson) {
  const address = parseMessageId(message.id);
  if (address === null) throw new Error(`not a message's id: ${message.id}`);
  const { eventType, eventId, channels, tags } = message;
  const createdAtMs = Date.parse(message.timestamp);
  const event = { ...{ position: address.position, createdAtMs, eventType, eventId }, channels, tags };
  expect(messageId({ appKey: address.appKey, position: address.position, createdAtMs })).toBe(message.id);
  return { appKey: address.appKey, event: { ...event, deliverAtMs: null } };
}

export type Attempted = Omit<AttemptRecord, "start"> & { startedAtMs: number };

/** Begins an attempt and ends it at once; its key. */
export function recordAtOnce(queue: Queue, { startedAtMs, ...attempt }: Attempted): number {
  const { position } = attempt.event;
  const start = queue.beginAttempt({ position, startedAtMs, isFirst: attempt.trigger === 0 });
  queue.recordAttempt({ ...attempt, start }, { position: 0, succeeded: 0, tally: EMPTY_TALLY });
  return start.key;
}

/** Puts an attempt of the message on the endpoint's record, without any request; its id. */
export async function anAttemptOf(
  message: MessageJson,
  endpointId: string,
  fields: Partial<Attempted> = {},
): Promise<string> {
  const { appKey, event } = eventOfMessage(message);
  const attemptKey = await withQueueOf({ appKey, endpointId }, (queue) =>
    recordAtOnce(queue, {
      event,
      startedAtMs: event.createdAtMs + 1,
      durationMs: 12,
      trigger: 0,
      status: 0,
      statusCode: 200,
      url: "https://example.com/hook",
      response: "thanks",
      failure: null,
      nextAtMs: null,
      exchange: { requestHeaders: { "x-sent": "1" }, responseHeaders: { "x-got": "2" } },
      ...fields,
    }),
  );
  const endpointKey = keyOfId("ep_", endpointId) ?? 0;
  return attemptId({ attemptKey, endpointKey, position: event.position });
}

export const FAILED = { status: 2, statusCode: 500, failure: "status", response: "no" } as const;

/** Where nobody listens, apart from every other: what is sent there in spite of a mock fails at once. */
export function nowhere(): string {
  return `http://127.0.0.1:9/${crypto.randomUUID()}`;
}

export type SentRequest = { headers: Headers; body: string };

/** Answers in place of the receiver at a URL until the mock is restored; the requests it got. */
export function interceptTarget(url: string, answer: () => Response | Promise<Response>): SentRequest[] {
  const requests: SentRequest[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    // What other tests left waiting must not be taken for what this one sent.
    if (request.url !== url) return new Response(null, { status: 503 });
    requests.push({ headers: new Headers(request.headers), body: await request.text() });
    return answer();
  });
  return requests;
}

/** An application with endpoints that are sent nothing of their own accord. */
export async function aQuietApp(endpoints = 1) {
  const { id: appId } = await anApplication();
  const made: EndpointJson[] = [];
  for (let count = 0; count < endpoints; count++) {
    made.push(await anEndpointOf(appId, { url: nowhere(), channels: ["another"] }));
  }
  const [endpoint] = made;
  if (endpoint === undefined) throw new Error("no endpoint");
  return { appId, app: `/api/v1/app/${appId}`, endpoint, endpoints: made };
}

/** Makes the endpoint's object read the log now. */
export async function settleEndpoint(message: MessageJson, endpointId: string): Promise<void> {
  await env.ENDPOINT.getByName(`${eventOfMessage(message).appKey}.${endpointId}`).settle();
}

export type AttemptJson = {
  id: string;
  msgId: string;
  endpointId: string;
  timestamp: string;
  url: string;
  response: string;
  responseStatusCode: number;
  responseDurationMs: number;
  status: number;
  statusText: string;
  triggerType: number;
  failure: string | null;
  nextAttempt: string | null;
  msg?: MessageJson;
};

export type PageJson<Item> = {
  data: Item[];
  iterator: string | null;
  prevIterator: string | null;
  done: boolean;
};

export async function attemptsAt(path: string): Promise<PageJson<AttemptJson>> {
  return (await listAt(path)) as PageJson<AttemptJson>;
}

export async function messagesAt(path: string): Promise<PageJson<MessageJson & Record<string, unknown>>> {
  return (await listAt(path)) as PageJson<MessageJson & Record<string, unknown>>;
}

export async function endpointsAt(path: string): Promise<PageJson<EndpointJson & Record<string, unknown>>> {
  return (await listAt(path)) as PageJson<EndpointJson & Record<string, unknown>>;
}

async function listAt(path: string): Promise<unknown> {
  const { status, body } = await api("GET", path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body;
}

export function idsOf(page: PageJson<{ id: string }>): string[] {
  return page.data.map(({ id }) => id);
}

/** The message's attempts once there are that many. */
export async function untilAttempted(appId: string, msgId: string, count = 1): Promise<AttemptJson[]> {
  return vi.waitFor(
    async () => {
      const { data } = await attemptsAt(`/api/v1/app/${appId}/attempt/msg/${msgId}`);
      expect(data.length).toBeGreaterThanOrEqual(count);
      return data;
    },
    { timeout: 20_000, interval: 20 },
  );
}
