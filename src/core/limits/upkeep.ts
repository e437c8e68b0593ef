/** How long things are kept, and how much one run of the upkeep does. */
import { DAY_MS, SECOND_MS } from "../units.ts";

export const RETENTION_MS = 90 * DAY_MS;
/** Rows of a deleted endpoint or application stay longer than its attempts: the sweep finds the object by them. */
export const PRUNE_DELETED_AFTER_MS = RETENTION_MS + 7 * DAY_MS;
/** An endpoint's object is woken no more often than this to let go of old attempts. */
export const PURGE_INTERVAL_MS = DAY_MS;
export const PURGE_CHUNK_ROWS = 1000;
export const MAX_PURGE_CHUNKS_PER_RUN = 10;
export const PURGE_APPS_PER_RUN = 200;
/** Events looked at in one run for payloads whose own retention has ended. */
export const EXPIRY_WINDOW_ROWS = 5000;
/** Endpoints looked at in one run for ones deleted before retention began. */
export const PRUNE_WINDOW_ROWS = 2000;
export const SWEEP_ENDPOINTS_PER_RUN = 2000;
export const SWEEP_CONCURRENCY = 6;
/** A status younger than this is an object at work, not one that lost its hints. */
export const SWEEP_MIN_LAG_MS = 20 * SECOND_MS;
/** Live applications whose hubs one run of the upkeep tells. */
export const MAX_TOLD_HUBS = 500;

// Audit log
export const AUDIT_RETENTION_MS = 400 * DAY_MS;
export const MAX_AUDIT_FIELDS = 32;
export const MAX_AUDIT_VALUE_CHARS = 200;
