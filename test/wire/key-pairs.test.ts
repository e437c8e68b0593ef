import { describe, expect, it } from "vitest";
import type { EndpointSecret } from "../../src/core/endpoint.ts";
import {
  generateKeyPair,
  isKeyPair,
  publicKeyOf,
  rotateSecrets,
  signatureHeaders,
} from "../../src/wire/index.ts";

const NOW_MS = 1_790_000_000_000;
const FORMAT = { scheme: "standard", headerPrefix: "webhook" } as const;
const HMAC = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLSw3AAAA";

function random(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

async function signed(secrets: readonly EndpointSecret[]): Promise<Record<string, string>> {
  return signatureHeaders(FORMAT, { id: "msg_1", body: '{"n":1}', secrets, nowMs: NOW_MS });
}

/** As the Standard Webhooks specification has it, with nothing but what a receiver is given. */
async function verifies(publicKey: string, headers: Record<string, string>): Promise<boolean> {
  const bytes = Buffer.from(publicKey.slice("whpk_".length), "base64");
  const key = await crypto.subtle.importKey("raw", bytes, "Ed25519", false, ["verify"]);
  const content = `${headers["webhook-id"]}.${headers["webhook-timestamp"]}.{"n":1}`;
  const signatures = (headers["webhook-signature"] ?? "")
    .split(" ")
    .filter((part) => part.startsWith("v1a,"))
    .map((part) => Buffer.from(part.slice("v1a,".length), "base64"));
  const valid = await Promise.all(
    signatures.map((signature) =>
      crypto.subtle.verify("Ed25519", key, signature, new TextEncoder().encode(content)),
    ),
  );
  return valid.includes(true);
}

describe("a generated key pair", () => {
  it("is whsk_ and 64 bytes, whose second half verifies what the first has signed", async () => {
    const secret = await generateKeyPair(random);
    expect(secret).toMatch(/^whsk_[A-Za-z0-9+/]{86}==$/);
    expect(await isKeyPair(secret)).toBe(true);
    const headers = await signed([{ value: secret, expiresAtMs: null }]);
    expect(headers["webhook-signature"]).toMatch(/^v1a,\S{88}$/);
    expect(await verifies(publicKeyOf(secret) ?? "", headers)).toBe(true);
    const other = publicKeyOf(await generateKeyPair(random)) ?? "";
    expect(await verifies(other, headers)).toBe(false);
  });

  it("is no longer one when a bit of either half is changed, and other secrets are none", async () => {
    const bytes = Buffer.from((await generateKeyPair(random)).slice("whsk_".length), "base64");
    for (const at of [0, 32, 63]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 8;
      expect(await isKeyPair(`whsk_${changed.toString("base64")}`)).toBe(false);
    }
    expect(await isKeyPair(HMAC)).toBe(false);
  });

  it("signs beside the symmetric secret that it replaces, until that one's grace ends", async () => {
    const pair = await generateKeyPair(random);
    const rotated = rotateSecrets({
      secrets: [{ value: HMAC, expiresAtMs: null }],
      newValue: pair,
      graceSeconds: 60,
      nowMs: NOW_MS,
    });
    if (!rotated.ok) throw new Error("refused");
    const headers = await signed(rotated.secrets);
    expect(headers["webhook-signature"]).toMatch(/^v1a,\S+ v1,\S+$/);
    expect(await verifies(publicKeyOf(pair) ?? "", headers)).toBe(true);
    const later = { id: "msg_1", body: "{}", secrets: rotated.secrets, nowMs: NOW_MS + 61_000 };
    expect((await signatureHeaders(FORMAT, later))["webhook-signature"]).toMatch(/^v1a,\S+$/);
  });
});
