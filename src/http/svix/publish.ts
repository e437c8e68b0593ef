/** Reading a publish call and turning it into events of the log. */
import { rateIn } from "../../contract/applications.ts";
import { CreateMessageQuery, MessageBatchIn, MessageIn } from "../../contract/messages.ts";
import { APP_ID_PREFIX } from "../../core/ids.ts";
import { isObject } from "../../core/json-object.ts";
import {
  MAX_DELIVER_AHEAD_MS,
  MAX_PAYLOAD_BYTES,
  MIN_DELIVER_AHEAD_MS,
} from "../../core/limits/publishing.ts";
import { type RawSpan, rawItems, rawMembers } from "../../core/raw-json.ts";
import { DAY_MS, HOUR_MS } from "../../core/units.ts";
import { hashToken } from "../../service/access/tokens.ts";
import {
  type AcceptCheckedResult,
  acceptChecked,
  type CheckedEvent,
  type CheckedResult,
  type PayloadFlaw,
} from "../../service/messages/accept-checked.ts";
import type { NewEvent } from "../../store/event-append.ts";
import type { HttpContext } from "../app-env.ts";
import { readBounded, utf8Text } from "../body.ts";
import {
  ApiError,
  invalidAt,
  malformedJson,
  notFoundError,
  schemaFailure,
  ValidationError,
} from "../errors.ts";
import { idempotencyKeyOf } from "../idempotency.ts";
import { messageText } from "./message-text.ts";
import { rawPayload } from "./raw-payload.ts";

/** A publish call as read: its text (payloads are cut out of it), its JSON, and what applies to all its messages. */
export type Publish = { text: string; json: unknown; idempotencyHash: string | null; withContent: boolean };

export async function readPublish(c: HttpContext, maxBytes: number): Promise<Publish> {
  const query = CreateMessageQuery.safeParse(c.req.query());
  if (!query.success) throw schemaFailure("query", query.error.issues);
  const text = utf8Text(await readBounded(c.req.raw, maxBytes));
  const idempotencyHash = await idempotencyHashOf(c);
  return { text, json: parseJson(text), idempotencyHash, withContent: query.data.with_content };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw malformedJson();
  }
}

/** Keys belong to the application that the row is stored under. */
async function idempotencyHashOf(c: HttpContext): Promise<string | null> {
  const key = idempotencyKeyOf(c);
  return key === null ? null : hashToken(key);
}

/** Publishes the one message of the call; answers its text. */
export async function publishOne(c: HttpContext, publish: Publish): Promise<string> {
  const message = parseMessage(publish.json);
  const read = readEvent(c, message, { publish, root: { start: 0, end: publish.text.length } });
  const { event } = read;
  const accepted = await accept(c, [read], implicitOf(c, message));
  const [result] = accepted.results;
  if (result?.kind === "unfit") throw unfit(result.flaws);
  if (result === undefined || result.kind === "conflict") throw duplicate(event.eventId);
  return messageText(accepted.appKey, result.event, publish.withContent);
}

/** Publishes what is valid of the batch; answers one result a message, in order. */
export async function publishBatch(c: HttpContext, publish: Publish): Promise<string> {
  const batch = MessageBatchIn.safeParse(publish.json);
  if (!batch.success) throw schemaFailure("json", batch.error.issues);
  const messages = rawMembers(publish.text).get("messages");
  const spans = messages === undefined ? [] : rawItems(publish.text, messages.start);
  const hashes = await batchHashes(publish.idempotencyHash, spans.length);
  const read = batch.data.messages.map((json, index) =>
    settled(() => {
      const message = parseMessage(json);
      const span = spans[index] ?? { start: 0, end: 0 };
      const item = { publish: { ...publish, idempotencyHash: hashes[index] ?? null }, root: span };
      return { ...readEvent(c, message, item), implicit: implicitOf(c, message) };
    }),
  );
  const valid = read.flatMap((item) => (item.ok ? [item.value] : []));
  const implicit = valid.find((item) => item.implicit !== null)?.implicit ?? null;
  const accepted = valid.length === 0 ? null : await accept(c, valid, implicit);
  const results = [...(accepted?.results ?? [])];
  const texts = read.map((item) => {
    if (!item.ok) return errorText(item.error);
    const result = results.shift();
    return resultText(accepted?.appKey ?? 0, result, publish.withContent);
  });
  return `{"data":[${texts.join(",")}]}`;
}

function resultText(appKey: number, result: CheckedResult | undefined, withContent: boolean): string {
  if (result?.kind === "unfit") return errorText(unfit(result.flaws));
  if (result === undefined || result.kind === "conflict")
    return errorText(duplicate(result?.eventId ?? null));
  return messageText(appKey, result.event, withContent);
}

/** A key for each place of the batch, so that a repeated call finds each of its messages again. */
function batchHashes(hash: string | null, count: number): Promise<(string | null)[]> {
  return Promise.all(
    Array.from({ length: count }, (_, i) => (hash === null ? null : hashToken(`${hash}\n${i}`))),
  );
}

type Settled<T> = { ok: true; value: T } | { ok: false; error: ApiError | ValidationError };

function settled<T>(work: () => T): Settled<T> {
  try {
    return { ok: true, value: work() };
  } catch (error) {
    if (error instanceof ApiError || error instanceof ValidationError) return { ok: false, error };
    throw error;
  }
}

