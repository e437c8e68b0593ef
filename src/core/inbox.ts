/** The built-in inbox of an application: a URL to point an endpoint at, that shows what came and answers as it is told. */
import { encodeBase62, ID_DIGITS } from "./base62.ts";
import type { RandomBytes } from "./ids.ts";
import {
  MAX_INBOX_KEPT_BODY_CHARS,
  MAX_INBOX_KEPT_HEADER_CHARS,
  MAX_INBOX_KEPT_PATH_CHARS,
  MAX_INBOX_PAGE_CHARS,
} from "./limits/inbox.ts";

const ROOT = "/inbox/";
const TOKEN_BYTES = 20;
const INBOX_PATH = new RegExp(`^${ROOT}([0-9A-Za-z]{${ID_DIGITS}})(?:/|$)`);
const UTF8 = new TextDecoder();

/** What an inbox answers to every request. */
export type InboxAnswer = { status: number; body: string; delayMs: number };

/** A request as it came; header names in lower case. */
export type InboxArrival = {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string>;
  body: string;
  bodyBytes: number;
  answerStatus: number;
};

/** A request as it is kept: `isCut` says that the body is longer than what is here. */
export type KeptRequest = {
  id: number;
  atMs: number;
  method: string;
  path: string;
  headers: Record<string, string>;
  body: string;
  bodyBytes: number;
  isCut: boolean;
  answerStatus: number;
};

/** `before`: the id that the page ended with; null: from the newest on. */
export type InboxScan = { before: number | null; limit: number };
export type InboxPage = { requests: KeptRequest[]; done: boolean };

/** 160 bits that nobody guesses. */
export function newInboxToken(random: RandomBytes): string {
  let value = 0n;
  for (const byte of random(TOKEN_BYTES)) value = (value << 8n) | BigInt(byte);
  return encodeBase62(value);
}

/** Where an inbox is sent to. */
export function inboxUrl({ origin, token }: { origin: string; token: string }): string {
  return `${origin}${ROOT}${token}`;
}

/** Whether a path is below what inboxes answer at, whether or not there is one. */
export function isInboxPath(path: string): boolean {
  return path.startsWith(ROOT);
}

/** The token in a path like an inbox's; null: it cannot be one's. Whose it is, and whether of anybody, it does not say. */
export function inboxTokenIn(path: string): string | null {
  return INBOX_PATH.exec(path)?.[1] ?? null;
}

/** The same of a URL, with the origin that the inbox must have to be meant. */
export function parseInboxUrl(url: string): { origin: string; token: string } | null {
  // Every attempt asks: almost no URL is worth parsing for it.
  if (!url.includes(ROOT) || !URL.canParse(url)) return null;
  const { origin, pathname, username, password } = new URL(url);
  const token = username === "" && password === "" ? inboxTokenIn(pathname) : null;
  return token === null ? null : { origin, token };
}

/** What is kept of an arrival: as much as fits, and no NUL, which ends a text for some readers of SQLite. */
export function toKept(arrival: InboxArrival, { id, atMs }: { id: number; atMs: number }): KeptRequest {
  const { method, path, headers, body, bodyBytes, answerStatus } = arrival;
  const kept = body.slice(0, MAX_INBOX_KEPT_BODY_CHARS).toWellFormed();
  return {
    id,
    atMs,
    method,
    path: path.slice(0, MAX_INBOX_KEPT_PATH_CHARS),
    headers: headersThatFit(headers),
    body: kept.replaceAll("\0", "\uFFFD"),
    bodyBytes,
    isCut: body.length > MAX_INBOX_KEPT_BODY_CHARS,
    answerStatus,
  };
}

/** The first `limit` of one more than is wanted; fewer where they would be too long together. */
export function pageOf(found: readonly KeptRequest[], limit: number): InboxPage {
  let chars = 0;
  const tooLong = found.findIndex(({ body }) => {
    chars += body.length;
    return chars > MAX_INBOX_PAGE_CHARS;
  });
  const requests = found.slice(0, tooLong === -1 ? limit : Math.min(limit, Math.max(1, tooLong)));
  return { requests, done: requests.length === found.length };
}

/** Bytes as they are shown. */
export function inboxText(bytes: Uint8Array): string {
  return UTF8.decode(bytes);
}

function headersThatFit(headers: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {};
  let roomChars = MAX_INBOX_KEPT_HEADER_CHARS;
  for (const [name, value] of Object.entries(headers)) {
    const chars = name.length + value.length;
    if (chars > roomChars) continue;
    roomChars -= chars;
    kept[name] = value;
  }
  return kept;
}
