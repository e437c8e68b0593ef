import { describe, expect, it } from "vitest";
import type { Dialect, RetryRule } from "../../src/core/dialect.ts";
import { MAX_RETRIES, MAX_RETRY_DELAY_SECONDS, MAX_TIMEOUT_SECONDS } from "../../src/core/limits/delivery.ts";
import { BUILT_IN_DIALECTS, buildRequest } from "../../src/wire/index.ts";
import { anEvent, current, dialectNamed, dialectVectors } from "./vectors.ts";

const DAYLONG = [5, 300, 1800, 7200, 18_000, 36_000, 36_000];
const NOW_MS = 1_790_000_000_000;
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

type Case = {
  name: string;
  /** The envelope's keys in order; null when the payload itself is the body. */
  keys: string[] | null;
  /** Where the time stands, and how 2026-01-30T14:30:00.987Z is written there. */
  timestamp: [field: string, value: string | number] | null;
  idField: string | null;
  signatureHeader: string;
  signaturePattern: RegExp;
  schedule: number[];
  timeoutSeconds: number;
  /** Statuses whose failure ends the delivery. */
  final: number[];
  obeysReceiver: [gone: boolean, control: boolean];
};

const HEX = /^[0-9a-f]{64}$/;
const CASES: Case[] = [
  {
    name: "standard",
    keys: null,
    timestamp: null,
    idField: null,
    signatureHeader: "webhook-signature",
    signaturePattern: /^v1,[A-Za-z0-9+/]{43}=$/,
    schedule: DAYLONG,
    timeoutSeconds: 15,
    final: [410],
    obeysReceiver: [true, true],
  },
  {
    name: "svix",
    keys: null,
    timestamp: null,
    idField: null,
    signatureHeader: "svix-signature",
    signaturePattern: /^v1,[A-Za-z0-9+/]{43}=$/,
    schedule: DAYLONG,
    timeoutSeconds: 15,
    final: [410],
    obeysReceiver: [true, true],
  },
  {
    name: "clawlabor",
    keys: ["event_id", "event_type", "payload", "created_at"],
    timestamp: ["created_at", "2026-01-30T14:30:00+00:00"],
    idField: null,
    signatureHeader: "X-Webhook-Signature",
    signaturePattern: HEX,
    schedule: DAYLONG,
    timeoutSeconds: 15,
    final: [410],
    obeysReceiver: [true, true],
  },
  {
    name: "clawbook",
    keys: ["id", "type", "created_at", "data"],
    timestamp: ["created_at", "2026-01-30T14:30:00Z"],
    idField: "id",
    signatureHeader: "X-ClawBook-Signature",
    signaturePattern: /^sha256=[0-9a-f]{64}$/,
    schedule: [60, 300, 1800, 7200, 43_200],
    timeoutSeconds: 30,
    final: [400, 401, 404, 408, 409, 410, 411, 429, 499],
    obeysReceiver: [false, false],
  },
  {
    name: "clawget",
    keys: ["type", "id", "created", "data"],
    timestamp: ["created", 1_769_783_400],
    idField: "id",
    signatureHeader: "X-Clawget-Signature",
    signaturePattern: HEX,
    schedule: [60, 300, 900, 3600, 21_600],
    timeoutSeconds: 5,
    final: [],
    obeysReceiver: [false, false],
  },
  {
    name: "swiftclaw",
    keys: ["id", "type", "created", "data"],
    timestamp: ["created", 1_769_783_400],
    idField: "id",
    signatureHeader: "X-SwiftClaw-Signature",
    signaturePattern: HEX,
    schedule: [60, 300, 900, 3600, 21_600],
    timeoutSeconds: 15,
    final: [100, 101, 199, 300, 301, 308, 399, 400, 401, 404, 408, 409, 410, 411, 429, 499, 600, 999],
    obeysReceiver: [false, false],
  },
];

const STATUSES = [
  100, 101, 199, 300, 301, 308, 399, 400, 401, 404, 408, 409, 410, 411, 429, 499, 500, 502, 503, 599, 600,
  999,
];

