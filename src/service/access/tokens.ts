/** Opaque tokens: how they are made, hashed and recognised. Only the hash is ever stored. */
import type { RandomBytes } from "../../core/ids.ts";
import { LAST_USED_STEP_MS, MAX_CACHED_TOKENS, TOKEN_CACHE_MS } from "../../core/limits/tokens.ts";
import { type Principal, unpackGrants } from "../../core/principal.ts";
import { logError } from "../../log.ts";
import { type ApiKey, getApiKey, getApiKeys, noteKeyUse } from "../../store/api-keys.ts";
import { encodeHex } from "../../wire/encoding.ts";
import type { ServiceContext } from "../context.ts";
import { RecentValues } from "../recent-values.ts";

export const TOKEN_PREFIXES = {
  publisher: "sk_",
  consumer: "appsk_",
  integration: "integsk_",
  "one-time": "otsk_",
} as const satisfies Record<ApiKey["kind"], string>;

const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const TOKEN_CHARS = 40;
/** Of the ones a caller may present; a one-time token is only ever exchanged. */
const TOKEN_PATTERN = /^(sk|appsk|integsk)_[0-9A-Za-z]{32,64}$/;
/** Bytes from here on would favour the first digits. */
const UNBIASED_BELOW = 256 - (256 % ALPHABET.length);

/** A fresh token. It has no dot, so that no SDK reads a region out of it (reference svix.md §2.3). */
export function newToken(kind: keyof typeof TOKEN_PREFIXES, random: RandomBytes): string {
  let text = "";
  while (text.length < TOKEN_CHARS) {
    for (const byte of random(TOKEN_CHARS)) {
      if (byte < UNBIASED_BELOW && text.length < TOKEN_CHARS) text += ALPHABET.charAt(byte % ALPHABET.length);
    }
  }
  return TOKEN_PREFIXES[kind] + text;
}

async function sha256(text: string): Promise<Uint8Array> {
  return new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

/** What `api_keys` holds of a token. */
export async function hashToken(token: string): Promise<string> {
  return encodeHex(await sha256(token));
}

/**
 * Keys this isolate has read lately, so that a warm Worker checks a token without a D1 round trip. A revocation in
 * another isolate is seen here after TOKEN_CACHE_MS at the latest.
 */
const keys = new RecentValues<ApiKey>(MAX_CACHED_TOKENS, TOKEN_CACHE_MS);

/** To be called after every change of a key or token: this isolate honours it at once. */
export function forgetCachedTokens(): void {
  keys.clear();
}

/** Called when only the database can tell who a token is. */
export type Lookup = {
  /** May throw. */
  before?: () => void;
  /** With the row, before anything is decided of it. */
  after?: (key: ApiKey) => void;
};

/** Who a bearer token stands for; null when it stands for nobody (any more). */
export async function principalOf(
  ctx: ServiceContext,
  token: string,
  lookup: Lookup = {},
): Promise<Principal | null> {
  if (await isRootKey(ctx.env.POSTHORN_KEY, token)) return { kind: "root" };
  if (!TOKEN_PATTERN.test(token)) return null;
  const key = await readKey(ctx, await hashToken(token), lookup);
  return key === null ? null : principalOfKey(key, ctx.nowMs);
}

/** Whether it is time to write down that a publisher's key is in use. Of sessions, of which nobody sees it, never. */
export function isUseUnnoted({ kind, lastUsedAt }: ApiKey, nowMs: number): boolean {
  return kind === "publisher" && (lastUsedAt === null || lastUsedAt <= nowMs - LAST_USED_STEP_MS);
}

/** Writes down that a key is in use; a failure is of no consequence. */
export async function noteUse({ db, nowMs }: ServiceContext, { hash }: ApiKey): Promise<void> {
  try {
    await noteKeyUse(db, { hash, atMs: nowMs, notedBeforeMs: nowMs - LAST_USED_STEP_MS });
  } catch (error) {
    logError("tokens.note_failed", error);
  }
}

/** Whether a token is still valid of which only the hash was kept. */
export async function isTokenValid(ctx: ServiceContext, hash: string): Promise<boolean> {
  const key = await readKey(ctx, hash, {});
  return key !== null && principalOfKey(key, ctx.nowMs) !== null;
}

/** Those of the tokens that are still valid, as the database has it now. */
export async function validTokens(ctx: ServiceContext, hashes: readonly string[]): Promise<Set<string>> {
  const keys = await getApiKeys(ctx.db, hashes);
  return new Set(keys.filter((key) => principalOfKey(key, ctx.nowMs) !== null).map(({ hash }) => hash));
}

/** Both sides are hashed first, so that neither length nor prefix shows in the time taken. */
async function isRootKey(rootKey: string | undefined, token: string): Promise<boolean> {
  if (!rootKey) return false;
  return crypto.subtle.timingSafeEqual(await rootDigest(rootKey), await sha256(token));
}

let knownRoot: { key: string; digest: Uint8Array } | null = null;

/** Computed once an isolate: it is asked for with every request. */
async function rootDigest(rootKey: string): Promise<Uint8Array> {
  if (knownRoot?.key !== rootKey) knownRoot = { key: rootKey, digest: await sha256(rootKey) };
  return knownRoot.digest;
}

function readKey({ db, nowMs }: ServiceContext, hash: string, { before, after }: Lookup) {
  return keys.getOrRead(hash, nowMs, async () => {
    before?.();
    const key = await getApiKey(db, hash);
    if (key !== null) after?.(key);
    return key;
  });
}

/** Expiry is checked on every use, cached or not. */
function principalOfKey(key: ApiKey, nowMs: number): Principal | null {
  if (key.revokedAt !== null || (key.expiresAt !== null && key.expiresAt <= nowMs)) return null;
  if (key.kind === "publisher") return { kind: "publisher", keyId: key.id, scopes: key.scopes };
  if (key.appKey === null || key.kind === "one-time") return null;
  const { id: keyId, appKey, sessionId } = key;
  return { kind: "consumer", keyId, appKey, sessionId, ...unpackGrants(key.capabilities ?? []) };
}