function errorText(error: ApiError | ValidationError): string {
  if (error instanceof ApiError) return JSON.stringify({ code: error.code, detail: error.detail });
  const detail = error.issues
    .map(({ loc, msg }) => [loc.slice(1).join("."), msg].filter((part) => part !== "").join(": "))
    .join("; ");
  return JSON.stringify({ code: "validation_error", detail });
}

function parseMessage(json: unknown): MessageIn {
  const message = MessageIn.safeParse(json);
  if (!message.success) throw schemaFailure("json", message.error.issues);
  // Of the payload it is kept like every other key; out of the application's metadata the schema would drop it.
  if (holdsProtoKey(memberOf(memberOf(json, "application"), "metadata"))) {
    throw invalidAt(["body", "application", "metadata"], 'must not hold a key named "__proto__"');
  }
  return message.data;
}

function memberOf(json: unknown, name: string): unknown {
  return isObject(json) ? json[name] : undefined;
}

function holdsProtoKey(json: unknown): boolean {
  return isObject(json) && Object.hasOwn(json, "__proto__");
}

/** In UTF-8, which takes at most three bytes for a character of a JavaScript string. */
function isLarger(text: string, maxBytes: number): boolean {
  return 3 * text.length > maxBytes && new TextEncoder().encode(text).length > maxBytes;
}

type Item = { publish: Publish; root: RawSpan };

/** The payload of the message at `root`, as it was written. */
export function payloadText(text: string, root: RawSpan): string {
  const span = rawMembers(text, root.start).get("payload") ?? root;
  return bounded(text.slice(span.start, span.end));
}

function bounded(payload: string): string {
  if (isLarger(payload, MAX_PAYLOAD_BYTES)) {
    throw new ApiError("payload_too_large", `payload is larger than ${MAX_PAYLOAD_BYTES} bytes`);
  }
  return payload;
}

function readEvent(c: HttpContext, message: MessageIn, { publish, root }: Item): CheckedEvent {
  const raw = rawPayload(message);
  const text = raw === null ? payloadText(publish.text, root) : bounded(raw.text);
  return { event: toEvent(c, message, { publish, payload: text }), payload: raw?.json ?? message.payload };
}

type Parts = { publish: Publish; payload: string };

function toEvent(c: HttpContext, message: MessageIn, { publish, payload }: Parts): NewEvent {
  const { nowMs } = c.get("services");
  return {
    eventType: message.eventType,
    eventId: message.eventId ?? null,
    channels: message.channels ?? null,
    tags: message.tags ?? null,
    deliverAtMs: checkedDeliverAt(message.deliverAt ?? null, nowMs),
    payloadExpiresAtMs: expiryOf(message, nowMs),
    payload,
    idempotencyHash: publish.idempotencyHash,
  };
}

function checkedDeliverAt(deliverAtMs: number | null, nowMs: number): number | null {
  if (deliverAtMs === null) return null;
  const aheadMs = deliverAtMs - nowMs;
  if (aheadMs < MIN_DELIVER_AHEAD_MS || aheadMs > MAX_DELIVER_AHEAD_MS) {
    throw invalidAt(["body", "deliverAt"], "must be at least one minute and at most 24 hours ahead");
  }
  return deliverAtMs;
}

type Retention = Pick<MessageIn, "payloadRetentionPeriod" | "payloadRetentionHours">;

export function expiryOf(message: Retention, nowMs: number): number | null {
  const { payloadRetentionPeriod: days, payloadRetentionHours: hours } = message;
  if (days != null) return nowMs + days * DAY_MS;
  return hours == null ? null : nowMs + hours * HOUR_MS;
}

type Implicit = Parameters<typeof acceptChecked>[1]["implicit"];

/** The application to create with the message; its uid must be the one in the path (reference svix.md §2.4). */
function implicitOf(c: HttpContext, { application }: MessageIn): Implicit {
  if (application == null) return null;
  const named = c.req.param("app_id") ?? "";
  if (named.startsWith(APP_ID_PREFIX)) return null;
  const uid = application.uid ?? null;
  if (uid === null) throw invalidAt(["body", "application", "uid"], "is required", "application_uid_missing");
  if (uid !== named) {
    throw invalidAt(
      ["body", "application", "uid"],
      "must be the uid in the path",
      "application_uid_mismatch",
    );
  }
  return {
    uid,
    name: application.name,
    ratePerSecond: rateIn(application) ?? null,
    metadata: application.metadata ?? {},
  };
}

type Accepted = Extract<AcceptCheckedResult, { kind: "accepted" }>;

async function accept(
  c: HttpContext,
  events: readonly CheckedEvent[],
  implicit: Implicit,
): Promise<Accepted> {
  const application = c.req.param("app_id") ?? "";
  const accepted = await acceptChecked(c.get("services"), { application, implicit, events });
  if (accepted.kind === "no-application") throw notFoundError();
  if (accepted.kind === "unavailable") {
    throw new ApiError("unavailable", "The event log cannot take the message now; try again");
  }
  c.executionCtx.waitUntil(accepted.tell());
  return accepted;
}

/** As Svix tells of a body that does not fit, the place inside the payload (reference svix.md §2.4). */
function unfit(flaws: readonly PayloadFlaw[]): ValidationError {
  return schemaFailure(
    "json",
    flaws.map(({ path, message }) => ({ path: ["payload", ...path], message })),
  );
}

function duplicate(eventId: string | null): ApiError {
  return new ApiError("conflict", `A message with the event id "${eventId}" already exists`);
}
