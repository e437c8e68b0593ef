/** What each vendor's receiver gets from the real server, byte for byte, and what the vendor's own sample says of it. */
import { createHmac } from "node:crypto";
import { Webhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ReceivedRequest, type Receiver, startReceiver } from "../support/receiver.ts";
import { posthornForThisFile, putPolicy } from "../support/sdk-stage.ts";
import { nodeAnswer, pythonAnswers } from "../wire/receivers.ts";
import { dialectVectors } from "../wire/vectors.ts";

const posthorn = posthornForThisFile();

// One of the samples has this secret written into it; the others take any.
const SECRET = "your-webhook-secret";
const WHSEC = `whsec_${Buffer.alloc(24, "vendors").toString("base64")}`;
const ACCEPTED = 200;
const REFUSED = 401;

/** What the receiver must get: the message as it was accepted, and its place among the application's messages. */
type Sent = { id: string; eventType: string; atMs: number; place: number; payload: string };

/** One event whose every part tempts somebody to change it. */
const AWKWARD = `{"amount": 475.50, "text": "Grüße, 你好, مرحبا 👩‍👩‍👧‍👦🦀 a\u2028b\u2029c \\u2028\\/", "nested": {"list": [1, [], {"deep": null}]}}`;
const LONG = JSON.stringify({ text: "é🦀x".repeat(50_000) });

const isoSeconds = (atMs: number) => new Date(atMs).toISOString().slice(0, 19);
const unixSeconds = (atMs: number) => Math.floor(atMs / 1000);
const evt = (id: string) => id.replace(/^msg_/, "evt_");

function hex(body: Buffer, secret: string): string {
  return createHmac("sha256", secret).update(body).digest("hex");
}

/** Signature headers of one attempt. */
type Signing = (sent: Sent, body: Buffer, request: ReceivedRequest) => Record<string, string>;

/** Checked by the official libraries below; here it is the names, the id and the freshness. */
function signedAs(prefix: string): Signing {
  return ({ id }, body, { headers }) => {
    const timestamp = String(headers[`${prefix}-timestamp`]);
    expect(Math.abs(Number(timestamp) - Date.now() / 1000)).toBeLessThan(300);
    const key = Buffer.from(WHSEC.slice("whsec_".length), "base64");
    const mac = createHmac("sha256", key).update(`${id}.${timestamp}.`).update(body).digest("base64");
    return {
      [`${prefix}-id`]: id,
      [`${prefix}-timestamp`]: timestamp,
      [`${prefix}-signature`]: `v1,${mac}`,
    };
  };
}

type Page = {
  dialect: string;
  secret: string;
  /** The body as the vendor's page shows it, written by hand from the page. */
  body: (sent: Sent) => string;
  signature: Signing;
};

const data = ({ payload }: Sent) => JSON.stringify(JSON.parse(payload));

const PAGES: Page[] = [
  { dialect: "standard", secret: WHSEC, body: ({ payload }) => payload, signature: signedAs("webhook") },
  { dialect: "svix", secret: WHSEC, body: ({ payload }) => payload, signature: signedAs("svix") },
  {
    dialect: "clawlabor",
    secret: SECRET,
    body: (sent) =>
      `{"event_id":${sent.place},"event_type":"${sent.eventType}","payload":${data(sent)},"created_at":"${isoSeconds(sent.atMs)}+00:00"}`,
    signature: (_, body) => ({ "X-Webhook-Signature": hex(body, SECRET) }),
  },
  {
    dialect: "clawbook",
    secret: SECRET,
    body: (sent) =>
      `{"id":"${evt(sent.id)}","type":"${sent.eventType}","created_at":"${isoSeconds(sent.atMs)}Z","data":${data(sent)}}`,
    signature: (_, body) => ({ "X-ClawBook-Signature": `sha256=${hex(body, SECRET)}` }),
  },
  {
    dialect: "clawget",
    secret: SECRET,
    body: (sent) =>
      `{"type":"${sent.eventType}","id":"${evt(sent.id)}","created":${unixSeconds(sent.atMs)},"data":${data(sent)}}`,
    signature: (_, body) => ({ "X-Clawget-Signature": hex(body, SECRET) }),
  },
  {
    dialect: "swiftclaw",
    secret: SECRET,
    body: (sent) =>
      `{"id":"${evt(sent.id)}","type":"${sent.eventType}","created":${unixSeconds(sent.atMs)},"data":${data(sent)}}`,
    signature: (_, body) => ({ "X-SwiftClaw-Signature": hex(body, SECRET) }),
  },
];

