/** Dialects that publishers define: the same data as the built-in ones (design §4). */
import { z } from "zod";
import { checkCustomHeaders } from "../core/custom-headers.ts";
import { type Dialect, signatureHeaderNames } from "../core/dialect.ts";
import { MAX_EVENT_TYPE_CHARS } from "../core/limits/catalogue.ts";
import {
  MAX_DIALECT_FIELDS,
  MAX_DIALECT_HEADERS,
  MAX_DIALECT_STATUS_RANGES,
  MAX_HEADER_NAME_CHARS,
} from "../core/limits/resources.ts";
import { MAX_SECRET_CHARS } from "../core/limits/secrets.ts";
import { listOut, NAME_PATTERN, NameText, shallow, TimeIn } from "./fields.ts";
import { DialectName, RetrySchedule, TimeoutSeconds } from "./policy.ts";

export const DialectPath = z.object({ name: z.string() });
export const NewDialectPath = z.object({ name: DialectName });

const MIN_STATUS = 100;
const MAX_STATUS = 999;
const TOKEN_PATTERN = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Reserved for signatures: an endpoint's own headers may not begin so, a dialect's signature may. */
const SIGNATURE_PREFIX = /^(x-)?(webhook|svix)-/i;
/** A key that JSON objects put first wherever it was written. */
const INTEGER_KEY = /^(0|[1-9][0-9]*)$/;

function isSignatureHeader(name: string): boolean {
  return SIGNATURE_PREFIX.test(name) || checkCustomHeaders({ [name]: "" }).ok;
}

const HeaderName = z
  .string()
  .max(MAX_HEADER_NAME_CHARS)
  .regex(TOKEN_PATTERN, { error: "is not a valid header name" })
  .refine(isSignatureHeader, {
    error: "is a header that the service or the connection sets",
  });

const EnvelopeField = z.object({
  name: NameText.refine((name) => !INTEGER_KEY.test(name), {
    error: "must not be an integer: JSON objects put such keys first",
  }),
  source: z.enum(["id", "position", "type", "timestamp", "payload", "event_id"]),
});

const EnvelopeFields = z
  .array(EnvelopeField)
  .max(MAX_DIALECT_FIELDS)
  .refine((fields) => new Set(fields.map(({ name }) => name)).size === fields.length, {
    error: "two fields have the same name",
  })
  .refine((fields) => fields.filter(({ source }) => source === "payload").length === 1, {
    error: "exactly one field must have the source payload",
  });

const Envelope = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("payload") }),
  z.object({
    kind: z.literal("object"),
    fields: EnvelopeFields,
    timestampFormat: z
      .enum(["iso-seconds", "iso-millis", "iso-offset", "unix-seconds", "unix-millis"])
      .default("iso-millis"),
  }),
]);

/** `<prefix>-id`, `<prefix>-timestamp` and `<prefix>-signature` are made of it. */
const HeaderPrefix = z
  .string()
  .min(1)
  .max(64)
  .regex(TOKEN_PATTERN, { error: "is not a valid beginning of a header name" })
  .refine((prefix) => isSignatureHeader(`${prefix}-id`), {
    error: "begins headers that the service or the connection sets",
  })
  .default("webhook");

const Signature = z.discriminatedUnion("scheme", [
  z.object({ scheme: z.literal("standard"), headerPrefix: HeaderPrefix }),
  z.object({
    scheme: z.literal("body-hmac"),
    header: HeaderName,
    valuePrefix: z
      .string()
      .max(64)
      .regex(/^[\x21-\x7e]*$/, { error: "must be visible ASCII" })
      .default(""),
    encoding: z.enum(["hex", "base64"]).default("hex"),
    secretOptional: z.boolean().default(false),
  }),
]);

const Headers = z.record(z.string(), z.string()).check((input) => {
  const check = checkCustomHeaders(input.value);
  if (Object.keys(input.value).length > MAX_DIALECT_HEADERS) {
    const message = `more than the ${MAX_DIALECT_HEADERS} headers allowed`;
    input.issues.push({ code: "custom", input: input.value, message });
  } else if (!check.ok) {
    input.issues.push({ code: "custom", input: input.value, path: [check.header], message: check.reason });
  }
});

const StatusCode = z.number().int().min(MIN_STATUS).max(MAX_STATUS);

