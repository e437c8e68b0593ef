/** Bounds of what an endpoint's object holds, reads and writes. */
import { MIB, MINUTE_MS, SECOND_MS } from "../units.ts";

export const MAX_READY_EVENTS = 1000;
export const MAX_READY_BYTES = 8 * MIB;
export const LOG_PAGE_EVENTS = 1000;
/** Counting a longer backlog than this many pages of the log would cost more than the number is worth. */
export const MAX_BACKLOG_PAGES = 10;
export const DUE_PAGE = 100;
/** An ordered endpoint sends one at a time: more payloads in memory would only wait. */
export const FIFO_READ_AHEAD = 100;
export const MAX_MANUAL_SENDS = 10_000;
/** Rows of the object's log that one question may look at; a list then goes on from there with its next page. */
export const MAX_LOG_SCAN_ROWS = 50_000;
export const LOG_SCAN_CHUNK = 500;
/** An endpoint's object may be found after a restart where it was this many events before. */
export const POSITION_SAVE_INTERVAL = 100;

// When it goes on
export const SETTLE_DELAY_MS = 1000;
export const FLUSH_INTERVAL_MS = 30 * SECOND_MS;
export const LOG_RETRY_DELAY_MS = 5 * SECOND_MS;
/** After an attempt that failed on our side, so that no receiver was asked; doubles from failure to failure. */
export const FIRST_PAUSE_MS = 5 * SECOND_MS;
export const MAX_PAUSE_MS = 5 * MINUTE_MS;
/** Alarms are never set nearer than this: a shorter one can spin the object (cloudflare.md §7, gotcha 1). */
export const MIN_ALARM_DELAY_MS = 50;

// Notices
/** Notices to the operational log: in one call, and waiting while it is out of reach. */
export const NOTICES_A_CALL = 100;
export const MAX_NOTICES = 10_000;

// Replays
/** Of what an endpoint's object holds, kept free for replays while one runs. */
export const REPLAY_SHARE = 0.2;
/** How often an endpoint's object tells how far its replays are. */
export const REPLAY_TELL_INTERVAL_MS = 5 * SECOND_MS;
/** A replay that cannot go on is looked at again after this long. */
export const REPLAY_WATCH_MS = MINUTE_MS;
