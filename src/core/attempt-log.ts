/** What one asks an endpoint's object about its log, and what it answers. Plain data: it crosses RPC. */
import type { EventHeader } from "./event.ts";

/** Conditions on the event behind an attempt or delivery; null: any. */
export type EventConditions = { eventTypes: string[] | null; channel: string | null; tag: string | null };

/** Of attempts or deliveries; null: any. Their time is when an attempt started, when a delivery's event was accepted. */
export type DeliveryFilter = EventConditions & {
  /** One event only. */
  position: number | null;
  /** Any of these. */
  statuses: number[] | null;
  /** At or after. */
  afterMs: number | null;
  /** Before. */
  beforeMs: number | null;
};

export const EVERY_DELIVERY: Readonly<DeliveryFilter> = {
  eventTypes: null,
  channel: null,
  tag: null,
  position: null,
  statuses: null,
  afterMs: null,
  beforeMs: null,
};

export type AttemptFilter = DeliveryFilter & {
  /** 0 (no response), 100, 200 … 500. */
  statusCodeClass: number | null;
};

export const EVERY_ATTEMPT: Readonly<AttemptFilter> = { ...EVERY_DELIVERY, statusCodeClass: null };

export type LogScan = {
  /** Beyond this key or position in scan order; null: from the beginning. */
  from: number | null;
  ascending: boolean;
  count: number;
};

/** `withResponse`: with the text that the receiver answered; else it is empty. */
export type AttemptQuery = AttemptFilter & LogScan & { withResponse: boolean };

export type AttemptRow = {
  key: number;
  event: EventHeader;
  startedAtMs: number;
  durationMs: number;
  /** 0 by the schedule, 1 by hand. */
  trigger: number;
  status: number;
  /** 0: there was no response. */
  statusCode: number;
  url: string;
  /** Body of the response, or what went wrong when there was none. */
  response: string;
  /** `status`, `timeout`, `network` or `blocked`; null on success. */
  failure: string | null;
  nextAtMs: number | null;
};

/** Shown in place of a header's value that may be a credential. */
export const REDACTED = "REDACTED";

export type AttemptExchange = {
  requestHeaders: Record<string, string>;
  responseHeaders: Record<string, string>;
};

/**
 * Rows in scan order. `stoppedAt`: where the search was broken off to stay bounded although more may follow; null when
 * it found all that was asked for or came to the end.
 */
export type AttemptPage = { rows: AttemptRow[]; stoppedAt: { key: number; position: number } | null };

/** `approximated`: there may be more, counting was broken off. */
export type AttemptCount = { count: number; approximated: boolean };

export type DeliveryQuery = DeliveryFilter & LogScan;

/** How an event stands with an endpoint. */
export type DeliveryRow = { event: EventHeader; status: number; nextAtMs: number | null };

/** As {@link AttemptPage}. */
export type DeliveryPage = {
  rows: DeliveryRow[];
  stoppedAt: { position: number; createdAtMs: number } | null;
};

/** Attempts that ended so, and deliveries that were canceled, within a stretch of time. */
export type AttemptStats = { success: number; fail: number; canceled: number };

export type DeliveryStats = {
  success: number;
  pending: number;
  fail: number;
  sending: number;
  canceled: number;
};
