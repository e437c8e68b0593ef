import type { AttemptOutcome } from "../../src/core/attempt.ts";

type Responded = Extract<AttemptOutcome, { kind: "responded" }>;

/** The outcome of an attempt whose receiver answered. */
export function answered(statusCode: number, extra: Partial<Responded> = {}): Responded {
  return { kind: "responded", statusCode, body: "", headers: {}, retryAfter: null, control: null, ...extra };
}
