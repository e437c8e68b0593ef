import { type AttemptOutcome, isSuccess } from "./attempt.ts";
import type { Dialect } from "./dialect.ts";
import { invariant } from "./invariant.ts";
import { JITTER_FRACTION } from "./limits/delivery.ts";
import type { EffectivePolicy } from "./policy.ts";

/** What follows from an attempt. `disableEndpoint`: the receiver asked never to be called again. */
export type Verdict =
  | { kind: "success"; disableEndpoint: boolean }
  | { kind: "retry"; delayMs: number }
  | { kind: "fail"; reason: FailReason; disableEndpoint: boolean };

export type FailReason =
  /** The dialect does not retry such an answer. */
  | "permanent"
  /** It was the last attempt. */
  | "exhausted"
  /** The receiver said so (`webhook-delivery`). */
  | "aborted";

export type JudgeInput = {
  outcome: AttemptOutcome;
  /** 1 for the first attempt. */
  attemptNumber: number;
  dialect: Dialect;
  policy: Pick<EffectivePolicy, "retrySchedule" | "jitter">;
  nowMs: number;
  /** In [0, 1]; decides the jitter. */
  random: number;
};

/** What to do after a scheduled attempt (reference svix.md §2.9, design §4). */
export function judgeAttempt(input: JudgeInput): Verdict {
  const { outcome, attemptNumber, dialect, policy } = input;
  invariant(attemptNumber >= 1, `core/retry.judgeAttempt: attempt ${attemptNumber}`);
  const end = endAtOnce(outcome, dialect);
  if (end !== null) return end;
  const delaySeconds = policy.retrySchedule[attemptNumber - 1];
  if (delaySeconds === undefined) return { kind: "fail", reason: "exhausted", disableEndpoint: false };
  return { kind: "retry", delayMs: retryDelayMs(delaySeconds * 1000, input) };
}

/** A resend by hand is one attempt outside the schedule; a receiver may still ask not to be called again. */
export function judgeManualAttempt(outcome: AttemptOutcome, dialect: Dialect): Verdict {
  return endAtOnce(outcome, dialect) ?? { kind: "fail", reason: "exhausted", disableEndpoint: false };
}

/** The verdict if no later attempt can follow, whatever the schedule; null if one may. */
function endAtOnce(outcome: AttemptOutcome, dialect: Dialect): Verdict | null {
  const controls = dialect.deliveryControl ? controlsOf(outcome) : [];
  const isGone = dialect.disableOnGone && outcome.kind === "responded" && outcome.statusCode === 410;
  const disableEndpoint = isGone || controls.includes("disable");
  if (isSuccess(outcome)) return { kind: "success", disableEndpoint };
  if (controls.includes("disable") || controls.includes("abort-message")) {
    return { kind: "fail", reason: "aborted", disableEndpoint };
  }
  if (isGone || !isRetried(outcome, dialect)) return { kind: "fail", reason: "permanent", disableEndpoint };
  return null;
}

function controlsOf(outcome: AttemptOutcome): string[] {
  if (outcome.kind !== "responded" || outcome.control === null) return [];
  return outcome.control.split(",").map((control) => control.trim().toLowerCase());
}

function isRetried(outcome: AttemptOutcome, { retried }: Dialect): boolean {
  switch (outcome.kind) {
    case "responded":
      return retried.statuses.some(([from, to]) => outcome.statusCode >= from && outcome.statusCode <= to);
    case "timeout":
      return retried.timeouts;
    // A blocked target is retried like one that cannot be reached: the rules or the URL may be put right meanwhile.
    case "network":
    case "blocked":
      return retried.networkErrors;
  }
}

/**
 * The schedule's delay ±20 %. With `Retry-After`: the receiver's wish, never outside [base, 2 × base], and jittered
 * only upwards so that it is not called before the time it named.
 */
function retryDelayMs(baseMs: number, { outcome, policy, nowMs, random }: JudgeInput): number {
  const jitter = policy.jitter ? JITTER_FRACTION : 0;
  const retryAfter = outcome.kind === "responded" ? outcome.retryAfter : null;
  const wishMs = retryAfter === null ? null : parseRetryAfter(retryAfter, nowMs);
  if (wishMs === null) return Math.round(baseMs * (1 + jitter * (2 * random - 1)));
  const askedMs = clamp(wishMs, baseMs, 2 * baseMs);
  return Math.round(clamp(askedMs * (1 + jitter * random), baseMs, 2 * baseMs));
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(Math.max(value, min), max);
}

const SECONDS = /^\d+(\.\d+)?$/;
/** RFC 9110 §5.6.7 (with the two obsolete forms) and RFC 2822, which all start with the day's name. */
const HTTP_DATE = /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [A-Za-z0-9,: +-]+$/;
const HAS_ZONE = /(GMT|UTC|[+-]\d{4})$/;

/** Milliseconds from now until the time a `Retry-After` names (negative: past), or null if it names none. */
export function parseRetryAfter(text: string, nowMs: number): number | null {
  const trimmed = text.trim();
  if (SECONDS.test(trimmed)) return Math.ceil(Number(trimmed) * 1000);
  if (!HTTP_DATE.test(trimmed)) return null;
  // Without a zone (asctime) the date is in UTC; `Date.parse` would take the machine's.
  const atMs = Date.parse(HAS_ZONE.test(trimmed) ? trimmed : `${trimmed} GMT`);
  return Number.isNaN(atMs) ? null : atMs - nowMs;
}
