/** The six dialects as their receivers know them: an event each vendor would send, and the vendor's own check. */
import { createHmac, timingSafeEqual } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import type { ReceivedRequest } from "../../test/support/receiver.ts";

export type Vendor = {
  dialect: string;
  eventType: string;
  payload: Record<string, unknown>;
  /** Where to give the endpoint a secret of its own; otherwise one is generated. */
  secret?: string;
  /** The headers worth showing. */
  shown: RegExp;
  /** Whose rule `verify` is. */
  rule: string;
  verify(request: ReceivedRequest, secret: string): boolean;
};

export const VENDORS: Vendor[] = [
  {
    dialect: "standard",
    eventType: "invoice.paid",
    payload: { invoice: "inv_1", amount: 1250, currency: "EUR" },
    shown: /^webhook-/,
    rule: "the official standardwebhooks package",
    verify: (request, secret) =>
      accepts(() => new StandardWebhook(secret).verify(request.body.toString(), textHeaders(request))),
  },
  {
    dialect: "svix",
    eventType: "contract.updated",
    payload: { contract_id: "con_1", status: "cancelled" },
    shown: /^svix-/,
    rule: "the official svix package",
    verify: (request, secret) =>
      accepts(() => new SvixWebhook(secret).verify(request.body.toString(), textHeaders(request))),
  },
  {
    dialect: "clawlabor",
    eventType: "order.received",
    payload: { order_id: "ord_1" },
    secret: "clawlabor-demo-secret",
    shown: /^x-webhook-signature$/,
    rule: "the page's rule: hex HMAC-SHA256 of the body",
    verify: (request, secret) =>
      isClawLaborSignature(request.body, header(request, "x-webhook-signature"), secret),
  },
  {
    dialect: "clawbook",
    eventType: "message.received",
    payload: { message_id: "msg_xyz789", platform: "telegram", content: "Hello, how are you?" },
    secret: "clawbook-demo-secret",
    shown: /^x-clawbook-signature$/,
    rule: "the page's Node.js sample, which re-serialises the body",
    verify: (request, secret) =>
      isClawBookSignature(reserialised(request), header(request, "x-clawbook-signature"), secret),
  },
  {
    dialect: "clawget",
    eventType: "purchase.completed",
    payload: { purchase_id: "pur_xyz789", amount: 15, currency: "USD" },
    secret: "clawget-demo-secret",
    shown: /^x-clawget-signature$/,
    rule: "the page's Express sample, which re-serialises the body",
    verify: (request, secret) =>
      isHexSignature(reserialised(request), header(request, "x-clawget-signature"), secret),
  },
  {
    dialect: "swiftclaw",
    eventType: "agent.completed",
    payload: { agent: "my-agent", request_id: "req_xyz789", duration: 1250, tokens_used: 450 },
    secret: "swiftclaw-demo-secret",
    shown: /^x-swiftclaw-signature$/,
    rule: "the page's Node.js sample, over the raw body",
    verify: (request, secret) =>
      isHexSignature(request.body, header(request, "x-swiftclaw-signature"), secret),
  },
];

/** seeds/clawbook, "Verifying Signatures". */
function isClawBookSignature(payload: string, signature: string, secret: string): boolean {
  const expected = createHmac("sha256", secret).update(payload).digest("hex");
  return `sha256=${expected}` === signature;
}

/** seeds/clawget `verifySignature` and seeds/swiftclaw `verifyWebhook`: the same code over different bytes. */
function isHexSignature(payload: string | Buffer, signature: string, secret: string): boolean {
  const expected = createHmac("sha256", secret).update(payload).digest("hex");
  return accepts(() => {
    if (!timingSafeEqual(Buffer.from(signature), Buffer.from(expected))) throw new Error("no match");
  });
}

/** seeds/clawlabor §5 names the algorithm and the header; its page has no code. */
function isClawLaborSignature(payload: Buffer, signature: string, secret: string): boolean {
  return createHmac("sha256", secret).update(payload).digest("hex") === signature;
}

/** What `express.json()` and then `JSON.stringify(req.body)` make of the body. */
function reserialised(request: ReceivedRequest): string {
  return JSON.stringify(JSON.parse(request.body.toString()));
}

function header(request: ReceivedRequest, name: string): string {
  return textHeaders(request)[name] ?? "";
}

function textHeaders({ headers }: ReceivedRequest): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function accepts(check: () => unknown): boolean {
  try {
    check();
    return true;
  } catch {
    return false;
  }
}
