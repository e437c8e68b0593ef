/** Listening from a terminal: an endpoint whose requests go to whoever is connected for it, not to an address. */
import { isObject, parseObject } from "./json-object.ts";
import { MAX_LISTEN_FRAME_CHARS } from "./limits/delivery.ts";

/** Of such an endpoint. The name never resolves (RFC 6761 §6.4): what is sent there by mistake reaches nobody. */
export const LISTEN_URL = "https://listen.posthorn.invalid/";

export function isListenUrl(url: string): boolean {
  return url === LISTEN_URL;
}

/** How the server ends a listener's socket: codes of our own, but the first (RFC 6455 §7.4). */
export const LISTEN_END = {
  normal: 1000,
  /** Its token may have ended meanwhile: it is to show it again. */
  comeAgain: 4408,
  /** Somebody else listens now. */
  replaced: 4409,
} as const;

/** What the listener is sent: the request that an endpoint would get, and which event it is. */
export type ListenRequest = {
  headers: Record<string, string>;
  body: string;
  event: { id: string; type: string };
};

/** What its local program answered, or why it did not. */
export type ListenAnswer =
  | { kind: "responded"; status: number; headers: Record<string, string>; body: string }
  | { kind: "failed"; reason: string };

const MIN_STATUS = 200;
const MAX_STATUS = 599;
const UNREADABLE: ListenAnswer = { kind: "failed", reason: "the listener's answer cannot be read" };

/** A listener's frame: to which request it is the answer, and what the answer is; null when it is to none. */
export function parseListenFrame(frame: string): { id: string; answer: ListenAnswer } | null {
  if (frame.length > MAX_LISTEN_FRAME_CHARS) return null;
  const value = parseObject(frame);
  if (value === null || typeof value.id !== "string") return null;
  const { id } = value;
  if (value.type === "failed") {
    return { id, answer: { kind: "failed", reason: `the listener's target: ${String(value.reason)}` } };
  }
  return { id, answer: answerOf(value) };
}

function answerOf({ status, headers, body }: Record<string, unknown>): ListenAnswer {
  if (typeof status !== "number" || !Number.isInteger(status) || status < MIN_STATUS || status > MAX_STATUS) {
    return UNREADABLE;
  }
  if (!isObject(headers) || typeof body !== "string") return UNREADABLE;
  const texts = Object.entries(headers).flatMap(([name, value]) =>
    typeof value === "string" ? [[name, value]] : [],
  );
  return { kind: "responded", status, headers: Object.fromEntries(texts), body };
}
