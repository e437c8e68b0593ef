/** `/mcp` through the official SDK's client, in both ways the protocol begins, against the real server. */
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { document } from "../support/readme.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, unique } from "../support/sdk-stage.ts";

const posthorn = posthornForThisFile();
const WITHIN = { timeout: 20_000 };
const TOOLS = [
  "acknowledge_events",
  "inspect_deliveries",
  "list_pending_events",
  "resend_event",
  "wait_for_events",
];

type Event = { event_id: number; message_id: string; event_type: string; payload: unknown };
type Events = { events: Event[]; next: number; has_more: boolean };
type Mode = "legacy" | "auto";
/** A server in a client's settings. */
type Shown = { url: string; headers: Record<string, string> };

let receiver: Receiver;
const clients: Client[] = [];

beforeAll(async () => {
  receiver = await startReceiver();
});

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  receiver.behave(() => ({}));
});

afterAll(() => receiver.close());

async function publisher<Answer>(path: string, json: object): Promise<Answer> {
  const response = await fetch(`${posthorn().url}/api/v1/${path}`, {
    method: "POST",
    headers: { authorization: `Bearer ${posthorn().key}` },
    body: JSON.stringify(json),
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return JSON.parse(text) as Answer;
}

async function connected(token: string, mode: Mode): Promise<Client> {
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode } });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(`${posthorn().url}/mcp`), { requestInit }));
  clients.push(client);
  return client;
}

async function anAgent(mode: Mode, access: object = {}) {
  const app = unique("agent");
  await publisher("app", { name: app, uid: app });
  const { token } = await publisher<{ token: string }>(`auth/app-portal-access/${app}`, access);
  const client = await connected(token, mode);
  return {
    client,
    publish: (payload: unknown, eventType = "order.received") =>
      publisher<{ id: string }>(`app/${app}/msg`, { eventType, payload }),
    webhook: () => publisher(`app/${app}/endpoint`, { uid: "hook", url: receiver.url }),
    /** What a tool answers; fails when that is an error. */
    call: async <Answer>(name: string, args: Record<string, unknown> = {}): Promise<Answer> => {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, JSON.stringify(result.content)).not.toBe(true);
      expect(JSON.parse(textOf(result))).toEqual(result.structuredContent);
      return result.structuredContent as Answer;
    },
    /** What it answers as an error. */
    refused: async (name: string, args: Record<string, unknown> = {}): Promise<string> => {
      const result = await client.callTool({ name, arguments: args });
      expect(result.isError, JSON.stringify(result.content)).toBe(true);
      return textOf(result);
    },
  };
}

function textOf({ content }: { content: unknown }): string {
  const [first] = content as { type: string; text: string }[];
  return first?.text ?? "";
}

const idsOf = ({ events }: Events) => events.map(({ event_id }) => event_id);

