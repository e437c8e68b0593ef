/** Bounds of publish calls: what one may bring, and how they share the log. */
import { DAY_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "../units.ts";

export const MAX_PAYLOAD_BYTES = MIB;
/** Envelope around one payload: event type, ids, channels, tags, an implicit application. */
export const MAX_MESSAGE_BODY_BYTES = MAX_PAYLOAD_BYTES + 64 * KIB;
export const MAX_BATCH_MESSAGES = 100;
export const MAX_BATCH_BODY_BYTES = 10 * MIB;
/** Messages whose payloads one call forgets. */
export const MAX_BULK_EXPUNGE = 1000;
export const MAX_CHANNEL_CHARS = 128;
export const MAX_CHANNELS = 10;
export const MAX_TAG_CHARS = 128;
export const MAX_TAGS = 5;
export const MIN_DELIVER_AHEAD_MS = MINUTE_MS;
export const MAX_DELIVER_AHEAD_MS = DAY_MS;
/** How far the clocks of two Workers may disagree on when an event was accepted. */
export const MAX_CLOCK_SKEW_MS = MINUTE_MS;

// Concurrent calls
/** Events that share one transaction when calls come together. */
export const MAX_GROUP_EVENTS = 200;
/** Calls, and their payload text, that wait for the log; more are answered 503. */
export const MAX_PENDING_APPENDS = 2000;
export const MAX_PENDING_APPEND_CHARS = 16 * MIB;

// What the log writer tells the endpoints' objects
/** Payload text pushed with one hint; more is left to be read from the log. */
export const MAX_HINT_CHARS = 4 * MIB;
export const MAX_HINT_EVENTS = 500;
/** Endpoints told at the same time by one writer. */
export const MAX_HINTS_AT_ONCE = 32;

// Payloads that must fit a schema
/** Told of one payload that does not fit its schema. */
export const MAX_PAYLOAD_FLAWS = 10;
/** How long an isolate goes by an event type's schema, and by an application's wish to have payloads checked. */
export const SCHEMA_CACHE_MS = 10 * SECOND_MS;
export const MAX_CACHED_SCHEMAS = 500;
export const MAX_CACHED_CHECK_WISHES = 10_000;
/** Of a regular expression that may backtrack, on one text. */
export const MAX_PATTERN_STEPS = 10_000_000;
/** Of a list whose items must differ: its length times the values in it. Ten million take a tenth of a second. */
export const MAX_UNIQUE_COMPARISONS = 10_000_000;
