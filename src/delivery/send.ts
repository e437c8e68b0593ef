import type { AttemptOutcome } from "../core/attempt.ts";
import {
  MAX_CONTROL_HEADER_CHARS,
  MAX_FAILURE_REASON_CHARS,
  MAX_RESPONSE_BODY_WAIT_MS,
  MAX_RESPONSE_BYTES,
  MAX_RESPONSE_HEADER_BYTES,
} from "../core/limits/delivery.ts";
import { checkTarget, type TargetRules } from "../core/target.ts";
import { type Deadline, type Deadlines, EXPIRED } from "./deadlines.ts";

export type SendRequest = {
  url: string;
  headers: Record<string, string>;
  body: string | Uint8Array<ArrayBuffer>;
  timeoutMs: number;
};

export type SendDeps = { fetch: typeof fetch; nowMs(): number; rules: TargetRules; deadlines: Deadlines };

/**
 * Makes one attempt. Never throws, never follows a redirect, and ends by the timeout, whatever the receiver does.
 *
 * The status line is the receiver's answer: once it is there, a body that stalls, breaks off or never ends changes
 * nothing. What has come of it within 2 seconds (and the timeout) is kept, at most 16 KiB.
 */
export async function sendAttempt(
  request: SendRequest,
  deps: SendDeps,
): Promise<{ outcome: AttemptOutcome; durationMs: number }> {
  const startedAtMs = deps.nowMs();
  const target = checkTarget(request.url, deps.rules);
  const outcome: AttemptOutcome = target.ok
    ? await exchange({ ...request, url: target.url }, deps)
    : { kind: "blocked", reason: target.reason };
  return { outcome, durationMs: Math.max(0, deps.nowMs() - startedAtMs) };
}

async function exchange(request: SendRequest, { fetch, deadlines }: SendDeps): Promise<AttemptOutcome> {
  const { url, headers, body, timeoutMs } = request;
  const controller = new AbortController();
  const timeout = deadlines.start(timeoutMs);
  try {
    const { signal } = controller;
    const answer = fetch(url, { method: "POST", headers, body, redirect: "manual", signal });
    const response = await Promise.race([answer, timeout.expired]);
    if (response === EXPIRED) {
      discardLate(answer);
      return { kind: "timeout", timeoutMs };
    }
    const prefix = await readPrefix(response, { timeout, deadlines });
    return {
      kind: "responded",
      statusCode: response.status,
      body: prefix,
      headers: boundedHeaders(response.headers),
      retryAfter: controlHeader(response.headers, "retry-after"),
      control: controlHeader(response.headers, "webhook-delivery"),
    };
  } catch (error) {
    return { kind: "network", reason: failureReason(error, request) };
  } finally {
    // A timer left running keeps the object in memory, and is paid for (reference cloudflare.md §3).
    timeout.clear();
    controller.abort();
  }
}

/** The attempt is over, but its answer may still arrive: nobody waits for it, and its body must not stay open. */
function discardLate(answer: Promise<Response>): void {
  answer.then((response) => response.body?.cancel()).catch(() => {});
}

type Waits = { timeout: Deadline; deadlines: Deadlines };

/** The start of the body as text, as far as it came in time. */
async function readPrefix(response: Response, { timeout, deadlines }: Waits): Promise<string> {
  if (response.body === null || response.headers.get("content-length") === "0") return "";
  const bodyTimeout = deadlines.start(MAX_RESPONSE_BODY_WAIT_MS);
  const expired = Promise.race([timeout.expired, bodyTimeout.expired]);
  const reader: ReadableStreamDefaultReader<Uint8Array> = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let roomBytes = MAX_RESPONSE_BYTES;
  try {
    while (roomBytes > 0) {
      const read = await Promise.race([reader.read(), expired]);
      if (read === EXPIRED || read.done) break;
      // `stream` holds back a character that is cut in two, here by a chunk and at the end by the limit.
      text += decoder.decode(read.value.subarray(0, roomBytes), { stream: true });
      roomBytes -= read.value.byteLength;
    }
  } catch {
    // Broken off or not decompressible: what came before it is the body.
  } finally {
    bodyTimeout.clear();
    reader.cancel().catch(() => {});
  }
  // A NUL ends the text for some readers of SQLite.
  return withinBytes(text.replaceAll("\0", "\uFFFD"), MAX_RESPONSE_BYTES);
}

/** Bytes that are no UTF-8 have grown threefold when they were replaced: the bound holds for what is stored. */
function withinBytes(text: string, maxBytes: number): string {
  if (text.length * MAX_BYTES_PER_CHAR <= maxBytes) return text;
  return text.slice(0, UTF8.encodeInto(text, new Uint8Array(maxBytes)).read);
}

/** In UTF-8, of a character of a JavaScript string. */
const MAX_BYTES_PER_CHAR = 3;
const UTF8 = new TextEncoder();
const ASCII = /^[\x20-\x7e]*$/;

function utf8Bytes(text: string): number {
  return ASCII.test(text) ? text.length : UTF8.encode(text).byteLength;
}

/** Headers for the attempt's log, as many as fit; cookies are credentials and are left out. */
function boundedHeaders(headers: Headers): Record<string, string> {
  const kept: [name: string, value: string][] = [];
  let roomBytes = MAX_RESPONSE_HEADER_BYTES;
  for (const [name, value] of headers) {
    const bytes = utf8Bytes(name + value);
    if (name === "set-cookie" || bytes > roomBytes) continue;
    roomBytes -= bytes;
    kept.push([name, value]);
  }
  return Object.fromEntries(kept);
}

function controlHeader(headers: Headers, name: string): string | null {
  const value = headers.get(name);
  return value !== null && value.length <= MAX_CONTROL_HEADER_CHARS ? value : null;
}

const MIN_SECRET_CHARS = 4;
/** What the runtime says on one machine when a name does not resolve; it means nothing to an endpoint's owner. */
const OPAQUE_MESSAGE = /^internal error\b/;

/** One line for the attempt's log. Runtimes quote what they choke on, so URL and header values are struck out. */
function failureReason(error: unknown, { url, headers }: SendRequest): string {
  const message = error instanceof Error ? error.message : "";
  if (message === "") return "the request failed";
  if (OPAQUE_MESSAGE.test(message)) return "the host name could not be resolved, or the connection failed";
  const { pathname, search } = new URL(url);
  const secrets = [url, pathname + search, ...Object.values(headers)]
    .filter((secret) => secret.length >= MIN_SECRET_CHARS)
    .sort((a, b) => b.length - a.length);
  // Struck out before it is cut: half a secret would not be recognised.
  const safe = secrets.reduce((text, secret) => text.replaceAll(secret, "…"), message);
  const line = safe.replace(/[\s\p{Cc}]+/gu, " ").trim();
  return line.slice(0, MAX_FAILURE_REASON_CHARS);
}
