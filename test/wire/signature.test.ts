import { createHmac } from "node:crypto";
import { Webhook as StandardWebhook } from "standardwebhooks";
import { Webhook as SvixWebhook } from "svix";
import { Webhook as SvixV1Webhook } from "svix-v1";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { EndpointSecret } from "../../src/core/endpoint.ts";
import { MAX_CACHED_SIGNING_KEYS } from "../../src/core/limits/secrets.ts";
import { buildRequest, rotateSecrets, signatureHeaders } from "../../src/wire/index.ts";
import { AWKWARD_PAYLOADS, anEvent, current, dialectNamed } from "./vectors.ts";

const A = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const B = "whsec_plJ3nmyCDGBKInavdOK15jsl";
const PAIR = "whsk_6Xb/dCcHpPea21PS1N9VY/NZW723CEc77N4rJCubMbfVKIDij2HKpMKkioLlX0dRqSKJp4AJ6p9lMicMFs6Kvg==";

// Their `verify` throws on refusal; what it returns otherwise differs between versions.
const LIBRARIES = [
  { dialectName: "standard", library: "standardwebhooks", Webhook: StandardWebhook },
  { dialectName: "standard", library: "svix 2", Webhook: SvixWebhook },
  { dialectName: "svix", library: "svix 2", Webhook: SvixWebhook },
  { dialectName: "svix", library: "svix 1", Webhook: SvixV1Webhook },
];

function request(dialectName: string, secrets: EndpointSecret[], payload = '{"a":1}') {
  const nowMs = Date.now();
  const event = anEvent({ payload });
  return buildRequest({
    dialect: dialectNamed(dialectName),
    event,
    appKey: 5,
    secrets,
    customHeaders: {},
    nowMs,
  });
}

function rotated(from: string, to: string): EndpointSecret[] {
  const rotation = { secrets: [current(from)], newValue: to, graceSeconds: 3600, nowMs: Date.now() };
  const result = rotateSecrets(rotation);
  return result.ok ? result.secrets : [];
}

describe.each(LIBRARIES)(
  "the official $library library, given a $dialectName request",
  ({ dialectName, Webhook }) => {
    it.each(Object.entries(AWKWARD_PAYLOADS))("accepts a payload with %s", async (_, payload) => {
      const { body, headers } = await request(dialectName, [current(A)], payload);
      expect(() => new Webhook(A).verify(body, headers)).not.toThrow();
    });

    it("accepts it with the new and with the old secret during a rotation", async () => {
      const { body, headers } = await request(dialectName, rotated(A, B));
      expect(() => new Webhook(B).verify(body, headers)).not.toThrow();
      expect(() => new Webhook(A).verify(body, headers)).not.toThrow();
    });

    it("accepts it with the symmetric secret while an Ed25519 one takes over", async () => {
      const { body, headers } = await request(dialectName, rotated(A, PAIR));
      expect(headers[`${dialectName === "svix" ? "svix" : "webhook"}-signature`]).toMatch(
        /^v1a,[^ ]+ v1,[^ ]+$/,
      );
      expect(() => new Webhook(A).verify(body, headers)).not.toThrow();
    });

    it("refuses it once the old secret has expired", async () => {
      const secrets = [current(B), { value: A, expiresAtMs: Date.now() - 1 }];
      const { body, headers } = await request(dialectName, secrets);
      expect(() => new Webhook(A).verify(body, headers)).toThrow("No matching signature");
    });

    it("refuses a changed body", async () => {
      const { headers } = await request(dialectName, [current(A)]);
      expect(() => new Webhook(A).verify('{"a":2}', headers)).toThrow("No matching signature");
    });

    it("verifies a secret without its prefix", async () => {
      const { body, headers } = await request(dialectName, [current(A.slice("whsec_".length))]);
      expect(() => new Webhook(A).verify(body, headers)).not.toThrow();
    });
  },
);

describe("a free-form secret of an endpoint that moved to the standard scheme", () => {
  it.each([
    "your-webhook-secret",
    "a",
    "pässwörd 🦀",
    "whsec_not base64",
    "whsec_",
    "whsk_c2hvcnQ=",
    "abc",
    "====",
  ])("signs as its UTF-8 bytes when it is not base64: %s", async (secret) => {
    const { body, headers } = await request("standard", [current(secret)]);
    const webhook = new StandardWebhook(new TextEncoder().encode(secret), { format: "raw" });
    expect(webhook.verify(body, headers)).toEqual({ a: 1 });
  });

  it("signs as the library reads it when it happens to be base64", async () => {
    const { body, headers } = await request("standard", [current("mysecret")]);
    expect(new StandardWebhook("mysecret").verify(body, headers)).toEqual({ a: 1 });
  });
});

describe("a body HMAC", () => {
  const format = dialectNamed("clawbook").signature;
  const body = '{"é":"🦀"}';
  const hex = (secret: string) => createHmac("sha256", secret).update(body, "utf8").digest("hex");

  it.each([A, "your-webhook-secret", "pässwörd 🦀", PAIR, "x".repeat(256)])(
    "is keyed with the whole secret as it stands: %s",
    async (secret) => {
      const headers = await signatureHeaders(format, {
        id: "evt_1",
        body,
        secrets: [current(secret)],
        nowMs: 0,
      });
      expect(headers).toEqual({ "X-ClawBook-Signature": `sha256=${hex(secret)}` });
    },
  );

  it("is made with the current secret alone during a rotation", async () => {
    const input = { id: "evt_1", body, secrets: rotated("old", "new"), nowMs: Date.now() };
    expect(await signatureHeaders(format, input)).toEqual({ "X-ClawBook-Signature": `sha256=${hex("new")}` });
  });

  it("can be base64, for a dialect of the publisher's own", async () => {
    const own = {
      scheme: "body-hmac",
      header: "X-S",
      valuePrefix: "",
      encoding: "base64",
      secretOptional: false,
    } as const;
    const headers = await signatureHeaders(own, { id: "evt_1", body, secrets: [current("k")], nowMs: 0 });
    expect(headers["X-S"]).toBe(createHmac("sha256", "k").update(body, "utf8").digest("base64"));
  });

  it("differs from the standard signature's key for the same secret", async () => {
    const { headers } = await request("clawget", [current(A)]);
    await request("standard", [current(A)]);
    expect((await request("clawget", [current(A)])).headers).toEqual(headers);
  });
});

describe("signing keys", () => {
  afterEach(() => vi.restoreAllMocks());

  async function importsOf(secrets: string[]): Promise<number> {
    const spy = vi.spyOn(crypto.subtle, "importKey");
    for (const secret of secrets) await request("clawbook", [current(secret)]);
    const imports = spy.mock.calls.length;
    spy.mockRestore();
    return imports;
  }

  it("are imported once per secret and not once per attempt", async () => {
    expect(await importsOf(["once", "once", "once", "twice", "once"])).toBe(2);
  });

  it("are forgotten, least recently used first, beyond the cache's bound", async () => {
    const fillers = Array.from({ length: MAX_CACHED_SIGNING_KEYS - 1 }, (_, index) => `filler ${index}`);
    await importsOf(["early", "kept", ...fillers.slice(1), "kept"]);
    expect(await importsOf(["kept", "one more", "early", "kept"])).toBe(2);
  });
});
