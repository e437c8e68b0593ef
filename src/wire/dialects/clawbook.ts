import type { Dialect } from "../../core/dialect.ts";

/** seeds/clawbook: "Webhook Payload", "Verifying Signatures", "Retry Policy", "Expected Response". */
export const CLAWBOOK: Dialect = {
  name: "clawbook",
  envelope: {
    kind: "object",
    fields: [
      { name: "id", source: "id" },
      { name: "type", source: "type" },
      { name: "created_at", source: "timestamp" },
      { name: "data", source: "payload" },
    ],
    timestampFormat: "iso-seconds",
  },
  idPrefix: "evt_",
  signature: {
    scheme: "body-hmac",
    header: "X-ClawBook-Signature",
    valuePrefix: "sha256=",
    encoding: "hex",
    secretOptional: false,
  },
  headers: {},
  retrySchedule: [60, 300, 1800, 7200, 43_200],
  timeoutSeconds: 30,
  jitter: true,
  // "Return 4xx for permanent failures (won't retry)".
  retried: {
    networkErrors: true,
    timeouts: true,
    statuses: [
      [100, 199],
      [300, 399],
      [500, 999],
    ],
  },
  disableOnGone: false,
  deliveryControl: false,
};
