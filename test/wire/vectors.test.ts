import { createPublicKey, verify } from "node:crypto";
import { describe, expect, it } from "vitest";
import { BUILT_IN_DIALECTS, buildRequest, publicKeyOf, signatureHeaders } from "../../src/wire/index.ts";
import { anEvent, current, dialectNamed, dialectVectors, signatureVectors } from "./vectors.ts";

describe("the published Standard Webhooks vectors", () => {
  it.each(signatureVectors().vectors)("gives the published signature for vector $name", async (vector) => {
    const { id, body, secret, timestamp, signature } = vector;
    const input = { id, body, secrets: [current(secret)], nowMs: timestamp * 1000 + 999 };
    expect(await signatureHeaders({ scheme: "standard", headerPrefix: "webhook" }, input)).toEqual({
      "webhook-id": id,
      "webhook-timestamp": String(timestamp),
      "webhook-signature": signature,
    });
    expect(publicKeyOf(secret)).toBe(vector.publicKey);
  });

  it("signs with Ed25519 so that the published public key verifies it", async () => {
    const vector = signatureVectors().vectors.find(({ publicKey }) => publicKey !== null);
    const publicKey = vector?.publicKey ?? "";
    const spki = Buffer.concat([
      Buffer.from("302a300506032b6570032100", "hex"),
      Buffer.from(publicKey.slice(5), "base64"),
    ]);
    const input = {
      id: "msg_1",
      body: '{"é":"🦀"}',
      secrets: [current(vector?.secret ?? "")],
      nowMs: 1_790_000_000_000,
    };
    const headers = await signatureHeaders({ scheme: "standard", headerPrefix: "webhook" }, input);
    const [version, signature] = (headers["webhook-signature"] ?? "").split(",");
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    const message = Buffer.from('msg_1.1790000000.{"é":"🦀"}');
    expect(version).toBe("v1a");
    expect(verify(null, message, key, Buffer.from(signature ?? "", "base64"))).toBe(true);
  });
});

describe.each([...BUILT_IN_DIALECTS.keys()])("the %s page's own examples", (name) => {
  const { appKey, vectors } = dialectVectors(name);

  it.each(vectors)("become exactly the expected body and headers: $name", async (vector) => {
    const request = await buildRequest({
      dialect: dialectNamed(name),
      event: anEvent(vector.event),
      appKey,
      secrets: vector.secret === null ? [] : [current(vector.secret)],
      customHeaders: {},
      nowMs: vector.nowMs,
    });
    expect(request).toEqual({ body: vector.body, headers: vector.headers });
  });
});
