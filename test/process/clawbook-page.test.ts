/** Every command of ClawBook's page, as printed but for host and key, against the real server. */
import { createHmac } from "node:crypto";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CLAWBOOK_PAGE, commandWith, originalCommands, runCommand } from "../support/clawbook-page.ts";
import { type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, putPolicy } from "../support/sdk-stage.ts";

const posthorn = posthornForThisFile();
const SECRET = "your-webhook-secret";
/** The id on the page. */
const WEBHOOK = "wh_abc123";
const SECONDS = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

const COMMANDS = {
  create: 'POST "https://your-domain.com/api/v1/webhooks"',
  list: 'curl "https://your-domain.com/api/v1/webhooks"',
  get: 'curl "https://your-domain.com/api/v1/webhooks/wh_abc123"',
  update: "curl -X PATCH",
  remove: "curl -X DELETE",
  test: "/webhooks/wh_abc123/test",
  deliveries: "/webhooks/wh_abc123/deliveries",
};

let receiver: Receiver;
let token = "";

async function publisher(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${posthorn().url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${posthorn().key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  expect(response.status, text).toBeLessThan(300);
  return text === "" ? null : JSON.parse(text);
}

function page(name: keyof typeof COMMANDS): Promise<{ status: number; body: unknown }> {
  return runCommand(commandWith(COMMANDS[name]), { url: posthorn().url, token });
}

/** A call of the consumer's that the page has no command for. */
async function consumer(method: string, path: string, body?: unknown): Promise<unknown> {
  const response = await fetch(`${posthorn().url}/api/v1/webhooks${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

/** The page's webhook: an endpoint of that name at the receiver, with the page's secret and events. */
async function thePagesWebhook(): Promise<void> {
  const events = ["message.received", "message.sent"];
  await publisher("POST", "app/account/endpoint", {
    uid: WEBHOOK,
    url: receiver.url,
    filterTypes: events,
    secret: SECRET,
  });
}

beforeAll(async () => {
  receiver = await startReceiver();
  await publisher("POST", "event-type/import/catalogue", { name: "clawbook" });
  await publisher("POST", "app", { name: "An account", uid: "account" });
  await putPolicy(posthorn(), "app/account", { dialect: "clawbook" });
  const access = (await publisher("POST", "auth/app-portal-access/account", {})) as { token: string };
  token = access.token;
  await thePagesWebhook();
});

afterAll(() => receiver.close());

it("knows every command of the page", () => {
  expect(CLAWBOOK_PAGE.commands).toEqual(originalCommands() ?? CLAWBOOK_PAGE.commands);
  const run = Object.values(COMMANDS).map(commandWith);
  expect(run.toSorted()).toEqual(CLAWBOOK_PAGE.commands.toSorted());
});

describe("the commands of ClawBook's page", () => {
  it("create a webhook, and list it", async () => {
    const created = await page("create");
    expect(created).toEqual({
      status: 201,
      body: {
        id: expect.stringMatching(/^wh_[0-9A-Za-z]{27}$/),
        url: "https://your-server.com/webhook",
        events: ["message.received", "message.sent", "integration.disconnected"],
        enabled: true,
        status: "active",
        created_at: expect.stringMatching(SECONDS),
        secret: SECRET,
      },
    });
    const { secret: _, ...webhook } = created.body as Record<string, unknown>;
    const listed = await page("list");
    expect(listed).toEqual({ status: 200, body: { data: expect.any(Array), next_cursor: null } });
    const { data } = listed.body as { data: Record<string, unknown>[] };
    expect(data).toHaveLength(2);
    expect(data).toContainEqual(webhook);
    await consumer("DELETE", `/${webhook["id"]}`);
  });

  it("get a webhook in the form the page shows, with what was delivered to it", async () => {
    const payload = { message_id: "msg_xyz789" };
    await publisher("POST", "app/account/msg", { eventType: "message.received", payload });
    const [request] = await receiver.waitFor(1);
    const sent = JSON.parse(String(request?.body));
    await expect.poll(async () => recentOf((await page("get")).body)).toHaveLength(1);
    const { status, body } = await page("get");
    expect(status).toBe(200);
    const shown = CLAWBOOK_PAGE.webhook as { recent_deliveries: Record<string, unknown>[] };
    expect(body).toMatchObject({
      id: expect.stringMatching(/^wh_/),
      url: receiver.url,
      events: shown["events" as keyof typeof shown],
      status: "active",
    });
    expect(Object.keys(body as object)).toEqual(expect.arrayContaining(Object.keys(shown)));
    const [delivery] = recentOf(body);
    expect(Object.keys(delivery ?? {})).toEqual(
      expect.arrayContaining(Object.keys(shown.recent_deliveries[0] ?? {})),
    );
    expect(delivery).toMatchObject({
      id: expect.stringMatching(/^del_[0-9A-Za-z]{27}$/),
      event_id: sent.id,
      event: "message.received",
      status: "success",
      response_code: 200,
      response_time_ms: expect.any(Number),
      timestamp: expect.stringMatching(SECONDS),
      next_retry_at: null,
    });
    expect(sent.id).toMatch(/^evt_/);
  });

  it("change a webhook's events", async () => {
    expect(await page("update")).toEqual({
      status: 200,
      body: expect.objectContaining({ events: ["message.received"], enabled: true, status: "active" }),
    });
  });

  it("send a test event, signed, to that webhook, whatever it subscribes to", async () => {
    const before = receiver.requests.length;
    const { status, body } = await page("test");
    expect(status).toBe(202);
    const [request] = (await receiver.waitFor(before + 1)).slice(before);
    expect(JSON.parse(String(request?.body))).toEqual(body);
    expect(body).toMatchObject({ id: expect.stringMatching(/^evt_/), type: "webhook.test" });
    const mac = createHmac("sha256", SECRET)
      .update(request?.body ?? "")
      .digest("hex");
    expect(request?.headers["x-clawbook-signature"]).toBe(`sha256=${mac}`);
  });

  it("list delivery attempts, which can be filtered and read page by page", async () => {
    await expect.poll(async () => ((await page("deliveries")).body as List).data).toHaveLength(2);
    const { body } = await page("deliveries");
    const { data } = body as List;
    expect(data.map(({ event }) => event)).toEqual(["webhook.test", "message.received"]);
    const list = (query: string) => consumer("GET", `/${WEBHOOK}/deliveries?${query}`) as Promise<List>;
    expect((await list("event=webhook.test")).data).toEqual([data[0]]);
    expect((await list("status=success")).data).toEqual(data);
    expect((await list("status=failed")).data).toEqual([]);
    const first = await list("limit=1");
    expect(first).toEqual({ data: [data[0]], next_cursor: data[0]?.["id"] });
    expect(await list(`limit=1&cursor=${first.next_cursor}`)).toEqual({ data: [data[1]], next_cursor: null });
  });

  it("delete a webhook", async () => {
    expect(await page("remove")).toEqual({ status: 204, body: null });
    expect((await page("get")).status).toBe(404);
    await thePagesWebhook();
  });
});

it("shows a webhook as failed once a delivery was given up, sends on, and takes a success for a recovery", async () => {
  const path = `app/account/endpoint/${WEBHOOK}`;
  await putPolicy(posthorn(), path, { retrySchedule: [0, 0], jitter: false });
  receiver.behave(() => ({ status: 500 }));
  const before = receiver.requests.length;
  const event = { eventType: "message.received", payload: {} };
  await publisher("POST", "app/account/msg", event);
  await receiver.waitFor(before + 3);
  const status = async () => ((await page("get")).body as { status: string }).status;
  await expect.poll(status, { timeout: 20_000 }).toBe("failed");
  receiver.behave(() => ({}));
  await publisher("POST", "app/account/msg", event);
  await receiver.waitFor(before + 4);
  await expect.poll(status, { timeout: 20_000 }).toBe("active");
  await consumer("PATCH", `/${WEBHOOK}`, { enabled: false });
  expect(await status()).toBe("disabled");
});

type List = { data: Record<string, unknown>[]; next_cursor: string | null };

function recentOf(webhook: unknown): Record<string, unknown>[] {
  return (webhook as { recent_deliveries: Record<string, unknown>[] }).recent_deliveries;
}
