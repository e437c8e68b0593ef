/** Every bound of the service, with its unit in its name. Nothing that can grow lacks a line here. */

const KIB = 1024;
const MIB = 1024 * KIB;
export const SECOND_MS = 1000;
export const MINUTE_MS = 60 * SECOND_MS;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

// Publishing
export const MAX_PAYLOAD_BYTES = MIB;
/** Envelope around one payload: event type, ids, channels, tags, an implicit application. */
export const MAX_MESSAGE_BODY_BYTES = MAX_PAYLOAD_BYTES + 64 * KIB;
export const MAX_IDEMPOTENCY_KEY_CHARS = 256;
/** Payload text put into one parameter of an append; escaped and in UTF-8 it stays below D1's 2 MB. */
export const MAX_APPEND_PARAMETER_CHARS = 600_000;
export const MAX_BATCH_MESSAGES = 100;
/** Messages whose payloads one call forgets. */
export const MAX_BULK_EXPUNGE = 1000;
/** Events that share one transaction when calls come together. */
export const MAX_GROUP_EVENTS = 200;
/** Calls, and their payload text, that wait for the log; more are answered 503. */
export const MAX_PENDING_APPENDS = 2000;
export const MAX_PENDING_APPEND_CHARS = 16 * MIB;
export const MAX_BATCH_BODY_BYTES = 10 * MIB;
/** Told of one payload that does not fit its schema. */
export const MAX_PAYLOAD_FLAWS = 10;
/** How long an isolate goes by an event type's schema, and by an application's wish to have payloads checked. */
export const SCHEMA_CACHE_MS = 10 * SECOND_MS;
export const MAX_CACHED_SCHEMAS = 500;
export const MAX_CACHED_CHECK_WISHES = 10_000;
/** How long an isolate shows pulled events in a dialect that may have been changed elsewhere. */
export const PULL_DIALECT_CACHE_MS = 10 * SECOND_MS;
export const MAX_CACHED_PULL_DIALECTS = 10_000;
export const MAX_REQUEST_BODY_BYTES = MIB;
export const MAX_JSON_DEPTH = 100;
export const IDEMPOTENCY_TTL_MS = 12 * HOUR_MS;
/** A call with an idempotency key that has not ended by then has died: who repeats it runs it again. */
export const MAX_CALL_MS = 15 * SECOND_MS;
/** How often who repeats a call that is under way looks for its answer. */
export const CALL_POLL_MS = 200;
/** A longer answer is not kept: a repetition runs again. */
export const MAX_STORED_ANSWER_CHARS = 64 * KIB;
export const MIN_DELIVER_AHEAD_MS = MINUTE_MS;
export const MAX_DELIVER_AHEAD_MS = DAY_MS;

// The database
/** One call, repetitions included; then the caller is told that it cannot be reached. */
export const D1_TIMEOUT_MS = 10 * SECOND_MS;
/** A read that has not answered by then is sent again: stalls are of one connection, not of the query. */
export const D1_READ_TRY_TIMEOUT_MS = 5 * SECOND_MS;
export const D1_MAX_TRIES = 3;
/** Before the second try, then doubled; each ± half. */
export const D1_RETRY_DELAY_MS = 50;

