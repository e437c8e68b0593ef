/** A delivery policy as it is edited and told: every part a text. */
import type { DialectOut } from "../../../contract/dialects.ts";
import type { DeliveryPolicyIn, DeliveryPolicyOut } from "../../../contract/policy.ts";
import { DEFAULT_BREAKER } from "../../../core/breaker.ts";
import type { EffectivePolicy } from "../../../core/policy.ts";
import { durationText, numbersIn } from "../../parts/duration.ts";

export type PolicyKey = keyof EffectivePolicy;

export const BREAKER_PARTS = [
  ["failures", "Failures in a row", "Timeouts, network errors and 5xx answers, no other answer in between …"],
  ["minSpanSeconds", "… over at least, in seconds", "Then the receiver counts as down, and is probed."],
  ["firstProbeSeconds", "First probe after, in seconds", "It doubles with each probe that fails …"],
  ["maxProbeSeconds", "… up to, in seconds", "Until any answer below 500."],
] as const;
type BreakerPart = (typeof BREAKER_PARTS)[number][0];

export type BreakerTexts = { mode: "off" | "on" } & Record<BreakerPart, string>;

export type PolicyTexts = {
  dialect: string;
  retrySchedule: string;
  timeoutSeconds: string;
  concurrency: string;
  ordering: "none" | "fifo";
  jitter: "yes" | "no";
  breaker: BreakerTexts;
};

export function textsOf(policy: EffectivePolicy): PolicyTexts {
  const breaker = policy.breaker === "off" ? DEFAULT_BREAKER : policy.breaker;
  return {
    dialect: policy.dialect,
    retrySchedule: policy.retrySchedule.join(", "),
    timeoutSeconds: String(policy.timeoutSeconds),
    concurrency: String(policy.concurrency),
    ordering: policy.ordering,
    jitter: policy.jitter ? "yes" : "no",
    breaker: {
      mode: policy.breaker === "off" ? "off" : "on",
      failures: String(breaker.failures),
      minSpanSeconds: String(breaker.minSpanSeconds),
      firstProbeSeconds: String(breaker.firstProbeSeconds),
      maxProbeSeconds: String(breaker.maxProbeSeconds),
    },
  };
}

function policyOf(texts: PolicyTexts): EffectivePolicy {
  const { mode, failures, minSpanSeconds, firstProbeSeconds, maxProbeSeconds } = texts.breaker;
  return {
    dialect: texts.dialect,
    retrySchedule: numbersIn(texts.retrySchedule),
    timeoutSeconds: Number(texts.timeoutSeconds),
    concurrency: Number(texts.concurrency),
    ordering: texts.ordering,
    jitter: texts.jitter === "yes",
    breaker:
      mode === "off"
        ? "off"
        : {
            failures: Number(failures),
            minSpanSeconds: Number(minSpanSeconds),
            firstProbeSeconds: Number(firstProbeSeconds),
            maxProbeSeconds: Number(maxProbeSeconds),
          },
  };
}

/** Only what differs: the rest goes on following the application's and the format's own. */
export function changesOf(before: EffectivePolicy, draft: Partial<PolicyTexts>): DeliveryPolicyIn {
  const after = policyOf({ ...textsOf(before), ...draft });
  const kept = textsOf(before);
  return Object.fromEntries(
    KEYS.filter((key) => key in draft && JSON.stringify(draft[key]) !== JSON.stringify(kept[key])).map(
      (key) => [key, after[key]],
    ),
  );
}

const KEYS: readonly PolicyKey[] = [
  "dialect",
  "retrySchedule",
  "timeoutSeconds",
  "jitter",
  "ordering",
  "concurrency",
  "breaker",
];

/** What would be in effect at an endpoint that sets nothing but, perhaps, its dialect. */
export function inheritedPolicy(application: DeliveryPolicyOut, dialect: DialectOut): EffectivePolicy {
  const { sources: _sources, ...known } = application;
  const ofDialect = (key: "retrySchedule" | "timeoutSeconds" | "jitter") =>
    application.sources[key] === "application" ? application : dialect;
  return {
    ...known,
    retrySchedule: ofDialect("retrySchedule").retrySchedule,
    timeoutSeconds: ofDialect("timeoutSeconds").timeoutSeconds,
    jitter: ofDialect("jitter").jitter,
  };
}

/** One part of a policy, as people say it. */
export function policyText(policy: EffectivePolicy, key: PolicyKey): string {
  switch (key) {
    case "dialect":
      return policy.dialect;
    case "retrySchedule":
      return policy.retrySchedule.map(durationText).join(", ") || "it is not tried again";
    case "timeoutSeconds":
      return durationText(policy.timeoutSeconds);
    case "jitter":
      return policy.jitter ? "waits vary by up to 20 %" : "waits are exact";
    case "ordering":
      return policy.ordering === "fifo" ? "strictly in order, one at a time" : "as soon as possible";
    case "concurrency":
      return policy.concurrency === 1 ? "1 request" : `${policy.concurrency} requests`;
    case "breaker":
      return breakerText(policy.breaker);
  }
}

function breakerText(breaker: EffectivePolicy["breaker"]): string {
  if (breaker === "off") return "sent to all the same";
  const { failures, minSpanSeconds, firstProbeSeconds, maxProbeSeconds } = breaker;
  return `after ${failures} ${failures === 1 ? "failure" : "failures"} over ${durationText(minSpanSeconds)}, probed every ${durationText(firstProbeSeconds)} to ${durationText(maxProbeSeconds)}`;
}

const SOURCES: Record<DeliveryPolicyOut["sources"]["dialect"], string> = {
  endpoint: "set here",
  application: "from the application",
  dialect: "from the format",
  deployment: "the deployment’s default",
};

export function sourceText(policy: DeliveryPolicyOut, key: PolicyKey): string {
  return SOURCES[policy.sources[key]];
}
