/** What a seed decides beforehand: the endpoint, how things fail, and what people do when. */
import { type BreakerPolicy, DEFAULT_BREAKER } from "../../src/core/breaker.ts";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import type { EffectivePolicy } from "../../src/core/policy.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";
import type { Random } from "./random.ts";

/** Probabilities, each of a seed's own: some faults do not occur in it at all. */
export type Faults = {
  hintLost: number;
  hintRepeated: number;
  hintLate: number;
  /** A call to D1 fails before it did anything, or after, or hangs first. */
  logFails: number;
  logReplyLost: number;
  logStalls: number;
  /** What was sent to D1 arrives after the object that sent it has died. */
  logWriteLate: number;
  notifyLost: number;
  alarmLate: number;
  alarmEarly: number;
  alarmRepeated: number;
  alarmDropped: number;
  /** Of a call of a sender lane: it fails before it did anything, or in the middle. */
  laneRefuses: number;
  laneDies: number;
  /** The lane sends, and is not heard of again, or late, or twice. */
  laneHangs: number;
  laneSilent: number;
  laneRepeats: number;
  /** After any step. */
  crash: number;
  /** The platform puts an idle object away. */
  evict: number;
};

export const NO_FAULTS: Faults = {
  hintLost: 0,
  hintRepeated: 0,
  hintLate: 0,
  logFails: 0,
  logReplyLost: 0,
  logStalls: 0,
  logWriteLate: 0,
  notifyLost: 0,
  alarmLate: 0,
  alarmEarly: 0,
  alarmRepeated: 0,
  alarmDropped: 0,
  laneRefuses: 0,
  laneDies: 0,
  laneHangs: 0,
  laneSilent: 0,
  laneRepeats: 0,
  crash: 0,
  evict: 0,
};

export const ACTIONS = [
  "publish",
  "crash",
  "clock",
  "receiver",
  "url",
  "filter",
  "disable",
  "enable",
  "rate",
  "order",
  "concurrency",
  "delete",
  "resend",
  "replay",
  "cancel",
  "expunge",
  "purge",
] as const;
export type Action = (typeof ACTIONS)[number];

const ANSWERS = [
  "ok",
  "slow",
  "redirect",
  "rejected",
  "limited",
  "error",
  "gone",
  "aborted",
  "reset",
  "hang",
] as const;
export type Answer = (typeof ANSWERS)[number];

export type Plan = {
  config: EndpointConfig;
  eventTypes: string[] | null;
  faults: Faults;
  /** When people act, in ms from the start. */
  actions: { atMs: number; action: Action }[];
  /** How the receiver answers, until its mood changes. */
  moods: Record<Answer, number>[];
  horizonMs: number;
  /** Longest that a clock is put back or forward at a time. */
  maxJumpMs: number;
};

export function drawPlan(random: Random): Plan {
  const horizonMs = random.pick(5_000, 30_000, 120_000, 900_000);
  const faults = drawFaults(random);
  // Of a resend the log knows nothing: should the object die before it is sent, its alarm is all that can bring it back.
  const never: Action[] = faults.alarmDropped > 0 ? ["resend"] : [];
  return {
    config: drawConfig(random),
    eventTypes: random.chance(0.3) ? ["a", "b"] : null,
    faults,
    actions: drawActions(random, horizonMs, never),
    moods: Array.from({ length: random.int(1, 3) }, () => drawMood(random)),
    horizonMs,
    maxJumpMs: random.pick(2_000, 60_000, 600_000),
  };
}

const RATES: Record<keyof Faults, number> = {
  hintLost: 0.4,
  hintRepeated: 0.3,
  hintLate: 0.3,
  logFails: 0.2,
  logReplyLost: 0.2,
  logStalls: 0.1,
  logWriteLate: 0.3,
  notifyLost: 0.3,
  alarmLate: 0.3,
  alarmEarly: 0.3,
  alarmRepeated: 0.3,
  alarmDropped: 0.3,
  laneRefuses: 0.3,
  laneDies: 0.3,
  laneHangs: 0.2,
  laneSilent: 0.3,
  laneRepeats: 0.3,
  crash: 0.05,
  evict: 0.05,
};

