import type { Dialect } from "../../core/dialect.ts";

/** seeds/clawget: "Event Types", "Verify Signatures", "Retry Logic". The page excepts no status from retrying. */
export const CLAWGET: Dialect = {
  name: "clawget",
  envelope: {
    kind: "object",
    fields: [
      { name: "type", source: "type" },
      { name: "id", source: "id" },
      { name: "created", source: "timestamp" },
      { name: "data", source: "payload" },
    ],
    timestampFormat: "unix-seconds",
  },
  idPrefix: "evt_",
  signature: {
    scheme: "body-hmac",
    header: "X-Clawget-Signature",
    valuePrefix: "",
    encoding: "hex",
    secretOptional: false,
  },
  headers: {},
  retrySchedule: [60, 300, 900, 3600, 21_600],
  timeoutSeconds: 5,
  jitter: true,
  retried: {
    networkErrors: true,
    timeouts: true,
    statuses: [
      [100, 199],
      [300, 999],
    ],
  },
  disableOnGone: false,
  deliveryControl: false,
};
