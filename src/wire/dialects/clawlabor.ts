import type { Dialect } from "../../core/dialect.ts";
import { MESSAGE_ID_PREFIX } from "../../core/ids.ts";

/** seeds/clawlabor §5 and §6. The page names no schedule and no timeout: those of `standard` apply. */
export const CLAWLABOR: Dialect = {
  name: "clawlabor",
  envelope: {
    kind: "object",
    fields: [
      { name: "event_id", source: "position" },
      { name: "event_type", source: "type" },
      { name: "payload", source: "payload" },
      { name: "created_at", source: "timestamp" },
    ],
    timestampFormat: "iso-offset",
  },
  idPrefix: MESSAGE_ID_PREFIX,
  signature: {
    scheme: "body-hmac",
    header: "X-Webhook-Signature",
    valuePrefix: "",
    encoding: "hex",
    secretOptional: true,
  },
  headers: {},
  retrySchedule: [5, 300, 1800, 7200, 18_000, 36_000, 36_000],
  timeoutSeconds: 15,
  jitter: true,
  retried: {
    networkErrors: true,
    timeouts: true,
    statuses: [
      [100, 199],
      [300, 409],
      [411, 999],
    ],
  },
  disableOnGone: true,
  deliveryControl: true,
};
