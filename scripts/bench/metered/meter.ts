import type { D1Meter } from "./metered-d1.ts";

export type Meter = D1Meter & {
  /** Rows written by SQL in endpoint objects. */
  objectRows: number;
  /** Each is billed as one more row. */
  alarmsSet: number;
  alarmsDeleted: number;
  /** Calls of objects and alarms of endpoints, billed as requests. */
  hints: number;
  alarms: number;
  appends: number;
};