const Statuses = z
  .array(z.tuple([StatusCode, StatusCode]))
  .max(MAX_DIALECT_STATUS_RANGES)
  .refine(
    (ranges) => ranges.every(([from, to], index) => from <= to && from > (ranges[index - 1]?.[1] ?? 0)),
    {
      error: "ranges must ascend and not overlap",
    },
  )
  .refine((ranges) => ranges.every(([from, to]) => to < 200 || from > 299), {
    error: "2xx is success and never tried again",
  });

/** A signature sent twice, or under a fixed value, is one that no receiver can verify. */
const HEADERS_OF_ITS_OWN = { path: ["headers"], error: "must not have the name of a signature header" };

/** Whatever is left out is as in the `standard` dialect. */
export const DialectIn = z
  .object({
    envelope: Envelope.optional(),
    idPrefix: z
      .string()
      .regex(/^[A-Za-z][A-Za-z0-9_-]{0,31}$/, { error: "must be 1 to 32 letters, digits, - and _" })
      .optional(),
    signature: Signature.optional(),
    headers: Headers.optional().meta({
      description:
        "Sent with every request. Endpoints under the dialect cannot set these themselves; where one had set one before, this one is sent.",
    }),
    retrySchedule: RetrySchedule.optional(),
    timeoutSeconds: TimeoutSeconds.optional(),
    jitter: z.boolean().optional(),
    retried: z
      .object({
        networkErrors: z.boolean().optional(),
        timeouts: z.boolean().optional(),
        statuses: Statuses.optional(),
      })
      .optional(),
    disableOnGone: z.boolean().optional(),
    deliveryControl: z.boolean().optional(),
  })
  .refine(({ signature, headers = {} }) => {
    const taken = (signature === undefined ? [] : signatureHeaderNames(signature)).map((name) =>
      name.toLowerCase(),
    );
    return !Object.keys(headers).some((name) => taken.includes(name.toLowerCase()));
  }, HEADERS_OF_ITS_OWN)
  .meta({ id: "DialectIn" });
export type DialectIn = z.output<typeof DialectIn>;
/** As it is sent. */
export type DialectDefinition = z.input<typeof DialectIn>;

const EnvelopeOut = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("payload") }),
  z.object({
    kind: z.literal("object"),
    fields: z.array(z.object({ name: z.string(), source: z.string() })),
    timestampFormat: z.string(),
  }),
]);

const SignatureOut = z.discriminatedUnion("scheme", [
  z.object({ scheme: z.literal("standard"), headerPrefix: z.string() }),
  z.object({
    scheme: z.literal("body-hmac"),
    header: z.string(),
    valuePrefix: z.string(),
    encoding: z.string(),
    secretOptional: z.boolean(),
  }),
]);

export const DialectOut = z
  .object({
    name: z.string(),
    builtIn: z.boolean(),
    envelope: EnvelopeOut,
    idPrefix: z.string(),
    signature: SignatureOut,
    headers: z.record(z.string(), z.string()),
    retrySchedule: z.array(z.number()),
    timeoutSeconds: z.number(),
    jitter: z.boolean(),
    retried: z.object({
      networkErrors: z.boolean(),
      timeouts: z.boolean(),
      statuses: z.array(z.array(z.number())),
    }),
    disableOnGone: z.boolean(),
    deliveryControl: z.boolean(),
  })
  .meta({ id: "DialectOut" });
export type DialectOut = z.output<typeof DialectOut>;

export const DialectListOut = listOut(DialectOut, "DialectOut");

export function toDialectOut(dialect: Dialect, builtIn: boolean): DialectOut {
  return { ...dialect, builtIn };
}

export const DialectPreviewIn = z
  .object({
    eventType: z.string().min(1).max(MAX_EVENT_TYPE_CHARS).regex(NAME_PATTERN).optional(),
    payload: shallow(z.record(z.string(), z.unknown())).optional(),
    secret: z.string().min(1).max(MAX_SECRET_CHARS).optional(),
    timestamp: TimeIn.optional(),
    definition: DialectIn.optional(),
  })
  .meta({ id: "DialectPreviewIn" });
export type DialectPreviewIn = z.output<typeof DialectPreviewIn>;

export const DialectPreviewOut = z
  .object({ method: z.literal("POST"), headers: z.record(z.string(), z.string()), body: z.string() })
  .meta({ id: "DialectPreviewOut" });
