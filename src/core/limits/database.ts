/** Bounds of calls of the database. */
import { MIB, SECOND_MS } from "../units.ts";

/** One call, repetitions included; then the caller is told that it cannot be reached. */
export const D1_TIMEOUT_MS = 10 * SECOND_MS;
/** A read that has not answered by then is sent again: stalls are of one connection, not of the query. */
export const D1_READ_TRY_TIMEOUT_MS = 5 * SECOND_MS;
export const D1_MAX_TRIES = 3;
/** Before the second try, then doubled; each ± half. */
export const D1_RETRY_DELAY_MS = 50;
/** Tries to write a resource that others keep changing, each after reading it again. */
export const MAX_WRITE_TRIES = 20;
/** Payload text put into one parameter of an append; escaped and in UTF-8 it stays below D1's 2 MB. */
export const MAX_APPEND_PARAMETER_CHARS = 600_000;
export const LOG_FETCH_BYTES = 4 * MIB;