describe.each<Mode>(["legacy", "auto"])("an agent whose client begins the %s way", (mode) => {
  it("finds five tools that say what they take, and whether they change anything", async () => {
    const { client } = await anAgent(mode);
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name).toSorted()).toEqual(TOOLS);
    for (const { description, inputSchema, outputSchema, annotations } of tools) {
      expect(description?.length).toBeGreaterThan(80);
      expect(inputSchema.type).toBe("object");
      expect(outputSchema?.type).toBe("object");
      expect(annotations).toHaveProperty("readOnlyHint");
    }
    expect(client.getInstructions()).toContain("acknowledge_events");
    expect(client.getProtocolEra()).toBe(mode === "auto" ? "modern" : "legacy");
  });

  it("lists what is pending, does the work, acknowledges, and is shown nothing twice", async () => {
    const { publish, call } = await anAgent(mode);
    const published = await publish({ order_id: "o1" });
    await publish({ order_id: "o2" });
    const first = await call<Events>("list_pending_events");
    expect(first).toMatchObject({ next: 2, has_more: false });
    expect(first.events[0]).toMatchObject({
      event_id: 1,
      message_id: published.id,
      event_type: "order.received",
      payload: { order_id: "o1" },
    });
    const acked = await call("acknowledge_events", { event_ids: [published.id] });
    expect(acked).toEqual({ acknowledged_up_to: 1 });
    expect(idsOf(await call("list_pending_events"))).toEqual([2]);
    await call("acknowledge_events", { up_to: 2 });
    expect(idsOf(await call("list_pending_events"))).toEqual([]);
    expect(idsOf(await call("list_pending_events", { consumer: "other" }))).toEqual([1, 2]);
  });

  it("waits for the next event, and no longer than it asked for", async () => {
    const { publish, call } = await anAgent(mode);
    expect(await call("wait_for_events", { seconds: 0 })).toEqual({ events: [], next: 0, has_more: false });
    const waiting = call<Events>("wait_for_events", { seconds: 50, event_types: ["order.paid"] });
    await publish({}, "order.received");
    await publish({ order_id: "o1" }, "order.paid");
    expect((await waiting).events).toMatchObject([{ event_id: 2, event_type: "order.paid" }]);
  });

  it("sees what a receiver answered, and sends an event once more", async () => {
    const { publish, webhook, call } = await anAgent(mode);
    await webhook();
    receiver.behave(() => ({ status: 418, body: "no coffee here" }));
    const before = receiver.requests.length;
    await publish({ order_id: "o1" });
    type Inspected = { deliveries: { endpoint_id: string; status: string; attempts: object[] }[] };
    const inspect = async () => (await call<Inspected>("inspect_deliveries", { event_id: 1 })).deliveries[0];
    await expect.poll(async () => (await inspect())?.attempts.length, WITHIN).toBe(1);
    expect(await inspect()).toMatchObject({
      url: receiver.url,
      is_disabled: false,
      attempts: [{ status_code: 418, response: "no coffee here", result: "fail", by_hand: false }],
    });
    receiver.behave(() => ({}));
    const endpointId = (await inspect())?.endpoint_id;
    const sent = await call("resend_event", { event_id: 1, endpoint_id: "hook" });
    expect(sent).toEqual({ queued: true, endpoint_id: endpointId, event_id: 1 });
    await receiver.waitFor(before + 2);
    await expect.poll(async () => (await inspect())?.status, WITHIN).toBe("success");
    expect((await inspect())?.attempts[0]).toMatchObject({ by_hand: true, status_code: 200 });
    expect(idsOf(await call("list_pending_events"))).toEqual([]);
  });

  it("is told what to do when a call is wrong", async () => {
    const { publish, refused } = await anAgent(mode);
    await publish({});
    expect(await refused("acknowledge_events", { event_ids: [9] })).toContain("beyond the newest event, 1");
    expect(await refused("acknowledge_events", {})).toContain("event_ids or up_to");
    expect(await refused("inspect_deliveries", { event_id: 7 })).toMatch(/no event 7.*list_pending_events/);
    expect(await refused("resend_event", { event_id: 1, endpoint_id: "none" })).toMatch(/no endpoint none/);
    expect(await refused("wait_for_events", { seconds: 51 })).toContain("50");
  });

  it("with a read-only token looks, and is told that it cannot do more", async () => {
    const { publish, call, refused } = await anAgent(mode, { readOnly: true });
    await publish({});
    expect(idsOf(await call("list_pending_events"))).toEqual([1]);
    expect(await refused("acknowledge_events", { event_ids: [1] })).toMatch(/ManageEndpoint.*read-only/);
    expect(await refused("resend_event", { event_id: 1, endpoint_id: "x" })).toMatch(
      /CreateAttempts.*read-only/,
    );
  });

  it("reads large payloads a few at a time, and is told where one too large is", async () => {
    const { publish, call } = await anAgent(mode);
    for (let n = 0; n < 3; n++) await publish({ text: "x".repeat(20_000) });
    await publish({ text: "x".repeat(200_000) });
    const first = await call<Events>("list_pending_events");
    expect(first).toMatchObject({ next: 2, has_more: true });
    expect(idsOf(first)).toEqual([1, 2]);
    const rest = await call<Events>("list_pending_events", { after: 3 });
    expect(rest.events).toMatchObject([
      { event_id: 4, payload: null, payload_missing: expect.stringContaining("200") },
    ]);
  });
});

it("is reached with the settings that docs/mcp.md shows", async () => {
  const app = unique("shown");
  await publisher("app", { name: app, uid: app });
  const { token } = await publisher<{ token: string }>(`auth/app-portal-access/${app}`, {});
  const blocks = [...document("docs/mcp.md").matchAll(/^```json\n([\s\S]*?)^```$/gm)];
  expect(blocks).toHaveLength(2);
  for (const [, text = ""] of blocks) {
    const settings = text.replace("http://127.0.0.1:8787", posthorn().url).replace("POSTHORN_TOKEN", token);
    const [servers] = Object.values(JSON.parse(settings) as Record<string, Record<string, Shown>>);
    const { url, headers } = servers?.["posthorn"] ?? { url: "", headers: {} };
    const client = new Client({ name: "test", version: "1" });
    clients.push(client);
    await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit: { headers } }));
    expect((await client.listTools()).tools).toHaveLength(TOOLS.length);
  }
});

it("refuses a client whose token is nobody's", async () => {
  await expect(connected("appsk_of_nobody", "legacy")).rejects.toThrow();
});