async function call(method: string, path: string, body?: string): Promise<{ status: number; json: unknown }> {
  const response = await fetch(`${posthorn().url}/api/v1/${path}`, {
    method,
    headers: { authorization: `Bearer ${posthorn().key}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body }),
  });
  const text = await response.text();
  return { status: response.status, json: text === "" ? null : JSON.parse(text) };
}

/** An application in the dialect whose one endpoint is the receiver, in order so that arrivals can be told apart. */
async function anApplication(dialect: string, endpoint: { url: string; secret?: string }): Promise<void> {
  await call("POST", "app", JSON.stringify({ name: dialect, uid: dialect }));
  await putPolicy(posthorn(), `app/${dialect}`, { dialect, ordering: "fifo" });
  const created = await call(
    "POST",
    `app/${dialect}/endpoint`,
    JSON.stringify({ uid: "receiver", ...endpoint }),
  );
  expect(created.status).toBe(201);
}

/** Publishes the payload as it is written, not as a serialiser would write it. */
async function publish(
  uid: string,
  event: { eventType: string; payload: string },
  place: number,
): Promise<Sent> {
  const body = `{"eventType":${JSON.stringify(event.eventType)},"payload":${event.payload}}`;
  const { status, json } = await call("POST", `app/${uid}/msg`, body);
  expect(status).toBe(202);
  const { id, timestamp } = json as { id: string; timestamp: string };
  return { ...event, id, atMs: Date.parse(timestamp), place };
}

function headersAsSent({ rawHeaders }: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(
    rawHeaders.flatMap((name, index) => (index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""]] : [])),
  );
}

/** Added by the runtime, on this machine as on Cloudflare's: it names the zone that sent the request. */
const RUNTIME_HEADERS = ["CF-Worker"];

function withoutRuntimeHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !RUNTIME_HEADERS.includes(name)));
}

describe.each(PAGES)("the dialect $dialect", ({ dialect, secret, body, signature }) => {
  const vectors = dialectVectors(dialect);
  const examples = vectors.vectors.filter(({ secret }) => secret !== null).map(({ event }) => event);
  const events = [
    ...examples.map(({ eventType, payload }) => ({ eventType, payload: payload ?? "" })),
    { eventType: "awkward.event", payload: AWKWARD },
    { eventType: "long.event", payload: LONG },
  ];
  let receiver: Receiver;
  let sent: Sent[] = [];
  let requests: ReceivedRequest[] = [];

  beforeAll(async () => {
    receiver = await startReceiver();
    await anApplication(dialect, { url: `${receiver.url}hooks/in?from=posthorn`, secret });
    sent = [];
    for (const event of events) sent.push(await publish(dialect, event, sent.length + 1));
    requests = await receiver.waitFor(events.length);
  });
  afterAll(() => receiver.close());

  it("sends the body of the vendor's page, byte for byte", () => {
    expect(requests.map((request) => request.body.toString())).toEqual(sent.map(body));
    for (const request of requests) {
      expect(Buffer.from(request.body.toString()).equals(request.body)).toBe(true);
    }
  });

  it("shows the fields of the page's own examples in the page's order", () => {
    const fields = requests
      .slice(0, examples.length)
      .map((request) => Object.keys(JSON.parse(String(request.body))));
    const printed = vectors.vectors.filter(({ secret }) => secret !== null);
    expect(fields).toEqual(printed.map((vector) => Object.keys(JSON.parse(vector.body))));
  });

  it("sends these headers and no others, spelled as on the page", () => {
    requests.forEach((request, index) => {
      const message = sent[index];
      if (message === undefined) throw new Error("more arrived than was sent");
      expect(request).toMatchObject({ method: "POST", path: "/hooks/in?from=posthorn" });
      expect(withoutRuntimeHeaders(headersAsSent(request))).toEqual({
        Host: `127.0.0.1:${receiver.port}`,
        "Content-Length": String(request.body.length),
        "Content-Type": "application/json",
        "User-Agent": "Posthorn/1 (+webhooks)",
        ...signature(message, request.body, request),
      });
    });
  });

  it("satisfies every receiver that the vendor prints, which refuses another body", async () => {
    for (const sample of vectors.receivers) {
      const deliveries = requests.flatMap((request, index) => {
        const headers = headersAsSent(request);
        const genuine = { headers, body: request.body.toString() };
        const other = requests[index === 0 ? 1 : 0]?.body.toString() ?? "";
        return [genuine, { headers, body: other }].map((request) => ({ receiver: sample, request, secret }));
      });
      const answers =
        sample.language === "python"
          ? pythonAnswers(deliveries)
          : await Promise.all(deliveries.map((delivery) => nodeAnswer(delivery)));
      expect(answers).toEqual(requests.flatMap(() => [ACCEPTED, REFUSED]));
    }
  });
});

it("satisfies the official libraries, where those are what the vendor's page names", async () => {
  const receiver = await startReceiver();
  try {
    for (const [uid, dialect] of Object.entries({ "std-lib": "standard", "svix-lib": "svix" })) {
      await call("POST", "app", JSON.stringify({ name: uid, uid }));
      await putPolicy(posthorn(), `app/${uid}`, { dialect });
      await call("POST", `app/${uid}/endpoint`, JSON.stringify({ url: receiver.url, secret: WHSEC }));
      await publish(uid, { eventType: "awkward.event", payload: AWKWARD }, 1);
    }
    for (const request of await receiver.waitFor(2)) {
      const headers = headersAsSent(request);
      const text = request.body.toString();
      const isSvix = "svix-id" in headers;
      const check = isSvix ? new SvixWebhook(WHSEC) : new Webhook(WHSEC);
      expect(() => check.verify(text, headers)).not.toThrow();
      expect(() => check.verify(text.replace("475.50", "475.5"), headers)).toThrow();
    }
  } finally {
    await receiver.close();
  }
});

it("leaves a ClawLabor endpoint unsigned until it is given a secret", async () => {
  const receiver = await startReceiver();
  try {
    await call("POST", "app", JSON.stringify({ name: "Unsigned", uid: "unsigned" }));
    await putPolicy(posthorn(), "app/unsigned", { dialect: "clawlabor" });
    const endpoint = JSON.stringify({ uid: "agent", url: receiver.url });
    expect((await call("POST", "app/unsigned/endpoint", endpoint)).status).toBe(201);
    const secretPath = "app/unsigned/endpoint/agent/secret";
    expect(await call("GET", secretPath)).toEqual({
      status: 404,
      json: { code: "not_found", detail: expect.any(String) },
    });
    const event = { eventType: "order.received", payload: '{"order_id":"ord_1"}' };
    await publish("unsigned", event, 1);
    const [unsigned] = await receiver.waitFor(1);
    expect(unsigned?.headers).not.toHaveProperty("x-webhook-signature");
    expect(JSON.parse(String(unsigned?.body))).toMatchObject({ event_id: 1, event_type: "order.received" });

    expect((await call("POST", `${secretPath}/rotate`, JSON.stringify({ key: SECRET }))).status).toBe(204);
    expect(await call("GET", secretPath)).toEqual({ status: 200, json: { key: SECRET } });
    await publish("unsigned", event, 2);
    const [, signed] = await receiver.waitFor(2);
    if (signed === undefined) throw new Error("nothing arrived");
    expect(JSON.parse(String(signed.body))).toMatchObject({ event_id: 2 });
    expect(signed.headers["x-webhook-signature"]).toBe(hex(signed.body, SECRET));
  } finally {
    await receiver.close();
  }
});