function retries({ statuses }: RetryRule, status: number): boolean {
  return statuses.some(([from, to]) => status >= from && status <= to);
}

function firstRequest(dialect: Dialect) {
  const secrets = [current(SECRET)];
  return buildRequest({ dialect, event: anEvent(), appKey: 5, secrets, customHeaders: {}, nowMs: NOW_MS });
}

it("has a row here and a vector file that names its source for every built-in dialect", () => {
  expect([...BUILT_IN_DIALECTS.keys()]).toEqual(CASES.map(({ name }) => name));
  for (const [key, { name }] of BUILT_IN_DIALECTS) {
    expect(key).toBe(name);
    expect(dialectVectors(name).dialect).toBe(name);
    expect(dialectVectors(name).source).toMatch(/^(seeds\/|reference )/);
    expect(dialectVectors(name).vectors.length).toBeGreaterThan(0);
  }
});

describe.each(CASES)("the $name dialect", (want) => {
  const dialect = dialectNamed(want.name);

  it("puts exactly its own fields in its own order", async () => {
    const { body } = await firstRequest(dialect);
    if (want.keys === null) expect(body).toBe(anEvent().payload);
    else expect(Object.keys(JSON.parse(body))).toEqual(want.keys);
  });

  it("writes the event's time, not the attempt's, in its own format", async () => {
    const body = JSON.parse((await firstRequest(dialect)).body);
    if (want.timestamp !== null) expect(body[want.timestamp[0]]).toBe(want.timestamp[1]);
  });

  it("shows an id with its own prefix", async () => {
    const { body, headers } = await firstRequest(dialect);
    if (want.idField !== null) expect(JSON.parse(body)[want.idField]).toMatch(/^evt_[0-9A-Za-z]{27}$/);
    else if (want.keys === null) {
      const header = want.signatureHeader.replace("signature", "id");
      expect(headers[header]).toMatch(/^msg_[0-9A-Za-z]{27}$/);
    } else expect(JSON.parse(body).event_id).toBe(7);
  });

  it("signs in its own header and format", async () => {
    expect((await firstRequest(dialect)).headers[want.signatureHeader]).toMatch(want.signaturePattern);
  });

  it("sends no header beyond content type, user agent and its signature's own", async () => {
    const signed = want.signatureHeader.replace("-signature", "");
    const own =
      want.keys === null
        ? [`${signed}-id`, `${signed}-timestamp`, `${signed}-signature`]
        : [want.signatureHeader];
    const { headers } = await firstRequest(dialect);
    expect(Object.keys(headers).sort()).toEqual(["content-type", "user-agent", ...own].sort());
  });

  it("has the retry schedule and timeout of its page, within the service's bounds", () => {
    expect(dialect.retrySchedule).toEqual(want.schedule);
    expect(dialect.timeoutSeconds).toBe(want.timeoutSeconds);
    expect(dialect.jitter).toBe(true);
    expect(dialect.timeoutSeconds).toBeLessThanOrEqual(MAX_TIMEOUT_SECONDS);
    expect(dialect.retrySchedule.length).toBeLessThanOrEqual(MAX_RETRIES);
    expect(Math.max(...dialect.retrySchedule)).toBeLessThanOrEqual(MAX_RETRY_DELAY_SECONDS);
  });

  it("retries network errors, timeouts and every status but its final ones", () => {
    expect(dialect.retried.networkErrors).toBe(true);
    expect(dialect.retried.timeouts).toBe(true);
    const final = STATUSES.filter((status) => !retries(dialect.retried, status));
    expect(final).toEqual(want.final);
  });

  it("never counts a success among the statuses to retry", () => {
    for (const status of [200, 201, 204, 299]) expect(retries(dialect.retried, status)).toBe(false);
  });

  it("obeys 410 and the delivery-control header only where its page or Svix says so", () => {
    expect([dialect.disableOnGone, dialect.deliveryControl]).toEqual(want.obeysReceiver);
  });
});