// Resources
export const MAX_ENDPOINTS_PER_APP = 1000;
export const MAX_NAME_CHARS = 256;
export const MAX_UID_CHARS = 256;
export const MAX_EVENT_TYPE_CHARS = 256;
export const MAX_CHANNEL_CHARS = 128;
export const MAX_CHANNELS = 10;
export const MAX_TAG_CHARS = 128;
export const MAX_TAGS = 5;
export const MAX_METADATA_BYTES = 4096;
export const MAX_DESCRIPTION_CHARS = 4096;
export const MAX_URL_CHARS = 65_536;
/** JSON text of the schemas of one event type: below what a row of D1 may hold. */
export const MAX_SCHEMAS_CHARS = 500_000;
/** Places of an imported schema up to which references are written out; then they are kept as references. */
export const MAX_INLINED_NODES = 5000;
export const MAX_REF_HOPS = 20;
/** Of an example made from a schema. */
export const MAX_EXAMPLE_DEPTH = 10;
export const MAX_EXAMPLE_NODES = 2000;
/** Event types of one exported document, and of the public page. */
export const MAX_CATALOGUE_EVENT_TYPES = 2000;
/** How long an isolate shows the public catalogue before it looks again. */
export const CATALOGUE_CACHE_MS = 10 * SECOND_MS;
/** Webhooks of one imported document. */
export const MAX_IMPORTED_EVENT_TYPES = 2000;
export const MAX_ENDPOINT_EVENT_TYPES = 1000;
export const MAX_ENDPOINT_HEADERS = 50;
export const MAX_HEADER_NAME_CHARS = 256;
export const MAX_HEADER_VALUE_CHARS = 4096;
export const MAX_RATE_PER_SECOND = 65_535;
export const MAX_CUSTOM_DIALECTS = 250;
export const MAX_DIALECT_FIELDS = 20;
export const MAX_DIALECT_HEADERS = 20;
export const MAX_DIALECT_STATUS_RANGES = 50;
/** Objects told at once of a changed dialect; the others learn it from the version on their next event. */
export const MAX_NOTIFIED_ENDPOINTS = 5000;
/** Tries to write a resource that others keep changing, each after reading it again. */
export const MAX_WRITE_TRIES = 20;
/** Old subscription filters kept until the endpoint's position has passed them. */
export const MAX_SUBSCRIPTION_SPANS = 32;

// Secrets
export const MAX_PLAIN_SECRET_BYTES = 256;
/** Longer than any dialect takes, so that the text is bounded before it is judged. */
export const MAX_SECRET_CHARS = 1024;
export const MAX_OLD_SECRETS = 10;
export const DEFAULT_SECRET_GRACE_SECONDS = 86_400;
export const MAX_SECRET_GRACE_SECONDS = 604_800;
export const GENERATED_SECRET_BYTES = 24;
/** Svix's bounds of a symmetric key (reference svix.md §2.8). */
export const MIN_SECRET_KEY_BYTES = 24;
export const MAX_SECRET_KEY_BYTES = 75;
/** Imported signing keys kept by an isolate. */
export const MAX_CACHED_SIGNING_KEYS = 256;

// Tokens
/** How long a revocation elsewhere may go unnoticed by a warm Worker. */
export const TOKEN_CACHE_MS = 10 * SECOND_MS;
export const MAX_CACHED_TOKENS = 10_000;
/** How far a key's last use may be behind: each is written no more often. */
export const LAST_USED_STEP_MS = HOUR_MS;
/** As with Svix: how far ahead a key may be told to end. */
export const MAX_KEY_EXPIRY_SECONDS = 259_200;
export const MIN_PORTAL_TOKEN_SECONDS = 3600;
export const MAX_PORTAL_TOKEN_SECONDS = 604_800;
export const MAX_EXPIRE_ALL_DELAY_SECONDS = 259_200;
export const MAX_EXPIRE_SESSIONS = 1000;
export const MAX_FEATURE_FLAGS = 25;
export const MAX_TOKEN_CHARS = 256;
/** Svix's for a token that is rotated: of the new one's life, and how long the old one goes on. */
export const MAX_ROTATED_TOKEN_SECONDS = 365 * 86_400;
export const DEFAULT_OLD_TOKEN_SECONDS = 300;
export const MAX_OLD_TOKEN_SECONDS = 86_400;

// Kept for portals and programs
export const MAX_INTEGRATIONS_PER_APP = 100;
export const MAX_CONNECTORS = 1000;
export const MAX_CONNECTOR_TEXT_CHARS = 16 * KIB;
export const MAX_LOGO_URL_CHARS = 2048;
export const MIN_TRANSFORMATION_CHARS = 10;
export const MAX_TRANSFORMATION_CHARS = 51_200;
export const MAX_SETTINGS_BYTES = 64 * KIB;
export const MAX_IMPORTED_CONNECTORS = 100;
/** Of event types and of connectors, in one exported document. */
export const MAX_EXPORTED_ROWS = 5000;

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

