/** Bounds of alert rules. */
import { MINUTE_MS } from "../units.ts";

export const MAX_ALERT_RULES_PER_APP = 50;
export const MAX_ALERT_THRESHOLD = 1_000_000_000;
export const MIN_ALERT_WINDOW_SECONDS = 60;
export const MAX_ALERT_WINDOW_SECONDS = 7 * 86_400;
/** A rule's window is counted in this many parts, none shorter than a minute. */
export const ALERT_WINDOW_PARTS = 60;
export const MIN_ALERT_PART_MS = MINUTE_MS;
export const ALERT_RULES_PAGE = 500;
