import type { RandomBytes } from "../core/ids.ts";
import { encodeBase64 } from "./encoding.ts";
import { ED25519_PREFIX, ED25519_SEED_BYTES, ed25519Pair } from "./secrets.ts";
import { ed25519PublicKey } from "./signing-keys.ts";

/** A fresh Ed25519 secret, `whsk_…`: the seed and its public key (reference svix.md §2.8). */
export async function generateKeyPair(randomBytes: RandomBytes): Promise<string> {
  const seed = randomBytes(ED25519_SEED_BYTES);
  return ED25519_PREFIX + encodeBase64(Uint8Array.from([...seed, ...(await ed25519PublicKey(seed))]));
}

/** Whether the halves of a `whsk_` secret belong together: no receiver could verify with the public key of another. */
export async function isKeyPair(secret: string): Promise<boolean> {
  const pair = ed25519Pair(secret);
  if (pair === null) return false;
  const derived = await ed25519PublicKey(pair.slice(0, ED25519_SEED_BYTES));
  return derived.every((byte, index) => byte === pair[ED25519_SEED_BYTES + index]);
}
