import type { Dialect } from "../../core/dialect.ts";

/** seeds/swiftclaw: "Example Payload", "Signature Verification", "Retry Logic". The page names no timeout. */
export const SWIFTCLAW: Dialect = {
  name: "swiftclaw",
  envelope: {
    kind: "object",
    fields: [
      { name: "id", source: "id" },
      { name: "type", source: "type" },
      { name: "created", source: "timestamp" },
      { name: "data", source: "payload" },
    ],
    timestampFormat: "unix-seconds",
  },
  idPrefix: "evt_",
  signature: {
    scheme: "body-hmac",
    header: "X-SwiftClaw-Signature",
    valuePrefix: "",
    encoding: "hex",
    secretOptional: false,
  },
  headers: {},
  retrySchedule: [60, 300, 900, 3600, 21_600],
  timeoutSeconds: 15,
  jitter: true,
  // "Retry Codes: 500-599".
  retried: { networkErrors: true, timeouts: true, statuses: [[500, 599]] },
  disableOnGone: false,
  deliveryControl: false,
};
