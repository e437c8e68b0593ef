/** Bounds of inboxes. */
import { DAY_MS, KIB, MIB, MINUTE_MS } from "../units.ts";

/** Requests that an inbox keeps, the newest ones, and for how long. */
export const MAX_INBOX_REQUESTS = 100;
export const INBOX_TTL_MS = 7 * DAY_MS;
/** Of a request to an inbox; more than any delivery has. A longer one is answered 413 and not kept. */
export const MAX_INBOX_BODY_BYTES = 2 * MIB;
/** What is kept of a body, of all headers, and of path and query. */
export const MAX_INBOX_KEPT_BODY_CHARS = 64 * KIB;
export const MAX_INBOX_KEPT_HEADER_CHARS = 16 * KIB;
export const MAX_INBOX_KEPT_PATH_CHARS = 2 * KIB;
/** A page holds so much, or one request. */
export const MAX_INBOX_PAGE_CHARS = 512 * KIB;
/** Endpoints whose secrets a request is checked with: the newest that point there. */
export const MAX_INBOX_SIGNERS = 10;
/** Beyond every attempt's timeout, so that one can be seen. */
export const MAX_INBOX_DELAY_MS = MINUTE_MS;
export const MAX_INBOX_ANSWER_CHARS = 4 * KIB;
/** An inbox that could not forget what is old tries again after this. */
export const INBOX_ALARM_RETRY_MS = MINUTE_MS;
