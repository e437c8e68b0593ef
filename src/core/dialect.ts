/**
 * A dialect: how a vendor's webhook looks on the wire, as data (design §4). The bytes are made in `wire`.
 */

export type TimestampFormat =
  /** `2026-01-30T14:30:00Z` */
  | "iso-seconds"
  /** `2026-01-30T14:30:00.123Z` */
  | "iso-millis"
  /** `2026-03-09T12:00:00+00:00` */
  | "iso-offset"
  | "unix-seconds"
  | "unix-millis";

/** Where an envelope field takes its value from. `position` is the event's dense integer in its application's log. */
export type EnvelopeSource = "id" | "position" | "type" | "timestamp" | "payload" | "event_id";

/** `payload`: the published bytes are the body. `object`: a canonical JSON object with these fields in this order. */
export type Envelope =
  | { kind: "payload" }
  | { kind: "object"; fields: { name: string; source: EnvelopeSource }[]; timestampFormat: TimestampFormat };

export type SignatureFormat =
  /** Standard Webhooks: `<prefix>-id`, `<prefix>-timestamp`, `<prefix>-signature: v1,<base64> …`. */
  | { scheme: "standard"; headerPrefix: string }
  /** HMAC-SHA256 over the exact body bytes, keyed with the secret's UTF-8 bytes: `header: <valuePrefix><digest>`. */
  | {
      scheme: "body-hmac";
      header: string;
      valuePrefix: string;
      encoding: "hex" | "base64";
      /** Without a secret the delivery goes out unsigned, and none is generated (ClawLabor). */
      secretOptional: boolean;
    };

/** Which failed attempts are tried again. A failure that is not retried ends the delivery at once. */
export type RetryRule = {
  networkErrors: boolean;
  timeouts: boolean;
  /** Inclusive ranges of response status codes. */
  statuses: [from: number, to: number][];
};

export type Dialect = {
  name: string;
  envelope: Envelope;
  /** Prefix of the id shown to receivers (`msg_`, `evt_`). */
  idPrefix: string;
  signature: SignatureFormat;
  /** Sent with every request, beside the signature's own headers. */
  headers: Record<string, string>;
  /** Seconds to wait after the first, second, … failed attempt; attempts = length + 1. */
  retrySchedule: number[];
  timeoutSeconds: number;
  jitter: boolean;
  retried: RetryRule;
  /** A 410 disables the endpoint (Standard Webhooks v1.0.0). */
  disableOnGone: boolean;
  /** The response header `webhook-delivery: disable | abort-message` is obeyed (Svix). */
  deliveryControl: boolean;
};

/** The headers that carry a signature. */
export function signatureHeaderNames(signature: SignatureFormat): string[] {
  if (signature.scheme === "body-hmac") return [signature.header];
  return ["id", "timestamp", "signature"].map((part) => `${signature.headerPrefix}-${part}`);
}

/** Every header that a dialect sends of its own: an endpoint's own ones cannot have these names. */
export function dialectHeaderNames({ signature, headers }: Pick<Dialect, "signature" | "headers">): string[] {
  return [...signatureHeaderNames(signature), ...Object.keys(headers)];
}
