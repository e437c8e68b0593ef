/**
 * Public ids. Each is a prefix and 27 base62 digits (160 bits) that begin with the time in 4 ms steps, so that ids
 * sort by time as Svix's do, and carry the address of what they name, so that looking one up needs no index.
 */
import { decodeBase62, encodeBase62, ID_DIGITS } from "./base62.ts";
import { invariant } from "./invariant.ts";

const EPOCH_MS = 1_400_000_000_000;
const TICK_MS = 4;
/** Keys of applications and endpoints: random, so that they tell nothing and need no counter row. */
const KEY_BITS = 48;
const POSITION_BITS = 40;
const CHECK_BITS = 32;
const ATTEMPT_KEY_BITS = 53;
/** Of the milliseconds that a plain id has room for: up to the year 2153. */
const LAST_PLAIN_MILLI = 2 ** 42 - 1;

export type RandomBytes = (count: number) => Uint8Array;

export const APP_ID_PREFIX = "app_";
export const ENDPOINT_ID_PREFIX = "ep_";
export const MESSAGE_ID_PREFIX = "msg_";
export const ATTEMPT_ID_PREFIX = "atmpt_";
export const TASK_ID_PREFIX = "qtask_";
export const KEY_ID_PREFIX = "key_";
export const INTEGRATION_ID_PREFIX = "integ_";
export const CONNECTOR_ID_PREFIX = "trtmpl_";
export const ALERT_ID_PREFIX = "alert_";
export const AUDIT_ID_PREFIX = "audit_";

/** What ids with the prefix look like. */
export function idPattern(prefix: string): RegExp {
  return new RegExp(`^${prefix}[0-9A-Za-z]{${ID_DIGITS}}$`);
}

function mask(bits: number): bigint {
  return (1n << BigInt(bits)) - 1n;
}

function ticks(atMs: number): bigint {
  return BigInt(Math.max(0, Math.floor((atMs - EPOCH_MS) / TICK_MS)));
}

function millis(atMs: number): bigint {
  return BigInt(Math.min(LAST_PLAIN_MILLI, Math.max(0, Math.floor(atMs - EPOCH_MS))));
}

function randomBits(random: RandomBytes, bits: number): bigint {
  let value = 0n;
  for (const byte of random(Math.ceil(bits / 8))) value = (value << 8n) | BigInt(byte);
  return value & mask(bits);
}

/** The key of the application that holds the operational log (core/operational.ts). */
export const RESERVED_KEY = 1;

/** A fresh key for an application or endpoint: 2 … 2^48 − 1. */
export function newKey(random: RandomBytes): number {
  return Math.max(RESERVED_KEY + 1, Number(randomBits(random, KEY_BITS)));
}

/** `app_` or `ep_` id around a key. */
export function keyedId(prefix: string, key: number, atMs: number, random: RandomBytes): string {
  const tail = randomBits(random, 72);
  return prefix + encodeBase62((ticks(atMs) << 120n) | (BigInt(key) << 72n) | tail);
}

/** The key inside an id made by {@link keyedId}; null when the text cannot be such an id. */
export function keyOfId(prefix: string, id: string): number | null {
  const value = digitsOf(prefix, id);
  return value === null ? null : Number((value >> 72n) & mask(KEY_BITS));
}

/** An id that addresses nothing: keys, tokens, tasks. It has room for the millisecond within the step. */
export function plainId(prefix: string, atMs: number, random: RandomBytes): string {
  return prefix + encodeBase62((millis(atMs) << 118n) | randomBits(random, 118));
}

/** Below every {@link plainId} made at a time or later, and above those made before; of a time beyond all ids, the last. */
export function firstPlainIdAt(prefix: string, atMs: number): string {
  return prefix + encodeBase62(millis(atMs) << 118n);
}

export type MessageAddress = { appKey: number; position: number; createdAtMs: number };

/** The id of the event at a position of an application's log; a pure function of where and when it was accepted. */
export function messageId(address: MessageAddress, prefix = MESSAGE_ID_PREFIX): string {
  const { appKey, position, createdAtMs } = address;
  invariant(position > 0 && position < 2 ** POSITION_BITS, `core/ids.messageId: position ${position}`);
  const head = (ticks(createdAtMs) << BigInt(KEY_BITS)) | BigInt(appKey);
  const body = (head << BigInt(POSITION_BITS)) | BigInt(position);
  return prefix + encodeBase62((body << BigInt(CHECK_BITS)) | check(body));
}

/** Where a message id points; null for text that was never an id (wrong prefix, digits or check). */
export function parseMessageId(
  id: string,
  prefix = MESSAGE_ID_PREFIX,
): { appKey: number; position: number } | null {
  const value = digitsOf(prefix, id);
  if (value === null) return null;
  const body = value >> BigInt(CHECK_BITS);
  if (check(body) !== (value & mask(CHECK_BITS))) return null;
  return {
    appKey: Number((body >> BigInt(POSITION_BITS)) & mask(KEY_BITS)),
    position: Number(body & mask(POSITION_BITS)),
  };
}

export type AttemptAddress = { attemptKey: number; endpointKey: number; position: number };

/** The id of an attempt: its time-ordered key in the endpoint's object, the endpoint, the event's position. */
export function attemptId({ attemptKey, endpointKey, position }: AttemptAddress): string {
  const head = (BigInt(attemptKey) << BigInt(KEY_BITS)) | BigInt(endpointKey);
  const body = (head << BigInt(POSITION_BITS)) | BigInt(position);
  return ATTEMPT_ID_PREFIX + encodeBase62((body << 19n) | (check(body) & mask(19)));
}

export function parseAttemptId(id: string): AttemptAddress | null {
  const value = digitsOf(ATTEMPT_ID_PREFIX, id);
  if (value === null) return null;
  const body = value >> 19n;
  if ((check(body) & mask(19)) !== (value & mask(19))) return null;
  return {
    attemptKey: Number((body >> BigInt(POSITION_BITS + KEY_BITS)) & mask(ATTEMPT_KEY_BITS)),
    endpointKey: Number((body >> BigInt(POSITION_BITS)) & mask(KEY_BITS)),
    position: Number(body & mask(POSITION_BITS)),
  };
}

/** Attempts of one endpoint are numbered by start time: 1,000 per millisecond, ascending. */
export const ATTEMPT_KEYS_PER_MS = 1000;

export function firstAttemptKeyAt(atMs: number): number {
  return Math.max(0, Math.floor(atMs)) * ATTEMPT_KEYS_PER_MS;
}

function digitsOf(prefix: string, id: string): bigint | null {
  return id.startsWith(prefix) ? decodeBase62(id.slice(prefix.length)) : null;
}

/** Tells a mistyped id from a real one; not a secret (an id opens nothing without a token). */
function check(body: bigint): bigint {
  return ((((body * 0x9e3779b97f4a7c15n) >> 61n) * 0xff51afd7ed558ccdn) >> 17n) & mask(CHECK_BITS);
}
