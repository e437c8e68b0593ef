import type { Dialect } from "../../core/dialect.ts";
import { MESSAGE_ID_PREFIX } from "../../core/ids.ts";

/** Standard Webhooks v1.0.0; the schedule is Svix's (reference svix.md §2.9). */
export const STANDARD: Dialect = {
  name: "standard",
  envelope: { kind: "payload" },
  idPrefix: MESSAGE_ID_PREFIX,
  signature: { scheme: "standard", headerPrefix: "webhook" },
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
