import type { Percentiles } from "./clock.ts";

export type Arrivals = {
  /** Requests, whatever they were answered. */
  requests: number;
  /** Answered with 200. */
  delivered: number;
  firstAtMs: number;
  lastAtMs: number;
  /** From the publish call being sent to the request being read. */
  latencyMs: Percentiles;
};

export type ReceiveQuestions = {
  /** Starts to listen; answers the origin. */
  listen: { asked: null; answered: string };
  /** Forgets what has arrived and answers so from now on. */
  reset: { asked: { status: number; delayMs: number }; answered: null };
  /** Answers so from now on. */
  behave: { asked: { status: number; delayMs: number }; answered: null };
  /** Answers requests to paths that begin so later than others, and counts them with nothing else. */
  slow: { asked: { path: string; delayMs: number } | null; answered: null };
  arrivals: { asked: null; answered: Arrivals };
  /** Answers once so many have been delivered since the reset, or when the time is over. */
  waitFor: { asked: { delivered: number; withinMs: number }; answered: Arrivals };
};
