import type { Dialect } from "../core/dialect.ts";
import type { EndpointSecret } from "../core/endpoint.ts";
import type { RandomBytes } from "../core/ids.ts";
import {
  GENERATED_SECRET_BYTES,
  MAX_OLD_SECRETS,
  MAX_PLAIN_SECRET_BYTES,
  MAX_SECRET_KEY_BYTES,
  MIN_SECRET_KEY_BYTES,
} from "../core/limits/secrets.ts";
import { decodeBase64, encodeBase64, utf8 } from "./encoding.ts";

export const HMAC_PREFIX = "whsec_";
export const ED25519_PREFIX = "whsk_";
const ED25519_PUBLIC_PREFIX = "whpk_";
/** An Ed25519 secret is its seed and its public key, 32 bytes each (reference svix.md §2.8). */
const ED25519_SECRET_BYTES = 64;
export const ED25519_SEED_BYTES = 32;

/** A fresh symmetric secret; good under every dialect. */
export function generateSecret(randomBytes: RandomBytes): string {
  return HMAC_PREFIX + encodeBase64(randomBytes(GENERATED_SECRET_BYTES));
}

export type SecretCheck = { ok: true; value: string } | { ok: false; reason: string };

/** Whether a secret somebody chose will do under a dialect, and the form of it to store. */
export function checkSecret(dialect: Dialect, text: string): SecretCheck {
  return dialect.signature.scheme === "standard" ? checkStandardSecret(text) : checkPlainSecret(text);
}

function checkStandardSecret(text: string): SecretCheck {
  const ed25519 = text.startsWith(ED25519_PREFIX);
  const bytes = decodeBase64(withoutPrefix(text, ed25519 ? ED25519_PREFIX : HMAC_PREFIX));
  if (bytes === null) {
    return { ok: false, reason: "secret must be base64 (padded), optionally prefixed with whsec_ or whsk_" };
  }
  if (ed25519) {
    if (bytes.length === ED25519_SECRET_BYTES)
      return { ok: true, value: ED25519_PREFIX + encodeBase64(bytes) };
    const want = `${ED25519_SECRET_BYTES} bytes (secret key and public key)`;
    return { ok: false, reason: `a whsk_ secret must decode to ${want}, not ${bytes.length}` };
  }
  if (bytes.length < MIN_SECRET_KEY_BYTES || bytes.length > MAX_SECRET_KEY_BYTES) {
    const want = `${MIN_SECRET_KEY_BYTES} to ${MAX_SECRET_KEY_BYTES} bytes`;
    return { ok: false, reason: `secret must decode to ${want}, not ${bytes.length}` };
  }
  return { ok: true, value: HMAC_PREFIX + encodeBase64(bytes) };
}

function checkPlainSecret(text: string): SecretCheck {
  // A lone surrogate has no UTF-8 form: two different secrets would become the same key.
  if (!text.isWellFormed()) return { ok: false, reason: "secret must be well-formed Unicode" };
  const byteCount = utf8(text).length;
  if (byteCount >= 1 && byteCount <= MAX_PLAIN_SECRET_BYTES) return { ok: true, value: text };
  return { ok: false, reason: `secret must be 1 to ${MAX_PLAIN_SECRET_BYTES} bytes, not ${byteCount}` };
}

/** What an endpoint's secret is to the Standard Webhooks signature. */
export type StandardKey = { kind: "hmac"; bytes: Uint8Array } | { kind: "ed25519"; seed: Uint8Array };

/**
 * Reads a secret for the standard scheme: `whsk_` is Ed25519, `whsec_` or bare base64 is a symmetric key. Any other text
 * can be there when the endpoint was created under a dialect with free-form secrets and moved: it signs with its UTF-8
 * bytes (what the official libraries call a `raw` secret) rather than failing every delivery.
 */
export function parseStandardKey(secret: string): StandardKey {
  const pair = ed25519Pair(secret);
  if (pair !== null) return { kind: "ed25519", seed: pair.slice(0, ED25519_SEED_BYTES) };
  const bytes = decodeBase64(withoutPrefix(secret, HMAC_PREFIX));
  return { kind: "hmac", bytes: bytes === null || bytes.length === 0 ? utf8(secret) : bytes };
}

/** The `whpk_` text a receiver verifies with; null for a symmetric secret. */
export function publicKeyOf(secret: string): string | null {
  const pair = ed25519Pair(secret);
  return pair === null ? null : ED25519_PUBLIC_PREFIX + encodeBase64(pair.slice(ED25519_SEED_BYTES));
}

/** The seed and the public key of a `whsk_` secret; null for any other text. */
export function ed25519Pair(secret: string): Uint8Array | null {
  if (!secret.startsWith(ED25519_PREFIX)) return null;
  const bytes = decodeBase64(withoutPrefix(secret, ED25519_PREFIX));
  return bytes?.length === ED25519_SECRET_BYTES ? bytes : null;
}

function withoutPrefix(text: string, prefix: string): string {
  return text.startsWith(prefix) ? text.slice(prefix.length) : text;
}

/** The secrets that sign now, in their stored order: current first. */
export function activeSecrets(secrets: readonly EndpointSecret[], nowMs: number): EndpointSecret[] {
  return secrets.filter(({ expiresAtMs }) => expiresAtMs === null || expiresAtMs > nowMs);
}

export type RotateInput = {
  secrets: readonly EndpointSecret[];
  newValue: string;
  graceSeconds: number;
  nowMs: number;
};

export type RotateResult = { ok: true; secrets: EndpointSecret[] } | { ok: false; reason: "limit_reached" };

/**
 * Puts a new current secret in front. The old ones sign beside it for the grace, or until their own earlier end; a grace
 * of 0 silences them at once. A value that comes back is current again, not current and expiring.
 */
export function rotateSecrets({ secrets, newValue, graceSeconds, nowMs }: RotateInput): RotateResult {
  const graceEndsAtMs = nowMs + graceSeconds * 1000;
  const rotated = secrets
    .filter(({ value }) => value !== newValue)
    .map(({ value, expiresAtMs }) => ({
      value,
      expiresAtMs: Math.min(expiresAtMs ?? graceEndsAtMs, graceEndsAtMs),
    }));
  const old = activeSecrets(rotated, nowMs);
  if (old.length > MAX_OLD_SECRETS) return { ok: false, reason: "limit_reached" };
  return { ok: true, secrets: [{ value: newValue, expiresAtMs: null }, ...old] };
}
