/** Bounds of the keys and tokens that callers show. */
import { HOUR_MS, SECOND_MS } from "../units.ts";

export const MAX_TOKEN_CHARS = 256;
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
/** Svix's for a token that is rotated: of the new one's life, and how long the old one goes on. */
export const MAX_ROTATED_TOKEN_SECONDS = 365 * 86_400;
export const DEFAULT_OLD_TOKEN_SECONDS = 300;
export const MAX_OLD_TOKEN_SECONDS = 86_400;
