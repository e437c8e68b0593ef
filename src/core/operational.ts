/**
 * The operational log: what a deployment tells its publisher about endpoints and deliveries, as events of one hidden
 * application (reference svix.md §2.11). Shapes are Svix's; fields beyond them are ours.
 */
import { APP_ID_PREFIX, keyedId, RESERVED_KEY } from "./ids.ts";
import type { FailReason } from "./retry.ts";

/** No fresh key is this one. The application is there once somebody has wanted to listen. */
export const OPERATIONAL_APP_KEY = RESERVED_KEY;
export const OPERATIONAL_APP_ID = keyedId(
  APP_ID_PREFIX,
  OPERATIONAL_APP_KEY,
  0,
  (count) => new Uint8Array(count),
);

const ENDPOINT_EVENT_TYPES = [
  "endpoint.created",
  "endpoint.updated",
  "endpoint.deleted",
  "endpoint.disabled",
  "endpoint.enabled",
] as const;
export type EndpointEventType = (typeof ENDPOINT_EVENT_TYPES)[number];

const ATTEMPT_EVENT_TYPES = [
  "message.attempt.failing",
  "message.attempt.exhausted",
  "message.attempt.recovered",
] as const;
export type AttemptEventType = (typeof ATTEMPT_EVENT_TYPES)[number];

/** What an operational endpoint may ask for: also what Svix sends and this service never does. */
export const OPERATIONAL_EVENT_TYPES: readonly string[] = [
  ...ENDPOINT_EVENT_TYPES,
  ...ATTEMPT_EVENT_TYPES,
  "background_task.finished",
  // Ours: Svix has no such rules.
  "alert.fired",
  "message.attempt.log",
  "ingest.endpoint.disabled",
  "ingest.message.attempt.exhausted",
  "ingest.message.attempt.failing",
  "ingest.message.attempt.recovered",
];

/** Which endpoint an event is about. */
export type ToldEndpoint = {
  appId: string;
  appUid: string | null;
  endpointId: string;
  endpointUid: string | null;
  url: string;
  description: string;
};

export type ToldAttempt = {
  id: string;
  /** 0: there was no answer. */
  responseStatusCode: number;
  /** 0 success, 2 fail: Svix's numbers. */
  status: 0 | 2;
  /** RFC 3339. */
  timestamp: string;
};

export type EndpointEvent = { type: EndpointEventType; data: ToldEndpoint & Partial<DisabledDetails> };

/** Only `endpoint.disabled` has them. */
type DisabledDetails = {
  trigger: "manual" | "automatic";
  /** Why the service did it; null when a person did. */
  reason: "failures" | "gone" | null;
  /** Since when all attempts had failed. */
  failSince: string | null;
};

export type AttemptEvent = {
  type: AttemptEventType;
  data: ToldEndpoint & {
    msgId: string;
    msgEventId: string | null;
    eventType: string;
    /** Which attempt of the message it was, from 1. */
    attemptNumber: number;
    lastAttempt: ToldAttempt;
    /**
     * Only `message.attempt.exhausted` has it: all retries were used up, the dialect does not retry such an answer, or
     * the receiver asked for no more.
     */
    reason?: FailReason;
    /** Since when every attempt at the endpoint has failed; null when one has just succeeded. */
    failingSince: string | null;
  };
};

export type TaskEvent = {
  type: "background_task.finished";
  data: { taskId: string; task: string; status: string; data: unknown };
};

/** A rule's threshold was reached (core/alerts.ts). */
export type AlertEvent = {
  type: "alert.fired";
  data: {
    appId: string;
    appUid: string | null;
    alertId: string;
    name: string | null;
    metric: string;
    threshold: number;
    /** As it was given: `1h`. */
    window: string;
    /** How many there were in the window. */
    count: number;
    /** RFC 3339: where the window began. */
    since: string;
    /** Null: of all endpoints of the application. */
    endpointId: string | null;
  };
};

/** The body of an operational webhook, and what a follower of the operational log reads. */
export type OperationalEvent = EndpointEvent | AttemptEvent | TaskEvent | AlertEvent;

/** Svix tells when a message has failed this often and is still retried. */
const FAILING_ATTEMPTS = 4;

type Ended = { attemptNumber: number; verdict: "success" | "retry" | "fail" };

/** What a scheduled attempt is told as; null for the many that are not worth telling. */
export function attemptEventType({ attemptNumber, verdict }: Ended): AttemptEventType | null {
  switch (verdict) {
    case "success":
      return attemptNumber > FAILING_ATTEMPTS ? "message.attempt.recovered" : null;
    case "retry":
      return attemptNumber === FAILING_ATTEMPTS ? "message.attempt.failing" : null;
    case "fail":
      return "message.attempt.exhausted";
  }
}
