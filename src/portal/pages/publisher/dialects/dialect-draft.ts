/** A dialect as it is edited: every part a text or a choice, until it is sent. */
import type { DialectDefinition, DialectOut } from "../../../../contract/dialects.ts";
import type { EnvelopeSource, TimestampFormat } from "../../../../core/dialect.ts";
import { numbersIn } from "../../../parts/duration.ts";
import { type HeaderLine, headersOf } from "../../endpoints/header-draft.ts";

export type FieldDraft = { key: string; name: string; source: EnvelopeSource };

export type DialectDraft = {
  body: "payload" | "object";
  fields: FieldDraft[];
  timestampFormat: TimestampFormat;
  idPrefix: string;
  scheme: "standard" | "body-hmac";
  headerPrefix: string;
  header: string;
  valuePrefix: string;
  encoding: "hex" | "base64";
  secretOptional: boolean;
  headers: HeaderLine[];
  schedule: string;
  timeout: string;
  jitter: boolean;
  networkErrors: boolean;
  timeouts: boolean;
  statuses: string;
  disableOnGone: boolean;
  deliveryControl: boolean;
};

export const SOURCES: readonly (readonly [EnvelopeSource, string])[] = [
  ["payload", "The payload"],
  ["id", "The message’s id"],
  ["event_id", "Your own id of the event"],
  ["position", "Its number in the application’s log"],
  ["type", "The event type"],
  ["timestamp", "When it happened"],
];

export const TIMESTAMP_FORMATS: readonly (readonly [TimestampFormat, string])[] = [
  ["iso-millis", "2026-01-30T14:30:00.123Z"],
  ["iso-seconds", "2026-01-30T14:30:00Z"],
  ["iso-offset", "2026-01-30T14:30:00+00:00"],
  ["unix-seconds", "1769783400 (seconds)"],
  ["unix-millis", "1769783400123 (milliseconds)"],
];

/** What an object begins with where the dialect had none. */
const FIRST_FIELDS: FieldDraft[] = [
  { key: "id", name: "id", source: "id" },
  { key: "type", name: "type", source: "type" },
  { key: "created_at", name: "created_at", source: "timestamp" },
  { key: "data", name: "data", source: "payload" },
];

export function dialectDraft(dialect: DialectOut): DialectDraft {
  const { envelope, signature, retried } = dialect;
  const isObject = envelope.kind === "object";
  const isPlain = signature.scheme === "body-hmac";
  return {
    body: envelope.kind,
    fields: isObject ? envelope.fields.map(fieldDraft) : FIRST_FIELDS,
    timestampFormat: chosen(TIMESTAMP_FORMATS, isObject ? envelope.timestampFormat : "iso-millis"),
    idPrefix: dialect.idPrefix,
    scheme: signature.scheme,
    headerPrefix: isPlain ? "webhook" : signature.headerPrefix,
    header: isPlain ? signature.header : "X-Signature",
    valuePrefix: isPlain ? signature.valuePrefix : "",
    encoding: isPlain && signature.encoding === "base64" ? "base64" : "hex",
    secretOptional: isPlain && signature.secretOptional,
    headers: Object.entries(dialect.headers).map(([name, value]) => ({ key: name, name, value })),
    schedule: dialect.retrySchedule.join(", "),
    timeout: String(dialect.timeoutSeconds),
    jitter: dialect.jitter,
    networkErrors: retried.networkErrors,
    timeouts: retried.timeouts,
    statuses: rangesText(retried.statuses),
    disableOnGone: dialect.disableOnGone,
    deliveryControl: dialect.deliveryControl,
  };
}

function fieldDraft({ name, source }: { name: string; source: string }): FieldDraft {
  return { key: name, name, source: chosen(SOURCES, source) };
}

function chosen<Value extends string>(options: readonly (readonly [Value, string])[], value: string): Value {
  const found = options.find(([option]) => option === value) ?? options[0];
  if (found === undefined) throw new Error("portal/dialect-draft: nothing to choose from");
  return found[0];
}

/** What is stored; numbers that are none go out as they are, for the server to refuse by name. */
export function definitionOf(draft: DialectDraft): DialectDefinition {
  const { networkErrors, timeouts, jitter, disableOnGone, deliveryControl } = draft;
  return {
    envelope:
      draft.body === "payload"
        ? { kind: "payload" }
        : {
            kind: "object",
            fields: draft.fields.map(({ name, source }) => ({ name, source })),
            timestampFormat: draft.timestampFormat,
          },
    idPrefix: draft.idPrefix,
    signature: signatureOf(draft),
    headers: headersOf(draft.headers),
    retrySchedule: numbersIn(draft.schedule),
    timeoutSeconds: Number(draft.timeout),
    retried: { networkErrors, timeouts, statuses: rangesIn(draft.statuses) },
    jitter,
    disableOnGone,
    deliveryControl,
  };
}

function signatureOf(draft: DialectDraft): NonNullable<DialectDefinition["signature"]> {
  const { header, valuePrefix, encoding, secretOptional } = draft;
  return draft.scheme === "standard"
    ? { scheme: "standard", headerPrefix: draft.headerPrefix }
    : { scheme: "body-hmac", header, valuePrefix, encoding, secretOptional };
}

/** `408, 429, 500-599` as inclusive ranges. */
export function rangesIn(text: string): [from: number, to: number][] {
  return text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
    .map((part) => {
      const [from = "", to = from] = part.split(/\s*[-–]\s*/);
      return [Number(from), Number(to)];
    });
}

export function rangesText(ranges: readonly (readonly number[])[]): string {
  return ranges.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}

export function newField(key: string): FieldDraft {
  return { key, name: "", source: "event_id" };
}