// Delivery
/** The platform lets one object wait for this many answers at a time, and queues what is beyond. */
export const REQUESTS_PER_OBJECT = 6;
export const DEFAULT_CONCURRENCY = 6;
export const MAX_CONCURRENCY = 60;
/** Objects that send for one endpoint beside its own. */
export const SENDER_LANES = MAX_CONCURRENCY / REQUESTS_PER_OBJECT - 1;
/** How long a lane may be silent beyond what its attempts can take. */
export const LANE_GRACE_MS = 5 * SECOND_MS;
/** A lane that was lost is left alone for this long. */
export const LANE_REST_MS = 5 * SECOND_MS;
/** How long a lane waits for more to tell in one call. */
export const LANE_REPORT_DELAY_MS = 5;
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

// The endpoint object
/** Payload text pushed with one hint; more is left to be read from the log. */
export const MAX_HINT_CHARS = 4 * MIB;
export const MAX_HINT_EVENTS = 500;
/** Endpoints told at the same time by one writer. */
export const MAX_HINTS_AT_ONCE = 32;
export const MAX_READY_EVENTS = 1000;
export const MAX_READY_BYTES = 8 * MIB;
export const LOG_PAGE_EVENTS = 1000;
/** Counting a longer backlog than this many pages of the log would cost more than the number is worth. */
export const MAX_BACKLOG_PAGES = 10;
export const LOG_FETCH_BYTES = 4 * MIB;
export const DUE_PAGE = 100;
/** An ordered endpoint sends one at a time: more payloads in memory would only wait. */
export const FIFO_READ_AHEAD = 100;
export const MAX_MANUAL_SENDS = 10_000;
/** Rows of the object's log that one question may look at; a list then goes on from there with its next page. */
export const MAX_LOG_SCAN_ROWS = 50_000;
export const LOG_SCAN_CHUNK = 500;
/** How far the clocks of two Workers may disagree on when an event was accepted. */
export const MAX_CLOCK_SKEW_MS = MINUTE_MS;
export const SETTLE_DELAY_MS = 1000;
export const FLUSH_INTERVAL_MS = 30 * SECOND_MS;
/** Notices to the operational log: in one call, and waiting while it is out of reach. */
export const NOTICES_A_CALL = 100;
export const MAX_NOTICES = 10_000;
export const LOG_RETRY_DELAY_MS = 5 * SECOND_MS;
/** After an attempt that failed on our side, so that no receiver was asked; doubles from failure to failure. */
export const FIRST_PAUSE_MS = 5 * SECOND_MS;
export const MAX_PAUSE_MS = 5 * MINUTE_MS;
/** Alarms are never set nearer than this: a shorter one can spin the object (cloudflare.md §7, gotcha 1). */
export const MIN_ALARM_DELAY_MS = 50;

/** An endpoint's object may be found after a restart where it was this many events before. */
export const POSITION_SAVE_INTERVAL = 100;

// Upkeep
export const RETENTION_MS = 90 * DAY_MS;
export const PURGE_CHUNK_ROWS = 1000;
/** An endpoint's object is woken no more often than this to let go of old attempts. */
export const PURGE_INTERVAL_MS = DAY_MS;
/** Events looked at in one run for payloads whose own retention has ended. */
export const EXPIRY_WINDOW_ROWS = 5000;
/** Rows of a deleted endpoint or application stay longer than its attempts: the sweep finds the object by them. */
export const PRUNE_DELETED_AFTER_MS = RETENTION_MS + 7 * DAY_MS;
/** Endpoints looked at in one run for ones deleted before retention began. */
export const PRUNE_WINDOW_ROWS = 2000;
export const MAX_PURGE_CHUNKS_PER_RUN = 10;
export const SWEEP_ENDPOINTS_PER_RUN = 2000;
export const SWEEP_CONCURRENCY = 6;
export const PURGE_APPS_PER_RUN = 200;
/** A status younger than this is an object at work, not one that lost its hints. */
export const SWEEP_MIN_LAG_MS = 20 * SECOND_MS;
export const STATS_MAX_RANGE_MS = 28 * DAY_MS;
export const STATS_RANGE_SLACK_MS = 5 * MINUTE_MS;

