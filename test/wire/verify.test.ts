import { Webhook } from "standardwebhooks";
import { describe, expect, it } from "vitest";
import {
  BUILT_IN_DIALECTS,
  generateKeyPair,
  publicKeyOf,
  signatureHeaders,
  verifySignature,
} from "../../src/wire/index.ts";

const NOW_MS = Date.parse("2026-03-10T12:00:00.000Z");
const HMAC = `whsec_${Buffer.alloc(24, 7).toString("base64")}`;
const BODY = '{"id":"msg_1","data":{"text":"é"}}';
const utf8 = (text: string) => new TextEncoder().encode(text);

async function signed(name: string, secret: string) {
  const format = formatOf(name);
  const secrets = [{ value: secret, expiresAtMs: null }];
  return {
    format,
    headers: await signatureHeaders(format, { id: "msg_1", body: BODY, secrets, nowMs: NOW_MS }),
  };
}

function formatOf(name: string) {
  const dialect = BUILT_IN_DIALECTS.get(name);
  if (dialect === undefined) throw new Error(name);
  return dialect.signature;
}

const INPUT = { body: utf8(BODY), secret: HMAC, nowMs: NOW_MS, toleranceSeconds: 300 };

describe.each([...BUILT_IN_DIALECTS.keys()])("a signature under %s", (name) => {
  it("is valid with its secret, however its headers are spelled", async () => {
    const { format, headers } = await signed(name, HMAC);
    const spelled = Object.fromEntries(
      Object.entries(headers).map(([key, value]) => [key.toUpperCase(), ` ${value} `]),
    );
    expect(await verifySignature(format, { ...INPUT, headers: spelled })).toMatchObject({ kind: "valid" });
  });

  it("is not valid for another body, or with another secret", async () => {
    const { format, headers } = await signed(name, HMAC);
    const other = `whsec_${Buffer.alloc(24, 8).toString("base64")}`;
    const input = { ...INPUT, headers };
    expect(await verifySignature(format, { ...input, body: utf8(`${BODY} `) })).toMatchObject({
      kind: "mismatch",
    });
    expect(await verifySignature(format, { ...input, secret: other })).toMatchObject({ kind: "mismatch" });
  });

  it("is missed when its header is", async () => {
    expect(await verifySignature(formatOf(name), { ...INPUT, headers: {} })).toMatchObject({
      kind: "missing_header",
    });
  });
});

describe("Standard Webhooks", () => {
  it.each([301, -301])(
    "refuses what was signed %i seconds ago, unless told to look past it",
    async (ageSeconds) => {
      const { format, headers } = await signed("standard", HMAC);
      const input = { ...INPUT, headers, nowMs: NOW_MS + ageSeconds * 1000 };
      expect(await verifySignature(format, input)).toEqual({ kind: "out_of_time", ageSeconds });
      expect(await verifySignature(format, { ...input, toleranceSeconds: null })).toMatchObject({
        kind: "valid",
      });
    },
  );

  it("is valid with any of several signatures", async () => {
    const { format, headers } = await signed("standard", HMAC);
    const several = { ...headers, "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` };
    expect(await verifySignature(format, { ...INPUT, headers: several })).toMatchObject({ kind: "valid" });
  });

  it("knows what the reference library signs", async () => {
    const signature = new Webhook(HMAC).sign("msg_1", new Date(NOW_MS), BODY);
    const headers = {
      "webhook-id": "msg_1",
      "webhook-timestamp": String(NOW_MS / 1000),
      "webhook-signature": signature,
    };
    expect(await verifySignature(formatOf("standard"), { ...INPUT, headers })).toMatchObject({
      kind: "valid",
    });
  });

  it("is verified with either half of a key pair", async () => {
    const pair = await generateKeyPair((count) => crypto.getRandomValues(new Uint8Array(count)));
    const { format, headers } = await signed("standard", pair);
    for (const secret of [pair, publicKeyOf(pair) ?? ""]) {
      expect(await verifySignature(format, { ...INPUT, headers, secret })).toMatchObject({ kind: "valid" });
      const other = { ...INPUT, headers, secret, body: utf8("{}") };
      expect(await verifySignature(format, other)).toMatchObject({ kind: "mismatch" });
    }
    expect(await verifySignature(format, { ...INPUT, headers, secret: "whpk_AAAA" })).toMatchObject({
      kind: "bad_secret",
    });
  });

  it("refuses a time that is none", async () => {
    const { format, headers } = await signed("standard", HMAC);
    const bent = { ...headers, "webhook-timestamp": "soon" };
    expect(await verifySignature(format, { ...INPUT, headers: bent })).toEqual({
      kind: "bad_timestamp",
      text: "soon",
    });
  });
});
