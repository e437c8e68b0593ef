/** Bounds of attempts: how many, how long, how fast, and what is kept of them. */
import { DAY_MS, HOUR_MS, KIB, MIB, MINUTE_MS, SECOND_MS } from "../units.ts";

/** The platform lets one object wait for this many answers at a time, and queues what is beyond. */
export const REQUESTS_PER_OBJECT = 6;
export const DEFAULT_CONCURRENCY = 6;
export const MAX_CONCURRENCY = 60;
/** Payload text of the attempts under way, beyond the first {@link REQUESTS_PER_OBJECT} of them. */
export const MAX_IN_FLIGHT_CHARS = 16 * MIB;
export const MAX_RETRIES = 20;
export const MAX_RETRY_DELAY_SECONDS = 7 * 86_400;
export const MAX_TIMEOUT_SECONDS = 30;
export const JITTER_FRACTION = 0.2;
export const MAX_RESPONSE_BYTES = 16 * KIB;
export const MAX_RESPONSE_HEADER_BYTES = 4 * KIB;
/** Of one header that decides something: `Retry-After`, `webhook-delivery`. A longer one is ignored. */
export const MAX_CONTROL_HEADER_CHARS = 128;
/** The status line is the answer; its body is waited for no longer than this. */
export const MAX_RESPONSE_BODY_WAIT_MS = 2 * SECOND_MS;
/** What is kept of the text of a network error. */
export const MAX_FAILURE_REASON_CHARS = 200;
/** Ranges that requests come from. */
export const MAX_EGRESS_RANGES = 100;

// Lanes
/** Objects that send for one endpoint beside its own. */
export const SENDER_LANES = MAX_CONCURRENCY / REQUESTS_PER_OBJECT - 1;
/** How long a lane may be silent beyond what its attempts can take. */
export const LANE_GRACE_MS = 5 * SECOND_MS;
/** A lane that was lost is left alone for this long. */
export const LANE_REST_MS = 5 * SECOND_MS;
/** How long a lane waits for more to tell in one call. */
export const LANE_REPORT_DELAY_MS = 5;

// Health
/** Svix: after this long of nothing but failures an endpoint is disabled (reference svix.md §2.10). */
export const DISABLE_AFTER_MS = 5 * DAY_MS;
/** The clock of {@link DISABLE_AFTER_MS} starts once failures this far apart … */
export const FAILING_MIN_SPAN_MS = 12 * HOUR_MS;
/** … fell within this window. */
export const FAILING_WINDOW_MS = DAY_MS;
/** A failing run in which nothing was attempted for this long is forgotten (reference svix.md §2.10). */
export const FORGIVE_FAILURES_AFTER_MS = 2 * DISABLE_AFTER_MS;

// The circuit breaker: a receiver counts as down after this many failures in a row …
export const BREAKER_FAILURES = 20;
/** … over at least this long, so that a burst of events to a receiver that restarts does not trip it. */
export const BREAKER_MIN_SPAN_MS = MINUTE_MS;
export const BREAKER_FIRST_PROBE_MS = 30 * SECOND_MS;
export const BREAKER_MAX_PROBE_MS = 15 * MINUTE_MS;

// … by default; a delivery policy may say otherwise within these.
export const MAX_BREAKER_FAILURES = 1000;
export const MAX_BREAKER_SPAN_SECONDS = 86_400;
/** Several probes fall into {@link FAILING_WINDOW_MS}: with fewer, an endpoint that is gone would never be disabled. */
export const MAX_BREAKER_PROBE_SECONDS = 21_600;

// Who listens from a terminal
/** Of one of their frames: an answer as JSON. */
export const MAX_LISTEN_FRAME_CHARS = 256 * KIB;
/** Then a listener must show its token again. */
export const LISTENER_MAX_AGE_MS = 10 * MINUTE_MS;
