/** Bounds of every call of the API, and of its answer. */
import { DAY_MS, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "../units.ts";

export const MAX_REQUEST_BODY_BYTES = MIB;
export const MAX_JSON_DEPTH = 100;

// Idempotency keys
export const MAX_IDEMPOTENCY_KEY_CHARS = 256;
export const IDEMPOTENCY_TTL_MS = 12 * HOUR_MS;
/** A call with an idempotency key that has not ended by then has died: who repeats it runs it again. */
export const MAX_CALL_MS = 15 * SECOND_MS;
/** How often who repeats a call that is under way looks for its answer. */
export const CALL_POLL_MS = 200;
/** A longer answer is not kept: a repetition runs again. */
export const MAX_STORED_ANSWER_CHARS = 64 * KIB;

// Requests of one token, or without one of one address; how many: wrangler.toml
/** The binding knows 10 and 60; each of ours must have this one, because a 429 says it. */
export const RATE_LIMIT_PERIOD_SECONDS = 10;
export const MAX_LIMITED_ADDRESSES = 10_000;

// Pages
export const DEFAULT_PAGE_SIZE = 50;
export const MAX_PAGE_SIZE = 250;
/** Payload text of one page: a list of messages with longer ones is cut into more pages. */
export const MAX_PAGE_PAYLOAD_BYTES = 8 * MIB;
/** Objects asked at a time for one answer. */
export const ENDPOINT_FAN_OUT = 6;
/** Endpoints asked how messages stand over all of them, events looked at a round, and rounds of one search. */
export const MAX_STANDING_ENDPOINTS = 40;
export const STANDING_SCAN_EVENTS = 200;
export const MAX_STANDING_ROUNDS = 3;
/** Shown with a webhook of the ClawBook dialect. */
export const RECENT_DELIVERIES = 10;
export const STATS_MAX_RANGE_MS = 28 * DAY_MS;
export const STATS_RANGE_SLACK_MS = 5 * MINUTE_MS;
