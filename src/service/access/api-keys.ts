/** Verbs on publisher keys and consumer tokens. */
import { KEY_ID_PREFIX, plainId } from "../../core/ids.ts";
import { MAX_PORTAL_TOKEN_SECONDS } from "../../core/limits/tokens.ts";
import { type Capability, grantedCapabilities, packGrants } from "../../core/principal.ts";
import type { Scope } from "../../core/scopes.ts";
import { SECOND_MS } from "../../core/units.ts";
import {
  type ApiKey,
  expireAppTokens,
  expirePublisherKey,
  insertApiKeys,
  replacePublisherKey,
  revokeApiKey,
  spendOneTimeKey,
} from "../../store/api-keys.ts";
import type { ServiceContext } from "../context.ts";
import { forgetCachedTokens, hashToken, newToken } from "./tokens.ts";

/** A key with its token, which is known only now. */
export type NewKey = { key: ApiKey; token: string };

export type PublisherKeyInput = {
  name: string | null;
  /** Null: everything. */
  scopes?: readonly Scope[] | null;
  expiresAtMs: number | null;
};

/** Makes a publisher key. */
export async function createPublisherKey(
  ctx: ServiceContext,
  { name, scopes = null, expiresAtMs }: PublisherKeyInput,
): Promise<NewKey> {
  return storeKey(ctx, {
    ...NO_FACTS,
    kind: "publisher",
    name,
    scopes: scopes === null ? null : [...scopes],
    expiresAt: expiresAtMs,
  });
}

export type ConsumerTokenInput = {
  appKey: number;
  /** Null: all of them. */
  capabilities: readonly Capability[] | null;
  readOnly: boolean;
  featureFlags: readonly string[];
  sessionId: string | null;
  expirySeconds: number | null;
};

/** A session, and what a portal's link exchanges for one more session of the same kind, once. */
export type NewConsumer = NewKey & { oneTimeToken: string };

/** Makes a token that reaches one application. */
export async function createConsumerToken(
  ctx: ServiceContext,
  input: ConsumerTokenInput,
): Promise<NewConsumer> {
  const capabilities = grantedCapabilities(input.capabilities, input.readOnly);
  const facts = {
    ...NO_FACTS,
    appKey: input.appKey,
    capabilities: packGrants(capabilities, input.featureFlags),
    sessionId: input.sessionId,
    expiresAt: ctx.nowMs + (input.expirySeconds ?? MAX_PORTAL_TOKEN_SECONDS) * SECOND_MS,
  };
  const session = await drawKey(ctx, { ...facts, kind: "consumer" });
  const oneTime = await drawKey(ctx, { ...facts, kind: "one-time" });
  await insertApiKeys(ctx.db, [session.key, oneTime.key]);
  return { ...session, oneTimeToken: oneTime.token };
}

/** A session in exchange for a one-time token; null when that is unknown, used, ended or expired. */
export async function exchangeOneTimeToken(
  ctx: ServiceContext,
  oneTimeToken: string,
): Promise<NewKey | null> {
  const { key, token } = await drawKey(ctx, { ...NO_FACTS, kind: "consumer" });
  const session = await spendOneTimeKey(ctx.env.DB, {
    hash: await hashToken(oneTimeToken),
    session: key,
    atMs: ctx.nowMs,
  });
  return session === null ? null : { key: session, token };
}

type KeyFacts = Omit<ApiKey, "hash" | "id" | "createdAt" | "revokedAt" | "lastUsedAt">;

/** Of a key about which nothing is said. */
const NO_FACTS = {
  name: null,
  appKey: null,
  capabilities: null,
  sessionId: null,
  scopes: null,
  expiresAt: null,
} as const satisfies Omit<KeyFacts, "kind">;

async function storeKey(ctx: ServiceContext, facts: KeyFacts): Promise<NewKey> {
  const drawn = await drawKey(ctx, facts);
  await insertApiKeys(ctx.db, [drawn.key]);
  return drawn;
}

async function drawKey(ctx: ServiceContext, facts: KeyFacts): Promise<NewKey> {
  const token = newToken(facts.kind, ctx.random);
  const key: ApiKey = {
    ...facts,
    hash: await hashToken(token),
    id: plainId(KEY_ID_PREFIX, ctx.nowMs, ctx.random),
    createdAt: ctx.nowMs,
    revokedAt: null,
    lastUsedAt: null,
  };
  return { key, token };
}

export type RotateKey = { id: string; expirySeconds: number | null; oldSeconds: number };

/** A new key in the place of one, which goes on for a while; null when there is none with this id. */
export async function rotatePublisherKey(
  ctx: ServiceContext,
  { id, expirySeconds, oldSeconds }: RotateKey,
): Promise<NewKey | null> {
  const expiresAt = expirySeconds === null ? null : ctx.nowMs + expirySeconds * SECOND_MS;
  const { key: fresh, token } = await drawKey(ctx, { ...NO_FACTS, expiresAt, kind: "publisher" });
  const oldEndsAtMs = ctx.nowMs + oldSeconds * SECOND_MS;
  const key = await replacePublisherKey(ctx.env.DB, { id, fresh, oldEndsAtMs, atMs: ctx.nowMs });
  forgetCachedTokens();
  return key === null ? null : { key, token };
}

/** Ends a publisher key; false when there is none with this id. */
export async function revokePublisherKey(ctx: ServiceContext, id: string): Promise<boolean> {
  return revoke(ctx, id, "publisher");
}

/** Lets a publisher key end after a delay, unless it ends sooner; false when there is none with this id. */
export async function endPublisherKey(
  { db, nowMs }: ServiceContext,
  { id, delaySeconds }: { id: string; delaySeconds: number },
): Promise<boolean> {
  const ended = await expirePublisherKey(db, { id, endsAtMs: nowMs + delaySeconds * SECOND_MS });
  forgetCachedTokens();
  return ended;
}

/** Ends one consumer token. */
export async function revokeConsumerToken(ctx: ServiceContext, id: string): Promise<boolean> {
  return revoke(ctx, id, "consumer");
}

async function revoke({ db, nowMs }: ServiceContext, id: string, kind: ApiKey["kind"]): Promise<boolean> {
  const revoked = await revokeApiKey(db, { id, kind, atMs: nowMs });
  forgetCachedTokens();
  return revoked;
}

/** Lets an application's consumer tokens expire after a delay; with sessions, only theirs. */
export async function expireConsumerTokens(
  { db, nowMs }: ServiceContext,
  input: { appKey: number; sessionIds: readonly string[]; delaySeconds: number },
): Promise<void> {
  const { appKey, sessionIds, delaySeconds } = input;
  await expireAppTokens(db, { appKey, sessionIds, atMs: nowMs + delaySeconds * SECOND_MS });
  forgetCachedTokens();
}
