import type { Dialect } from "../../core/dialect.ts";
import { MESSAGE_ID_PREFIX } from "../../core/ids.ts";

/** What Svix's own customers (seeds/clazar) receive: reference svix.md §2.8 and §2.9, hosted timeout. */
export const SVIX: Dialect = {
  name: "svix",
  envelope: { kind: "payload" },
  idPrefix: MESSAGE_ID_PREFIX,
  signature: { scheme: "standard", headerPrefix: "svix" },
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
