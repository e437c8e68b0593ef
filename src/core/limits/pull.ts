/** Bounds of agents that pull: their pages, their hub, their sockets. */

import { KIB, MIB, MINUTE_MS, SECOND_MS } from "../units.ts";
import { TOKEN_CACHE_MS } from "./tokens.ts";

export const MAX_CONSUMER_NAME_CHARS = 64;
export const MAX_PULL_EVENTS = 100;
export const DEFAULT_PULL_EVENTS = 50;
export const MAX_ACKED_IDS = 1000;
/** Stretches of acknowledged events with others between them that one consumer may leave behind. */
export const MAX_ACK_STRETCHES = 2000;
export const MAX_LEASES = 500;
export const MAX_LEASE_SECONDS = 12 * 3600;
/** Of Svix's leased polling, when the call does not say. */
export const DEFAULT_POLL_LEASE_MS = 30 * SECOND_MS;
/** Events looked at in one call for those of the types asked for. */
export const PULL_SCAN_EVENTS = 2000;
/** Pages of the log looked at in one call for what is pending. */
export const MAX_PENDING_PAGES = 10;
/** How long an isolate shows pulled events in a dialect that may have been changed elsewhere. */
export const PULL_DIALECT_CACHE_MS = 10 * SECOND_MS;
export const MAX_CACHED_PULL_DIALECTS = 10_000;

// Long polls and streams
export const MAX_PULL_WAIT_SECONDS = 55;
export const MAX_STREAM_SECONDS = 24 * 3600;
export const STREAM_HEARTBEAT_MS = 15 * SECOND_MS;
/** Long polls and streams that one application's hub holds; more are told at once to look again. */
export const MAX_WAITERS = 10_000;
/** Of what a hub reads once for all who wait, and gives each: all copies together. */
export const MAX_NEWS_CHARS = 8 * MIB;
/** A hub looks at the log itself this often while somebody waits, in case it was not told. */
export const LIVE_RECHECK_MS = 5 * SECOND_MS;
/** When nobody has waited for so long, the hub is told no more. */
export const LIVE_IDLE_MS = 10 * MINUTE_MS;

// Sockets
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
/** How long a socket is served before its token is looked at again: as long as requests may go by one that was revoked. */
export const SOCKET_TOKEN_CHECK_MS = TOKEN_CACHE_MS;
