import type { Percentiles } from "./clock.ts";

export type Publishing = {
  origin: string;
  key: string;
  /** Taken in turn. */
  paths: string[];
  connections: number;
  eventsPerCall: number;
  /** The body is `{"messages": […]}`. */
  isBatch: boolean;
  /** Each call with an idempotency key of its own. */
  withKeys: boolean;
  /** Calls a second over all connections; null: as fast as answers come. */
  perSecond: number | null;
  forMs: number;
  maxCalls: number;
};

export type LoadResult = {
  calls: number;
  events: number;
  /** What calls ended with instead of a 2xx. */
  failures: Record<string, number>;
  startedAtMs: number;
  endedAtMs: number;
  latencyMs: Percentiles;
};

export type LoadQuestions = { publish: { asked: Publishing; answered: LoadResult } };
