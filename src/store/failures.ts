/** What an error of D1 says about the statement, and whether it may be sent once more (reference cloudflare.md §2.2). */
import { D1_MAX_TRIES, D1_RETRY_DELAY_MS } from "../core/limits/database.ts";

/** SQLite's own refusals: the statement failed, and with it the whole batch (D1 rolls it back). */
const REFUSALS =
  /SQLITE_(CONSTRAINT|ERROR|TOOBIG|MISMATCH|RANGE|AUTH)|too many SQL variables|string or blob too big|D1_TYPE_ERROR|Wrong number of parameter bindings/;
/** D1 did not get as far as the statement. */
const NOT_BEGUN =
  /Cannot resolve D1 DB due to transient issue|Internal error while starting up D1 DB storage|SQLITE_(BUSY|LOCKED)/;
/** Nor here, but sending it again is what it has too much of. */
const OVERLOADED = /D1 DB is overloaded/;

/**
 * - `refused`: the statement itself is at fault, and would be again
 * - `not-begun`: nothing was carried out, and the next try may be luckier
 * - `overloaded`: nothing was carried out, and trying again makes it worse
 * - `unknown`: a lost connection, a reset, no answer: it may have been carried out
 */
export type D1Failure = "refused" | "not-begun" | "overloaded" | "unknown";

export function classifyFailure(error: unknown): D1Failure {
  const message = error instanceof Error ? error.message : String(error);
  if (REFUSALS.test(message)) return "refused";
  if (NOT_BEGUN.test(message)) return "not-begun";
  return OVERLOADED.test(message) ? "overloaded" : "unknown";
}

/** Whether nothing can have been committed. Anything else (a lost connection, a reset) leaves that open. */
export function isRolledBack(error: unknown): boolean {
  return error instanceof Error && classifyFailure(error) === "refused";
}

/** Written before any other word only by statements that change nothing … */
const READS = /^\s*(?:SELECT|(WITH))\b/i;
/** … save a `WITH` in front of one of these. A wrong guess here only costs a read its second try. */
const WRITES = /\b(?:INSERT|UPDATE|DELETE|REPLACE\s+INTO)\b|;\s*\S/i;

/** Whether the statement can change nothing, so that repeating it is safe. */
export function isReadOnly(query: string): boolean {
  const found = READS.exec(query);
  return found !== null && !WRITES.test(query);
}

export type FailedTry = {
  failure: D1Failure;
  isRead: boolean;
  /** Tries made so far. */
  tries: number;
  /** Until the whole call must have ended. */
  leftMs: number;
  /** In [0, 1). */
  random: number;
};

/** How long to wait before the next try, with jitter; null: there is none. */
export function nextTryInMs({ failure, isRead, tries, leftMs, random }: FailedTry): number | null {
  const mayRepeat = failure === "not-begun" || (failure === "unknown" && isRead);
  if (!mayRepeat || tries >= D1_MAX_TRIES) return null;
  const delayMs = D1_RETRY_DELAY_MS * 2 ** (tries - 1) * (0.5 + random);
  return delayMs < leftMs ? delayMs : null;
}

const UNAVAILABLE = "DatabaseUnavailableError";

/** The database cannot be reached, does not answer or fails: no fault of the statement. `cause` is what it said. */
export class DatabaseUnavailableError extends Error {
  constructor(cause: unknown) {
    super(`the database cannot be reached: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    });
    this.name = UNAVAILABLE;
  }
}

/** Whether the database's absence is behind an error, however often it was wrapped since. */
export function isDatabaseUnavailable(error: unknown): boolean {
  for (let inner = error; inner instanceof Error; inner = inner.cause) {
    // By name: an error that came from another object is of no class of ours.
    if (inner.name === UNAVAILABLE) return true;
  }
  return false;
}