// Audit log
export const AUDIT_RETENTION_MS = 400 * DAY_MS;
export const MAX_AUDIT_FIELDS = 32;
export const MAX_AUDIT_VALUE_CHARS = 200;

// Agents that pull
/** Stretches of acknowledged events with others between them that one consumer may leave behind. */
export const MAX_ACK_STRETCHES = 2000;
export const MAX_LEASES = 500;
export const MAX_LEASE_SECONDS = 12 * 3600;
/** Events looked at in one call for those of the types asked for. */
export const PULL_SCAN_EVENTS = 2000;
export const MAX_PULL_EVENTS = 100;
export const DEFAULT_PULL_EVENTS = 50;
export const MAX_ACKED_IDS = 1000;
export const MAX_CONSUMER_NAME_CHARS = 64;
export const MAX_PULL_WAIT_SECONDS = 55;
/** Of Svix's leased polling, when the call does not say. */
export const DEFAULT_POLL_LEASE_MS = 30 * SECOND_MS;

// Telling people
/** Of one endpoint and topic there is one mail in this time; what happens meanwhile is summed up in the next. */
export const MAIL_WINDOW_MS = DAY_MS;
/** An endpoint disabled once more is told sooner. */
export const DISABLED_MAIL_WINDOW_MS = HOUR_MS;
/** Between two mails to the owner of one application, whatever they are about; also before a mail is tried again. */
export const MAIL_GAP_MS = 15 * MINUTE_MS;
export const MAX_MAILS_PER_RUN = 20;
export const MAX_MAIL_INCIDENTS = 20;
export const MAX_MAIL_RECIPIENTS = 10;
export const MAX_MAIL_ADDRESS_CHARS = 254;
export const MAX_ALERT_EMAIL_CHARS = 2560;
export const MAX_MAIL_SUBJECT_CHARS = 150;
/** Of a name, a URL or a reason inside a mail. */
export const MAX_MAIL_FIELD_CHARS = 300;
/** An endpoint that has only failed for this long is told of. */
export const FAILING_MAIL_AFTER_MS = DAY_MS;
/** Told incidents are forgotten after this. */
export const INCIDENT_TTL_MS = 30 * DAY_MS;
/** Operational events taken in one step, and steps in one run. */
export const FOLLOW_PAGE_EVENTS = 500;
export const MAX_FOLLOW_PAGES_PER_RUN = 20;
export const FAILING_PAGE_ENDPOINTS = 2000;
export const MAX_DUE_INCIDENTS = 1000;

// Alert rules
export const MAX_ALERT_RULES_PER_APP = 50;
export const MAX_ALERT_THRESHOLD = 1_000_000_000;
export const MIN_ALERT_WINDOW_SECONDS = 60;
export const MAX_ALERT_WINDOW_SECONDS = 7 * 86_400;
/** A rule's window is counted in this many parts, none shorter than a minute. */
export const ALERT_WINDOW_PARTS = 60;
export const MIN_ALERT_PART_MS = MINUTE_MS;
export const ALERT_RULES_PAGE = 500;
/** Ranges that requests come from. */
export const MAX_EGRESS_RANGES = 100;

