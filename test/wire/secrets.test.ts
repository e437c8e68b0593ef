import { describe, expect, it } from "vitest";
import type { EndpointSecret } from "../../src/core/endpoint.ts";
import {
  activeSecrets,
  checkSecret,
  generateSecret,
  publicKeyOf,
  rotateSecrets,
} from "../../src/wire/index.ts";
import { current, dialectNamed } from "./vectors.ts";

const NOW_MS = 1_790_000_000_000;
const HOUR_MS = 3_600_000;

function base64(byteCount: number): string {
  return Buffer.alloc(byteCount, 0xa7).toString("base64");
}

function expiring(value: string, inMs: number): EndpointSecret {
  return { value, expiresAtMs: NOW_MS + inMs };
}

describe("a generated secret", () => {
  it("is whsec_ and the base64 of 24 random bytes", () => {
    const asked: number[] = [];
    const secret = generateSecret((count) => {
      asked.push(count);
      return Uint8Array.from({ length: count }, (_, index) => index);
    });
    expect(asked).toEqual([24]);
    expect(secret).toBe("whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX");
  });

  it.each(["standard", "svix", "clawlabor", "clawbook", "clawget", "swiftclaw"])(
    "is accepted under %s",
    (name) => {
      const value = generateSecret((count) => new Uint8Array(count));
      expect(checkSecret(dialectNamed(name), value)).toEqual({ ok: true, value });
    },
  );
});

describe("a chosen secret under the standard scheme", () => {
  it.each([
    ["whsec_ and 24 bytes", `whsec_${base64(24)}`, `whsec_${base64(24)}`],
    ["whsec_ and 75 bytes", `whsec_${base64(75)}`, `whsec_${base64(75)}`],
    ["bare base64, which gets its prefix", base64(32), `whsec_${base64(32)}`],
    ["an Ed25519 pair", `whsk_${base64(64)}`, `whsk_${base64(64)}`],
    [
      "spare bits set in the last digit, which are cleared",
      `whsec_${"A".repeat(33)}B==`,
      `whsec_${"A".repeat(34)}==`,
    ],
  ])("may be %s", (_, text, value) => {
    expect(checkSecret(dialectNamed("svix"), text)).toEqual({ ok: true, value });
  });

  it.each([
    ["23 bytes", `whsec_${base64(23)}`, "24 to 75 bytes, not 23"],
    ["76 bytes", `whsec_${base64(76)}`, "24 to 75 bytes, not 76"],
    ["empty", "", "not 0"],
    ["a bare prefix", "whsec_", "not 0"],
    ["lost padding", base64(25).replace(/=+$/, ""), "must be base64"],
    ["URL-safe base64", `whsec_${"-_".repeat(16)}`, "must be base64"],
    ["white space", `whsec_${base64(24)}\n`, "must be base64"],
    ["two prefixes", `whsec_whsec_${base64(24)}`, "must be base64"],
    ["a public key", `whpk_${base64(32)}`, "must be base64"],
    ["half an Ed25519 pair", `whsk_${base64(32)}`, "64 bytes (secret key and public key), not 32"],
    ["free text", "your-webhook-secret", "must be base64"],
  ])("may not be %s", (_, text, reason) => {
    const check = checkSecret(dialectNamed("standard"), text);
    expect(check).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe("a chosen secret under a hex dialect", () => {
  it.each(["x", "your-webhook-secret", "é".repeat(128), "whsec_short", " spaces kept "])(
    "may be any text: %s",
    (text) => {
      expect(checkSecret(dialectNamed("clawbook"), text)).toEqual({ ok: true, value: text });
    },
  );

  it.each([
    ["empty", "", "1 to 256 bytes, not 0"],
    ["257 bytes", "x".repeat(257), "1 to 256 bytes, not 257"],
    ["258 bytes in 129 characters", "é".repeat(129), "1 to 256 bytes, not 258"],
    ["half a surrogate pair", "\ud800", "well-formed"],
  ])("may not be %s", (_, text, reason) => {
    const check = checkSecret(dialectNamed("clawlabor"), text);
    expect(check).toEqual({ ok: false, reason: expect.stringContaining(reason) });
  });
});

describe("a refusal", () => {
  it("never repeats the secret", () => {
    const check = checkSecret(dialectNamed("standard"), "hunter2-hunter2");
    expect(JSON.stringify(check)).not.toContain("hunter2");
  });
});

describe("the public key of a secret", () => {
  it("is the second half of an Ed25519 pair", () => {
    const pair = Buffer.concat([Buffer.alloc(32, 1), Buffer.alloc(32, 2)]).toString("base64");
    expect(publicKeyOf(`whsk_${pair}`)).toBe(`whpk_${Buffer.alloc(32, 2).toString("base64")}`);
  });

  it.each([`whsec_${base64(24)}`, "whsk_short", "free text"])("does not exist for %s", (secret) => {
    expect(publicKeyOf(secret)).toBeNull();
  });
});

describe("active secrets", () => {
  it("are the unexpired ones, in their order", () => {
    const secrets = [
      current("a"),
      expiring("b", 1),
      expiring("c", 0),
      expiring("d", -1),
      expiring("e", HOUR_MS),
    ];
    expect(activeSecrets(secrets, NOW_MS).map(({ value }) => value)).toEqual(["a", "b", "e"]);
  });
});

describe("rotating", () => {
  const rotate = (secrets: EndpointSecret[], graceSeconds = 3600) =>
    rotateSecrets({ secrets, newValue: "new", graceSeconds, nowMs: NOW_MS });

  it("puts the new secret first and lets the old one sign until the grace ends", () => {
    expect(rotate([current("old")])).toEqual({
      ok: true,
      secrets: [current("new"), expiring("old", HOUR_MS)],
    });
  });

  it("gives an unsigned endpoint its first secret", () => {
    expect(rotate([])).toEqual({ ok: true, secrets: [current("new")] });
  });

  it("never lengthens an older secret's life, and shortens it to the grace", () => {
    const secrets = [current("c"), expiring("b", 60_000), expiring("a", 2 * HOUR_MS)];
    const want = [current("new"), expiring("c", HOUR_MS), expiring("b", 60_000), expiring("a", HOUR_MS)];
    expect(rotate(secrets)).toEqual({ ok: true, secrets: want });
  });

  it("silences every old secret at once with a grace of 0", () => {
    expect(rotate([current("b"), expiring("a", HOUR_MS)], 0)).toEqual({
      ok: true,
      secrets: [current("new")],
    });
  });

  it("drops expired secrets", () => {
    const want = [current("new"), expiring("b", HOUR_MS)];
    expect(rotate([current("b"), expiring("a", 0)])).toEqual({ ok: true, secrets: want });
  });

  it("makes a value that comes back current and not expiring as well", () => {
    const want = [current("new"), expiring("b", HOUR_MS)];
    expect(rotate([current("b"), expiring("new", 60_000)])).toEqual({ ok: true, secrets: want });
  });

  it("keeps up to 10 old secrets and refuses the eleventh", () => {
    const old = (count: number) =>
      Array.from({ length: count }, (_, index) => expiring(`old ${index}`, 60_000));
    expect(rotate([current("b"), ...old(9)])).toMatchObject({ ok: true });
    expect(rotate([current("b"), ...old(10)])).toEqual({ ok: false, reason: "limit_reached" });
    expect(rotate([current("b"), ...old(10)], 0)).toEqual({ ok: true, secrets: [current("new")] });
  });
});
