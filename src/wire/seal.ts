/**
 * Secrets at rest (invariant 10): AES-256-GCM under the deployment's master key. A sealed value reads
 * `v1.<key id>.<base64 of nonce and ciphertext>`; the key id is there so that a later rotation can tell which key opens
 * it. No error here carries secret material.
 */
import { decodeBase64, encodeBase64, encodeHex, utf8 } from "./encoding.ts";

export type MasterKey = {
  /** First 4 bytes of the key's SHA-256, in hex: names the key and tells nothing of it. */
  id: string;
  key: CryptoKey;
};

const VERSION = "v1";
const SEALED = /^v1\.([0-9a-f]{8})\.([^.]+)$/;
const MASTER_KEY_BYTES = 32;
const KEY_ID_BYTES = 4;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Reads the deployment's master key; throws, telling what to do, unless it is base64 of exactly 32 bytes. */
export async function importMasterKey(base64: string): Promise<MasterKey> {
  const bytes = decodeBase64(base64.trim());
  if (bytes?.length !== MASTER_KEY_BYTES) {
    const got = bytes === null ? "text that is not base64" : `${bytes.length} bytes`;
    throw new Error(
      `the master key must be base64 of exactly ${MASTER_KEY_BYTES} bytes, got ${got}; make one with: openssl rand -base64 ${MASTER_KEY_BYTES}`,
    );
  }
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  const key = await crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
  return { id: encodeHex(digest.slice(0, KEY_ID_BYTES)), key };
}

/**
 * Seals a text for one place. `context` names that place (an endpoint's id and the column); the value opens nowhere else,
 * so a row copied to another endpoint is noticed.
 */
export async function seal(masterKey: MasterKey, plaintext: string, context: string): Promise<string> {
  const nonce = crypto.getRandomValues(new Uint8Array(NONCE_BYTES));
  const algorithm = { name: "AES-GCM", iv: nonce, additionalData: associatedData(masterKey, context) };
  const ciphertext = new Uint8Array(await crypto.subtle.encrypt(algorithm, masterKey.key, utf8(plaintext)));
  const box = new Uint8Array(NONCE_BYTES + ciphertext.length);
  box.set(nonce);
  box.set(ciphertext, NONCE_BYTES);
  return `${VERSION}.${masterKey.id}.${encodeBase64(box)}`;
}

/** Opens what {@link seal} made with the same key and context; throws on anything else. */
export async function unseal(masterKey: MasterKey, sealed: string, context: string): Promise<string> {
  const [, keyId, text] = SEALED.exec(sealed) ?? [];
  const box = text === undefined ? null : decodeBase64(text);
  if (box === null || box.length < NONCE_BYTES + TAG_BYTES)
    throw new Error(`wire/seal.unseal: not a ${VERSION} sealed value`);
  if (keyId !== masterKey.id) {
    throw new Error(
      `wire/seal.unseal: sealed under master key ${keyId}, but this deployment has ${masterKey.id}`,
    );
  }
  const iv = box.slice(0, NONCE_BYTES);
  const algorithm = { name: "AES-GCM", iv, additionalData: associatedData(masterKey, context) };
  const plaintext = await crypto.subtle
    .decrypt(algorithm, masterKey.key, box.slice(NONCE_BYTES))
    .catch(() => null);
  if (plaintext === null) {
    throw new Error("wire/seal.unseal: the sealed value was changed, or sealed for another place");
  }
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(plaintext);
}

function associatedData(masterKey: MasterKey, context: string): Uint8Array {
  return utf8(`${VERSION}.${masterKey.id}.${context}`);
}
