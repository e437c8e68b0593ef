import { describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import type { Dialect } from "../../src/core/dialect.ts";
import {
  type JudgeInput,
  judgeAttempt,
  judgeManualAttempt,
  parseRetryAfter,
  type Verdict,
} from "../../src/core/retry.ts";
import { answered } from "../support/outcomes.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const SCHEDULE = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];

const TIMEOUT: AttemptOutcome = { kind: "timeout", timeoutMs: 15_000 };
const NETWORK: AttemptOutcome = { kind: "network", reason: "connection lost" };
const BLOCKED: AttemptOutcome = { kind: "blocked", reason: "127.0.0.1 is a loopback address" };

function aDialect(overrides: Partial<Dialect> = {}): Dialect {
  return {
    name: "any",
    envelope: { kind: "payload" },
    idPrefix: "msg_",
    signature: { scheme: "standard", headerPrefix: "webhook" },
    headers: {},
    retrySchedule: SCHEDULE,
    timeoutSeconds: 15,
    jitter: true,
    retried: { networkErrors: true, timeouts: true, statuses: [[100, 599]] },
    disableOnGone: false,
    deliveryControl: false,
    ...overrides,
  };
}

function judge(outcome: AttemptOutcome, overrides: Partial<JudgeInput> = {}): Verdict {
  return judgeAttempt({
    outcome,
    attemptNumber: 1,
    dialect: aDialect(),
    policy: { retrySchedule: SCHEDULE, jitter: false },
    nowMs: NOW_MS,
    random: 0.5,
    ...overrides,
  });
}

function delayOf(verdict: Verdict): number {
  if (verdict.kind !== "retry") throw new Error(`no retry: ${JSON.stringify(verdict)}`);
  return verdict.delayMs;
}

describe("judging an attempt", () => {
  it.each([200, 201, 204, 299])("takes %i as success", (statusCode) => {
    expect(judge(answered(statusCode))).toEqual({ kind: "success", disableEndpoint: false });
  });

  it.each([101, 199, 300, 301, 308, 400, 404, 410, 429, 500, 599])(
    "does not take %i as success",
    (statusCode) => {
      expect(judge(answered(statusCode)).kind).toBe("retry");
    },
  );

  it.each([NETWORK, TIMEOUT, BLOCKED])("retries $kind", (outcome) => {
    expect(judge(outcome)).toEqual({ kind: "retry", delayMs: 5000 });
  });

  it.each(SCHEDULE.map((seconds, index) => [index + 1, seconds]))(
    "waits the schedule's delay after attempt %i: %i s",
    (attemptNumber, seconds) => {
      expect(judge(answered(500), { attemptNumber })).toEqual({ kind: "retry", delayMs: seconds * 1000 });
    },
  );

  it("is exhausted after the attempt that follows the last delay", () => {
    const exhausted = { kind: "fail", reason: "exhausted", disableEndpoint: false };
    expect(judge(answered(500), { attemptNumber: SCHEDULE.length + 1 })).toEqual(exhausted);
    expect(judge(TIMEOUT, { attemptNumber: SCHEDULE.length + 1 })).toEqual(exhausted);
    expect(judge(answered(500), { policy: { retrySchedule: [], jitter: false } })).toEqual(exhausted);
  });

  it("refuses an attempt number below one, which is our own bug", () => {
    expect(() => judge(answered(500), { attemptNumber: 0 })).toThrow("invariant");
  });
});

describe("judging by the dialect's rule", () => {
  const only5xx = aDialect({ retried: { networkErrors: false, timeouts: false, statuses: [[500, 599]] } });
  const permanent = { kind: "fail", reason: "permanent", disableEndpoint: false };

  it.each([
    ["a status below its range", answered(499)],
    ["a redirect", answered(302)],
    ["a timeout", TIMEOUT],
    ["a network error", NETWORK],
    ["a blocked target", BLOCKED],
  ])("ends the delivery at %s it does not retry", (_, outcome) => {
    expect(judge(outcome, { dialect: only5xx })).toEqual(permanent);
  });

  it.each([500, 503, 599])("retries %i at the edges of its range", (statusCode) => {
    expect(judge(answered(statusCode), { dialect: only5xx }).kind).toBe("retry");
  });

  it("ends at an answer it does not retry as permanent, also on the last attempt", () => {
    expect(judge(answered(400), { dialect: only5xx, attemptNumber: 8 })).toEqual(permanent);
  });

  it("disables the endpoint at 410 where the dialect says so, and retries it elsewhere", () => {
    const gone = { kind: "fail", reason: "permanent", disableEndpoint: true };
    expect(judge(answered(410), { dialect: aDialect({ disableOnGone: true }) })).toEqual(gone);
    expect(judge(answered(409), { dialect: aDialect({ disableOnGone: true }) }).kind).toBe("retry");
    expect(judge(answered(410)).kind).toBe("retry");
  });
});

describe("the receiver's delivery control", () => {
  const dialect = aDialect({ deliveryControl: true, disableOnGone: true });
  const withControl = (statusCode: number, control: string) =>
    judge(answered(statusCode, { control }), { dialect });

  it.each<[number, string, Verdict]>([
    [500, "disable", { kind: "fail", reason: "aborted", disableEndpoint: true }],
    [500, "abort-message", { kind: "fail", reason: "aborted", disableEndpoint: false }],
    [400, " Abort-Message ", { kind: "fail", reason: "aborted", disableEndpoint: false }],
    [302, "abort-message, disable", { kind: "fail", reason: "aborted", disableEndpoint: true }],
    [410, "abort-message", { kind: "fail", reason: "aborted", disableEndpoint: true }],
    [200, "disable", { kind: "success", disableEndpoint: true }],
    [200, "abort-message", { kind: "success", disableEndpoint: false }],
    [500, "something-else", { kind: "retry", delayMs: 5000 }],
    [500, "", { kind: "retry", delayMs: 5000 }],
  ])("obeys at %i: %s", (statusCode, control, verdict) => {
    expect(withControl(statusCode, control)).toEqual(verdict);
  });

  it("is ignored where the dialect does not know it", () => {
    expect(judge(answered(500, { control: "disable" })).kind).toBe("retry");
    expect(judge(answered(200, { control: "disable" }))).toEqual({ kind: "success", disableEndpoint: false });
  });
});

describe("the delay before a retry", () => {
  const jittered = { retrySchedule: SCHEDULE, jitter: true };

  it.each([
    [0, 4000],
    [0.25, 4500],
    [0.5, 5000],
    [1, 6000],
  ])("is jittered by ±20 %%: random %d gives %i ms", (random, delayMs) => {
    expect(judge(answered(500), { policy: jittered, random })).toEqual({ kind: "retry", delayMs });
  });

  it.each<[string, number]>([
    ["0", 5000],
    ["1", 5000],
    ["5", 5000],
    ["7.5", 7500],
    ["7.0001", 7001],
    ["10", 10_000],
    ["11", 10_000],
    ["99999999999999999999999", 10_000],
    ["Fri, 20 Nov 2026 12:00:08 GMT", 8000],
    ["Fri, 20 Nov 2026 13:00:00 GMT", 10_000],
    ["Fri, 20 Nov 2026 11:00:00 GMT", 5000],
    ["Infinity", 5000],
    ["-3", 5000],
    ["soon", 5000],
  ])("honours Retry-After: %s within [base, 2 × base]", (retryAfter, delayMs) => {
    expect(judge(answered(503, { retryAfter }))).toEqual({ kind: "retry", delayMs });
  });

  it.each([301, 400, 404, 429, 500, 503])("honours Retry-After at %i", (statusCode) => {
    expect(delayOf(judge(answered(statusCode, { retryAfter: "8" })))).toBe(8000);
  });

  it("jitters a Retry-After only upwards, and never past 2 × base", () => {
    for (const [retryAfter, random, delayMs] of [
      ["0", 0, 5000],
      ["0", 1, 6000],
      ["8", 0, 8000],
      ["8", 0.5, 8800],
      ["8", 1, 9600],
      ["9", 1, 10_000],
      ["60", 1, 10_000],
    ] as const) {
      expect(delayOf(judge(answered(503, { retryAfter }), { policy: jittered, random }))).toBe(delayMs);
    }
  });

  it("takes an unreadable Retry-After as none", () => {
    expect(delayOf(judge(answered(503, { retryAfter: "soon" }), { policy: jittered, random: 0 }))).toBe(4000);
  });
});

describe("judging an attempt made by hand", () => {
  const dialect = aDialect({ disableOnGone: true, deliveryControl: true });

  it.each<[string, AttemptOutcome, Verdict]>([
    ["a success", answered(200), { kind: "success", disableEndpoint: false }],
    ["a failure the dialect would retry", answered(500), fail("exhausted")],
    ["a timeout", TIMEOUT, fail("exhausted")],
    ["a network error", NETWORK, fail("exhausted")],
    ["410", answered(410), { ...fail("permanent"), disableEndpoint: true }],
    ["disable", answered(500, { control: "disable" }), { ...fail("aborted"), disableEndpoint: true }],
  ])("never retries: %s", (_, outcome, verdict) => {
    expect(judgeManualAttempt(outcome, dialect)).toEqual(verdict);
  });

  function fail(reason: "permanent" | "exhausted" | "aborted") {
    return { kind: "fail", reason, disableEndpoint: false } as const;
  }
});

describe("parseRetryAfter", () => {
  it.each<[string, number | null]>([
    ["120", 120_000],
    [" 1.5 ", 1500],
    ["Fri, 20 Nov 2026 12:01:00 GMT", 60_000],
    ["Fri, 20 Nov 2026 13:01:00 +0100", 60_000],
    ["Friday, 20-Nov-26 12:01:00 GMT", 60_000],
    ["Fri Nov 20 12:01:00 2026", 60_000],
    ["Fri, 20 Nov 2026 11:59:00 GMT", -60_000],
    ["", null],
    ["1e3", null],
    ["0x10", null],
    ["+5", null],
    ["5, 10", null],
    ["2026", 2_026_000],
    ["2026-11-20T12:01:00Z", null],
    ["Fri, 99 Nov 2026 12:01:00 GMT", null],
    ["Friday", null],
  ])("reads %j", (text, wanted) => {
    expect(parseRetryAfter(text, NOW_MS)).toBe(wanted);
  });
});