// Background tasks
/** What a task found, all steps together: an answer shows it whole. */
export const MAX_TASK_RESULT_CHARS = 8 * MIB;
/** Of what a task found, told with its end to the operational log. */
export const MAX_TOLD_TASK_CHARS = 64 * KIB;
/** Running at a time: replays of one kind to one endpoint; other tasks of one kind, of one application or of all. */
export const MAX_RUNNING_REPLAYS = 10;
export const MAX_RUNNING_TASKS = 100;
/** A run ends after this long, or this many steps; the upkeep goes on with it. */
export const TASK_RUN_MS = 20 * SECOND_MS;
export const TASK_STEPS_A_RUN = 50;
/** Nobody works on a task that has not been written to for this long. */
export const TASK_STALE_MS = 30 * SECOND_MS;
/** A task whose steps have failed for this long is given up. */
export const TASK_GIVE_UP_MS = HOUR_MS;
/** Tasks gone on with in one run of the upkeep. */
export const MAX_RESUMED_TASKS = 100;
/** Applications in one step. */
export const TASK_APPS_A_STEP = 20;
/** Published at once by one step of a broadcast. */
export const BROADCAST_FAN_OUT = 6;
/** Named in one call for their statistics. */
export const MAX_STATS_APPS = 5000;
/** Questions to one endpoint's object for one figure; a longer log is counted approximately. */
export const MAX_COUNT_CALLS = 64;
/** Of what an endpoint's object holds, kept free for replays while one runs. */
export const REPLAY_SHARE = 0.2;
/** How often an endpoint's object tells how far its replays are. */
export const REPLAY_TELL_INTERVAL_MS = 5 * SECOND_MS;
/** A replay that cannot go on is looked at again after this long. */
export const REPLAY_WATCH_MS = MINUTE_MS;
/** How far back failed messages are recovered (reference svix.md §2.15). */
export const RECOVER_MAX_AGE_MS = 14 * DAY_MS + 5 * MINUTE_MS;
/** Pages of the log looked at in one call for what is pending. */
export const MAX_PENDING_PAGES = 10;
/** Long polls and streams that one application's hub holds; more are told at once to look again. */
export const MAX_WAITERS = 10_000;
/** A hub looks at the log itself this often while somebody waits, in case it was not told. */
export const LIVE_RECHECK_MS = 5 * SECOND_MS;
/** When nobody has waited for so long, the hub is told no more. */
export const LIVE_IDLE_MS = 10 * MINUTE_MS;
/** Open sockets of one application; their hub holds no more memory for them than this many sleep with. */
export const MAX_SOCKETS = 10_000;
/** Sent on a socket before its agent must be heard of. */
export const MAX_SOCKET_UNANSWERED_EVENTS = 1000;
export const MAX_SOCKET_UNANSWERED_CHARS = MIB;
/** Of a frame from an agent. */
export const MAX_SOCKET_FRAME_CHARS = 64 * KIB;
/** Of the event types that a socket asks for: they are kept with it. */
export const MAX_SOCKET_TYPES_CHARS = 4 * KIB;
/** Pages read at the same time for an application's sockets. */
export const SOCKET_READS_AT_ONCE = 6;
/** After something failed, the log is read again for the sockets. */
export const SOCKET_RETRY_MS = 5 * SECOND_MS;
/** How long a socket is served before its token is looked at again. */
export const SOCKET_TOKEN_CHECK_MS = 5 * MINUTE_MS;
/** Live applications whose hubs one run of the upkeep tells. */
export const MAX_TOLD_HUBS = 500;
export const STREAM_HEARTBEAT_MS = 15 * SECOND_MS;
export const MAX_STREAM_SECONDS = 24 * 3600;

/** Of a frame from who listens from a terminal: an answer as JSON. */
export const MAX_LISTEN_FRAME_CHARS = 256 * KIB;
/** Then a listener must show its token again. */
export const LISTENER_MAX_AGE_MS = 10 * MINUTE_MS;

/** The Model Context Protocol: its clients give a tool a minute. */
export const MAX_MCP_WAIT_SECONDS = 50;
export const DEFAULT_MCP_WAIT_SECONDS = 25;
export const MAX_MCP_EVENTS = 50;
export const MAX_MCP_EVENT_TYPES = 100;
export const DEFAULT_MCP_EVENTS = 10;
/** Of payloads in one answer: what reads it pays for every character. */
export const MAX_MCP_PAYLOAD_CHARS = 50_000;
export const MAX_MCP_ENDPOINTS = 50;
export const MAX_MCP_ATTEMPTS = 50;
export const MAX_MCP_RESPONSE_CHARS = 1000;