function drawFaults(random: Random): Faults {
  const faults = { ...NO_FAULTS };
  for (const [name, rate] of Object.entries(RATES) as [keyof Faults, number][]) {
    if (random.chance(0.4)) faults[name] = rate * random.next();
  }
  return faults;
}

const ACTION_WEIGHTS: Record<Action, number> = {
  publish: 10,
  crash: 4,
  clock: 1,
  receiver: 2,
  url: 1,
  filter: 1,
  disable: 1.5,
  enable: 1.5,
  rate: 1,
  order: 1,
  concurrency: 0.5,
  delete: 0.15,
  resend: 1.5,
  replay: 2,
  cancel: 0.4,
  expunge: 0.4,
  purge: 0.3,
};

function drawActions(random: Random, horizonMs: number, never: Action[]): Plan["actions"] {
  const weights = { ...ACTION_WEIGHTS };
  for (const action of ACTIONS) {
    if (action !== "publish" && (random.chance(0.5) || never.includes(action))) weights[action] = 0;
  }
  const actions = Array.from({ length: random.int(3, 14) }, () => ({
    atMs: Math.floor(random.next() * horizonMs),
    action: random.weighted(weights),
  }));
  return [{ atMs: 0, action: "publish" as const }, ...actions];
}

/** A receiver as it should be. */
export const WELL: Record<Answer, number> = {
  ok: 1,
  slow: 0,
  redirect: 0,
  rejected: 0,
  limited: 0,
  error: 0,
  gone: 0,
  aborted: 0,
  reset: 0,
  hang: 0,
};

/** Mostly one way, with others mixed in. */
function drawMood(random: Random): Record<Answer, number> {
  const mood: Partial<Record<Answer, number>> = {};
  for (const answer of ANSWERS) mood[answer] = random.chance(0.3) ? random.next() : 0;
  // These end or stop everything: rare, or nothing else would be seen.
  mood.gone = random.chance(0.2) ? 0.4 : 0;
  mood.aborted = random.chance(0.15) ? 0.2 : 0;
  mood[random.pick<Answer>("ok", "ok", "ok", "error", "slow", "hang")] = 1.5;
  return mood as Record<Answer, number>;
}

const QUICK_BREAKER = { failures: 1, minSpanSeconds: 0, firstProbeSeconds: 1, maxProbeSeconds: 4 };

function drawConfig(random: Random): EndpointConfig {
  const dialect = BUILT_IN_DIALECTS.get(random.pick("standard", "svix", "svix", "clawbook"));
  if (dialect === undefined) throw new Error("a built-in dialect is missing");
  const policy: EffectivePolicy = {
    dialect: dialect.name,
    retrySchedule: random.pick([], [5], [5, 60], [1, 1, 2, 30], [5, 300, 900]),
    timeoutSeconds: random.pick(2, 5, 15),
    concurrency: random.pick(1, 6, 24, 60),
    ordering: random.pick("none", "none", "fifo"),
    jitter: random.chance(0.5),
    breaker: random.pick<BreakerPolicy>(
      DEFAULT_BREAKER,
      DEFAULT_BREAKER,
      DEFAULT_BREAKER,
      "off",
      QUICK_BREAKER,
      QUICK_BREAKER,
    ),
  };
  return {
    appKey: 1,
    endpointKey: 2,
    endpointId: "ep_simulated",
    version: 1,
    state: "enabled",
    url: "https://receiver.example/1",
    spans: [],
    ratePerSecond: random.chance(0.4) ? random.pick(1, 2, 5) : null,
    sealedSecrets: null,
    sealedHeaders: null,
    policy,
    dialect,
  };
}
