/** A deployment with something to look at: two customers, endpoints in every state, a day's worth of kinds of messages. */
import { type Receiver, startReceiver } from "../../test/support/receiver.ts";
import { type RunningPosthorn, startPosthorn } from "../runtime/start-posthorn.ts";
import { seedSamples } from "./seed-samples.ts";

export type Stage = {
  posthorn: RunningPosthorn;
  appId: string;
  endpointId: string;
  failingId: string;
  messageId: string;
  /** Of the consumer, as `app-portal-access` returns it. */
  link: string;
  publisherLink: string;
  stop(): Promise<void>;
};

type Json = Record<string, unknown>;
const KEY = "sk_screenshots_of_the_portal";
const SETTLE_MS = 3000;

export async function setStage(dataDir: string): Promise<Stage> {
  await (await startPosthorn({ port: 0, dataDir, key: KEY })).stop();
  await seedSamples(dataDir, Date.now());
  const posthorn = await startPosthorn({ port: 0, dataDir, key: KEY });
  const good = await startReceiver(() => ({ body: '{"received":true}' }));
  const bad = await startReceiver(() => ({ status: 503, body: "maintenance until noon" }));
  const call = caller(posthorn.url);
  await call("POST", "/event-type/import/catalogue", { name: "clawbook" });
  await call("POST", "/event-type/import/catalogue", { name: "clazar" });
  for (const [name, uid] of CUSTOMERS) await call("POST", "/app", { name, uid });
  await call("POST", OPERATIONAL, { url: `${good.url}operations`, description: "On call" });
  const watched = ["endpoint.disabled", "message.attempt.exhausted"];
  await call("POST", OPERATIONAL, {
    url: "https://audit.acme.example/",
    eventTypes: watched,
    disabled: true,
  });
  const app = "/app/acme";
  const main = await addEndpoint(call, { url: `${good.url}webhooks/orders`, description: "Orders service" });
  const failing = await addEndpoint(call, { url: `${bad.url}crm/hooks`, description: "CRM sync" });
  const off = await addEndpoint(call, { url: "https://old.acme.example/hooks", description: "Old site" });
  await call("PATCH", `${app}/endpoint/${off}`, { disabled: true });
  await someInbox(call, app);
  let messageId = "";
  for (const message of MESSAGES) {
    messageId = String((await call("POST", `${app}/msg`, message))["id"]);
  }
  await call("PATCH", `${app}/alert-email`, { email: "owner@acme.example, oncall@acme.example" });
  await call("POST", `${app}/alert`, { metric: "webhook-exhausted", threshold: 1, window: "1d" });
  const pager = { name: "Pager", metric: "webhook-failures", threshold: 50, window: "15m" };
  await call("POST", `${app}/alert`, { ...pager, endpointId: failing });
  await someKeys(call, posthorn.url, `${app}/endpoint/${main}`);
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const { url: link, token } = await call("POST", "/auth/app-portal-access/acme", {});
  await pullSome(`${posthorn.url}/events/me`, String(token));
  return {
    posthorn,
    appId: "acme",
    endpointId: main,
    failingId: failing,
    messageId,
    link: String(link),
    publisherLink: `${posthorn.url}/portal/login#key=${btoa(JSON.stringify({ token: KEY }))}`,
    stop: () => stopAll(posthorn, [good, bad]),
  };
}

/** An inbox that one endpoint sends to, and that two programs have called, one of them as if it were the endpoint. */
async function someInbox(call: Caller, app: string): Promise<void> {
  const url = String((await call("PUT", `${app}/inbox`, { answerStatus: 500 }))["url"]);
  const fields = { url, description: "The built-in inbox", eventTypes: ["message.sent"] };
  await call("POST", `${app}/endpoint`, fields);
  await fetch(url, { method: "PUT", body: '{"type":"by.hand"}' });
  await call("PUT", `${app}/inbox`, {});
  const signed = { "webhook-id": "msg_1", "webhook-timestamp": "1", "webhook-signature": "v1,forged" };
  await fetch(url, { method: "POST", body: '{"type":"by.another"}', headers: signed });
}

/** Keys of every kind, one of which is at work. */
async function someKeys(call: Caller, url: string, endpoint: string): Promise<void> {
  const ends = new Date(Date.now() + 30 * 86_400_000).toISOString();
  await call("POST", "/api-key", { name: "Terraform", scopes: ["read", "manage"], expiresAt: ends });
  await call("POST", "/api-key", { name: "old backend" });
  await call("POST", "/api-key", { name: "customer portal", scopes: ["read", "replay", "manage", "portal"] });
  const { token } = await call("POST", "/api-key", {
    name: "deployer",
    scopes: ["read", "manage", "replay"],
  });
  const deployer = caller(url, String(token));
  await deployer("PATCH", endpoint, { throttleRate: 50, description: "Orders service, two machines" });
  await deployer("PATCH", `${endpoint}/headers`, { headers: { "X-Team": "orders" } });
  await deployer("POST", `${endpoint}/secret/rotate`, { gracePeriodSeconds: 3600 });
}

/** Two agents: one that is up to date, one that is behind and holds some. */
async function pullSome(url: string, token: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
  // Acknowledging would end the retries of the endpoint that fails.
  const seek = (name: string, to: number | "end") =>
    fetch(`${url}/consumers/${name}/seek`, { method: "POST", headers, body: JSON.stringify({ to }) });
  await seek("assistant", "end");
  await seek("crm-import", 9);
  await fetch(`${url}/events?consumer=crm-import&limit=2&lease_seconds=600`, { headers });
}

async function stopAll(posthorn: RunningPosthorn, receivers: Receiver[]): Promise<void> {
  await posthorn.stop();
  for (const receiver of receivers) await receiver.close();
}

const OPERATIONAL = "/operational-webhook/endpoint";

const CUSTOMERS = [
  ["Umbrella GmbH", "umbrella"],
  ["Initech", "initech"],
  ["Acme Inc.", "acme"],
] as const;

const MESSAGES = Array.from({ length: 14 }, (_, index) => ({
  eventType: ["message.received", "message.sent", "integration.error"][index % 3],
  eventId: `evt-${1000 + index}`,
  payload: {
    message_id: `msg_${81 + index}`,
    platform: "telegram",
    sender: { id: "123456789", name: "John Doe" },
    content: "Hello there",
  },
  ...(index % 4 === 0 ? { tags: ["import"] } : {}),
}));

type Caller = (method: string, path: string, json?: Json) => Promise<Json>;

function caller(url: string, key = KEY): Caller {
  return async (method, path, json) => {
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    return text === "" ? {} : (JSON.parse(text) as Json);
  };
}

async function addEndpoint(
  call: Caller,
  { url, description }: { url: string; description: string },
): Promise<string> {
  const types = ["message.received", "message.sent", "integration.error"];
  return String((await call("POST", "/app/acme/endpoint", { url, description, eventTypes: types }))["id"]);
}
