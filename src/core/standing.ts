/** How a message stands over all of an application's endpoints. */
import { MESSAGE_STATUS } from "./attempt.ts";

/** With how many endpoints it stands so. */
export type Standing = {
  delivered: number;
  failed: number;
  /** Tried and to be tried again. */
  sending: number;
  /** Not tried yet. */
  waiting: number;
  canceled: number;
  /** For it, and cannot be asked now. */
  unknown: number;
};

export const OVERALL = ["failed", "pending", "delivered", "canceled", "unknown", "nowhere"] as const;
export type Overall = (typeof OVERALL)[number];

const BY_STATUS: Record<number, keyof Standing> = {
  [MESSAGE_STATUS.success]: "delivered",
  [MESSAGE_STATUS.pending]: "waiting",
  [MESSAGE_STATUS.fail]: "failed",
  [MESSAGE_STATUS.sending]: "sending",
  [MESSAGE_STATUS.canceled]: "canceled",
};

/** Of its statuses, one an endpoint; null: that endpoint cannot be asked. */
export function standingOf(statuses: readonly (number | null)[]): Standing {
  const standing: Standing = { delivered: 0, failed: 0, sending: 0, waiting: 0, canceled: 0, unknown: 0 };
  for (const status of statuses) {
    standing[status === null ? "unknown" : (BY_STATUS[status] ?? "unknown")] += 1;
  }
  return standing;
}

/** One word for it, the worst first: a person looks for what went wrong. */
export function overallOf({ delivered, failed, sending, waiting, canceled, unknown }: Standing): Overall {
  if (failed > 0) return "failed";
  if (sending + waiting > 0) return "pending";
  if (unknown > 0) return "unknown";
  if (delivered > 0) return "delivered";
  return canceled > 0 ? "canceled" : "nowhere";
}

/** With which status an endpoint must know a message for it to stand so; null: none tells, the log has to be read. */
export const TOLD_BY: Record<Overall, readonly number[] | null> = {
  failed: [MESSAGE_STATUS.fail],
  pending: [MESSAGE_STATUS.sending, MESSAGE_STATUS.pending],
  canceled: [MESSAGE_STATUS.canceled],
  delivered: null,
  unknown: null,
  nowhere: null,
};
