/** Secrets made into keys that Web Crypto can use, once per secret and not once per attempt. */
import { MAX_CACHED_SIGNING_KEYS } from "../core/limits/secrets.ts";
import { decodeBase64, utf8 } from "./encoding.ts";
import { parseStandardKey } from "./secrets.ts";

/** `v1` and `v1a` are Standard Webhooks' names of HMAC-SHA256 and Ed25519. */
export type SigningKey = { version: "v1" | "v1a"; key: CryptoKey };

/** Holds finished keys only: on Workers a promise made by one request must not be awaited by another. */
const cache = new Map<string, SigningKey>();

/** The key of a secret under the standard scheme. */
export function standardSigningKey(secret: string): Promise<SigningKey> {
  return cached(`standard:${secret}`, () => {
    const parsed = parseStandardKey(secret);
    return parsed.kind === "ed25519" ? importEd25519(parsed.seed) : importHmac(parsed.bytes);
  });
}

/** The key of a secret taken as it stands: its UTF-8 bytes, prefix and all. */
export function plainSigningKey(secret: string): Promise<SigningKey> {
  return cached(`plain:${secret}`, () => importHmac(utf8(secret)));
}

/** The signature of a message under either kind of key. */
export async function sign({ version, key }: SigningKey, message: Uint8Array): Promise<Uint8Array> {
  const algorithm = version === "v1" ? "HMAC" : "Ed25519";
  return new Uint8Array(await crypto.subtle.sign(algorithm, key, message));
}

async function cached(name: string, load: () => Promise<SigningKey>): Promise<SigningKey> {
  const key = cache.get(name) ?? (await load());
  // Moved to the end, so that the least recently used one is first to go.
  cache.delete(name);
  cache.set(name, key);
  for (const oldest of cache.keys()) {
    if (cache.size <= MAX_CACHED_SIGNING_KEYS) break;
    cache.delete(oldest);
  }
  return key;
}

async function importHmac(bytes: Uint8Array): Promise<SigningKey> {
  const key = await crypto.subtle.importKey("raw", bytes, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return { version: "v1", key };
}

/** PKCS #8 around a 32-byte Ed25519 seed (RFC 8410 §7); Web Crypto takes a private key in no barer form. */
const PKCS8_HEADER = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];

async function importEd25519(seed: Uint8Array): Promise<SigningKey> {
  return { version: "v1a", key: await importSeed(seed, false) };
}

function importSeed(seed: Uint8Array, extractable: boolean): Promise<CryptoKey> {
  const pkcs8 = Uint8Array.from([...PKCS8_HEADER, ...seed]);
  return crypto.subtle.importKey("pkcs8", pkcs8, { name: "Ed25519" }, extractable, ["sign"]);
}

/** The public half of the key with this seed: Web Crypto tells it only inside a JWK (RFC 8037 §2). */
export async function ed25519PublicKey(seed: Uint8Array): Promise<Uint8Array> {
  const jwk = (await crypto.subtle.exportKey("jwk", await importSeed(seed, true))) as JsonWebKey;
  const bytes = decodeBase64(base64OfUrl(jwk.x ?? ""));
  if (bytes === null) throw new Error("wire/signing-keys.ed25519PublicKey: no public key in the JWK");
  return bytes;
}

function base64OfUrl(text: string): string {
  const base64 = text.replaceAll("-", "+").replaceAll("_", "/");
  return base64.padEnd(Math.ceil(base64.length / 4) * 4, "=");
}
