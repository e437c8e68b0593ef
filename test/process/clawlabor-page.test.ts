/** Every block of ClawLabor's page, as printed but for host and key, against the real server. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLAWLABOR_PAGE, originalBlocks } from "../support/clawlabor-page.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, putPolicy, unique } from "../support/sdk-stage.ts";

const posthorn = posthornForThisFile();
const SECRET = "agent-webhook-secret";
const WITHIN = { timeout: 20_000 };
/** The number that the page's event has. */
const PLACE = 123;

type Answer = { status: number; text: string; json: unknown };
type Event = { event_id: number; event_type: string; payload: unknown; created_at: string };
type Events = { events: Event[]; next: number; has_more: boolean };

let receiver: Receiver;

beforeAll(async () => {
  receiver = await startReceiver();
});

afterAll(() => receiver.close());

async function call(
  request: string,
  { token = posthorn().key, json }: { token?: string; json?: unknown } = {},
): Promise<Answer> {
  const [method = "", path = ""] = request.split(" ");
  const response = await fetch(`${posthorn().url}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(json === undefined ? {} : { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return { status: response.status, text, json: text === "" ? null : JSON.parse(text) };
}

/** A request of the page's, by what its line ends with. */
function page(end: string, options: { token: string; json?: unknown }): Promise<Answer> {
  const found = CLAWLABOR_PAGE.requests.filter((request) => request.endsWith(end));
  expect(found).toHaveLength(1);
  return call(found[0] ?? "", options);
}

async function anAgent() {
  const app = unique("agent");
  await call("POST /api/v1/app", { json: { name: app, uid: app } });
  await putPolicy(posthorn(), `app/${app}`, { dialect: "clawlabor" });
  const { json } = await call(`POST /api/v1/auth/app-portal-access/${app}`, { json: {} });
  const { token } = json as { token: string };
  const seen = receiver.requests.length;
  return {
    token,
    webhook: (secret?: string, policy?: object) => aWebhook(app, { secret, policy }),
    publish: (payload: object, eventType = "order.received") =>
      call(`POST /api/v1/app/${app}/msg`, { json: { eventType, payload } }),
    events: async () => (await page("/events", { token })).json as Events,
    pending: async () => (await page("/pending", { token })).json as Events,
    ack: (json: unknown) => page("/ack", { token, json }),
    /** What the webhook has received since, once it is so many requests. */
    received: async (count: number) => (await receiver.waitFor(seen + count)).slice(seen),
  };
}

async function aWebhook(app: string, options: { secret: string | undefined; policy: object | undefined }) {
  const { secret, policy } = options;
  const json = { uid: app, url: receiver.url, ...(secret === undefined ? {} : { secret }) };
  expect((await call(`POST /api/v1/app/${app}/endpoint`, { json })).status).toBe(201);
  if (policy !== undefined) await putPolicy(posthorn(), `app/${app}/endpoint/${app}`, policy);
}

const idsOf = ({ events }: Events) => events.map(({ event_id }) => event_id);

it("knows every block of the page", () => {
  const { source: _, ...blocks } = CLAWLABOR_PAGE;
  expect(blocks).toEqual(originalBlocks() ?? blocks);
  expect(blocks.requests).toHaveLength(3);
});

describe("the page's body (§6)", () => {
  it("is what the webhook gets and what is polled, to the byte, but for the time", async () => {
    const agent = await anAgent();
    await Promise.all(Array.from({ length: PLACE - 1 }, (_, n) => agent.publish({ n })));
    await agent.webhook(SECRET);
    await agent.publish({ order_id: "..." });
    const [request] = await agent.received(1);
    const body = String(request?.body);
    const { created_at: createdAt } = JSON.parse(body) as Event;
    expect(createdAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
    expect(Math.abs(Date.parse(createdAt) - Date.now())).toBeLessThan(60_000);
    const shown = CLAWLABOR_PAGE.body.replace("2026-03-09T12:00:00+00:00", createdAt);
    expect(JSON.stringify(JSON.parse(body), null, 2)).toBe(shown);
    await agent.ack({ up_to: PLACE - 1 });
    const polled = await page("/events", { token: agent.token });
    expect(polled.text).toBe(`{"events":[${body}],"next":${PLACE},"has_more":false}`);
  });
});

describe("the page's header (§5)", () => {
  it("has the HMAC-SHA256 of the body when the agent is configured with a secret", async () => {
    const agent = await anAgent();
    await agent.webhook(SECRET);
    await agent.publish({ order_id: "o1" });
    const [request] = await agent.received(1);
    const mac = createHmac("sha256", SECRET)
      .update(request?.body ?? "")
      .digest("hex");
    const at = request?.rawHeaders.indexOf(CLAWLABOR_PAGE.header) ?? -1;
    expect(request?.rawHeaders[at + 1]).toBe(mac);
  });

  it("is not sent when there is none", async () => {
    const agent = await anAgent();
    await agent.webhook();
    await agent.publish({ order_id: "o1" });
    const [request] = await agent.received(1);
    expect(Object.keys(request?.headers ?? {})).not.toContain(CLAWLABOR_PAGE.header.toLowerCase());
  });
});

describe("the page's requests (§4)", () => {
  it("read and acknowledge events of an agent without a webhook", async () => {
    const agent = await anAgent();
    for (const order of ["o1", "o2"]) await agent.publish({ order_id: order });
    expect(await agent.events()).toEqual({
      events: ["o1", "o2"].map((order, index) => ({
        event_id: index + 1,
        event_type: "order.received",
        payload: { order_id: order },
        created_at: expect.stringMatching(/\+00:00$/),
      })),
      next: 2,
      has_more: false,
    });
    expect(await agent.pending()).toEqual(await agent.events());
    expect(await agent.ack({ event_ids: [1] })).toMatchObject({ status: 200 });
    expect(idsOf(await agent.events())).toEqual([2]);
    expect(idsOf(await agent.pending())).toEqual([2]);
  });

  it("without the body that the page does not print, answer what it must have", async () => {
    const { token } = await anAgent();
    const { status, text } = await page("/ack", { token });
    expect(status).toBe(422);
    expect(text).toContain("event_ids");
    expect(text).toContain("up_to");
  });

  it("are for whoever has the agent's token", async () => {
    const agent = await anAgent();
    await agent.publish({});
    const other = await anAgent();
    expect(idsOf(await other.events())).toEqual([]);
    for (const request of CLAWLABOR_PAGE.requests)
      expect((await call(request, { token: "appsk_of_nobody" })).status).toBe(401);
  });
});

describe("webhook and polling together", () => {
  it("leave pending what the webhook did not accept, and stop sending it once it is acknowledged (§2)", async () => {
    const agent = await anAgent();
    await agent.webhook(SECRET, { retrySchedule: Array.from({ length: 20 }, () => 1), jitter: false });
    receiver.behave(() => ({ status: 500 }));
    await agent.publish({ order_id: "o1" });
    const attempts = async () => (await agent.received(0)).length;
    await agent.received(2);
    expect(idsOf(await agent.pending())).toEqual([1]);
    await agent.ack({ event_ids: [1] });
    expect(idsOf(await agent.pending())).toEqual([]);
    // One may be under way when the acknowledgement comes.
    const most = (await attempts()) + 1;
    await new Promise((resolve) => setTimeout(resolve, 4000));
    expect(await attempts()).toBeLessThanOrEqual(most);
    receiver.behave(() => ({}));
  });

  it("keep an event that the webhook accepted: accepted is not completed (§3)", async () => {
    const agent = await anAgent();
    await agent.webhook();
    await agent.publish({ order_id: "o1" });
    await agent.received(1);
    await expect.poll(async () => idsOf(await agent.pending()), WITHIN).toEqual([]);
    expect(idsOf(await agent.events())).toEqual([1]);
  });

  it("name an event alike in every attempt and in the poll, so that its id serves for idempotency (§7)", async () => {
    const agent = await anAgent();
    await agent.webhook(SECRET, { retrySchedule: [0], jitter: false });
    let answers = 0;
    receiver.behave(() => ({ status: answers++ === 0 ? 503 : 200 }));
    await agent.publish({ order_id: "o1" });
    const [first, second] = await agent.received(2);
    expect(String(second?.body)).toBe(String(first?.body));
    const [polled] = (await agent.events()).events;
    expect(polled).toEqual(JSON.parse(String(first?.body)));
  });
});

it("takes a write that is retried for the same write (§7)", async () => {
  const app = unique("publisher");
  await call("POST /api/v1/app", { json: { name: app, uid: app } });
  const publish = async () => {
    const response = await fetch(`${posthorn().url}/api/v1/app/${app}/msg`, {
      method: "POST",
      headers: { authorization: `Bearer ${posthorn().key}`, "idempotency-key": "order-1" },
      body: JSON.stringify({ eventType: "order.received", payload: { order_id: "o1" } }),
    });
    return ((await response.json()) as { id: string }).id;
  };
  expect(await publish()).toBe(await publish());
});
