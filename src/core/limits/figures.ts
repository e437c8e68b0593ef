/** Bounds of figures, and of what is counted for them. */
import { DAY_MS, MINUTE_MS, SECOND_MS } from "../units.ts";

/** The last begins at 8 days. */
export const LATENCY_BUCKETS = 60;
/** Hours that an endpoint's object counts apart. */
export const TALLY_HOURS = 24;
/** Rows of first tries from one that carries the object's tally to the next: a restart adds up those between. */
export const TALLY_CARRY_ROWS = 25;
/** What the status row tells of: the hour that has begun, and the one before. */
export const REPORTED_HOURS = 2;
/** Endpoints, or applications, that one statement of a sample of the deployment looks at, … */
export const SAMPLE_PAGE_ROWS = 2000;
/** … and statements in one run. A larger deployment's sample takes several minutes, and they are that far apart. */
export const SAMPLE_PAGES_PER_RUN = 12;
/** So few endpoints are looked at whenever somebody asks for the overview. */
export const LIVE_OVERVIEW_ENDPOINTS = 500;
/** Until then samples are kept as they were taken, then one an hour. */
export const SAMPLES_WHOLE_MS = DAY_MS;
export const SAMPLES_KEPT_MS = 30 * DAY_MS;
/** Removed in one run. */
export const SAMPLES_THINNED_ROWS = 500;
/** Rates over a shorter time than this would say nothing. */
export const MIN_RATE_MS = 10 * SECOND_MS;
/** A status row older than this says nothing about what its endpoint has still to take: the log does. */
export const STATUS_STALE_MS = 3 * MINUTE_MS;
export const MAX_WORST_ENDPOINTS = 10;
export const MAX_OVERVIEW_RANGE_MS = 31 * DAY_MS;
export const MAX_OVERVIEW_POINTS = 200;
