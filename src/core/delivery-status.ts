import type { Breaker } from "./breaker.ts";
import type { FailedAttempt, Hour } from "./tally.ts";

/** What an endpoint's object says of its work. Plain data: it crosses RPC. */
export type DeliveryStatus = {
  /** Every event up to here has been taken, and maybe later ones: it is saved only now and then. */
  position: number;
  /** Deliveries that wait for a retry or for their time. */
  waiting: number;
  /** Requests under way. */
  inFlight: number;
  /** Since when sends have had to wait for the endpoint's rate; null: none does. */
  throttledSinceMs: number | null;
  succeeded: number;
  failed: number;
  failingSinceMs: number | null;
  breaker: Breaker | null;
  /** Attempts that ended in each of the last 24 hours, the one that has begun the last. */
  hours: Hour[];
  /** The newest attempt that failed. */
  lastError: FailedAttempt | null;
};
