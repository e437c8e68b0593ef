import { describe, expect, it } from "vitest";
import { D1_MAX_TRIES, D1_RETRY_DELAY_MS } from "../../src/core/limits/database.ts";
import { DeadlineError } from "../../src/store/deadline.ts";
import {
  classifyFailure,
  type D1Failure,
  DatabaseUnavailableError,
  type FailedTry,
  isDatabaseUnavailable,
  isReadOnly,
  isRolledBack,
  nextTryInMs,
} from "../../src/store/failures.ts";

describe("what D1's words say about the statement", () => {
  it.each<[message: string, failure: D1Failure]>([
    ["D1_ERROR: UNIQUE constraint failed: applications.uid: SQLITE_CONSTRAINT", "refused"],
    ["D1_ERROR: no such table: nothing: SQLITE_ERROR", "refused"],
    ["D1_ERROR: string or blob too big: SQLITE_TOOBIG", "refused"],
    ["D1_ERROR: too many SQL variables at offset 10: SQLITE_ERROR", "refused"],
    ["D1_TYPE_ERROR: Type 'undefined' not supported for value 'undefined'", "refused"],
    ["D1_ERROR: Cannot resolve D1 DB due to transient issue on remote node.", "not-begun"],
    ["D1_ERROR: Internal error while starting up D1 DB storage caused object to be reset.", "not-begun"],
    ["D1_ERROR: database is locked: SQLITE_BUSY", "not-begun"],
    ["D1_ERROR: D1 DB is overloaded. Requests queued for too long.", "overloaded"],
    ["D1_ERROR: D1 DB is overloaded. Too many requests queued.", "overloaded"],
    ["D1_ERROR: Network connection lost.", "unknown"],
    ["D1_ERROR: D1 DB reset because its code was updated.", "unknown"],
    ["D1_ERROR: Internal error in D1 DB storage caused object to be reset.", "unknown"],
    ["D1_ERROR: D1 DB storage operation exceeded timeout which caused object to be reset.", "unknown"],
    ["no answer within 10000 ms", "unknown"],
  ])("%s: %s", (message, failure) => {
    expect(classifyFailure(new Error(message))).toBe(failure);
    expect(isRolledBack(new Error(message))).toBe(failure === "refused");
  });

  it("is unknown of anything else that was thrown", () => {
    expect(classifyFailure(new DeadlineError(5))).toBe("unknown");
    expect(classifyFailure(undefined)).toBe("unknown");
  });
});

describe("a statement is safe to repeat", () => {
  it.each<[query: string, isRead: boolean]>([
    ["SELECT 1", true],
    ["\n  select * from endpoints where deleted_at IS NULL", true],
    ["WITH sized AS (SELECT updated_at FROM events) SELECT * FROM sized", true],
    ["SELECT replace(name, 'a', 'b') FROM applications", true],
    ["INSERT INTO applications (key) VALUES (1)", false],
    ["UPDATE endpoints SET disabled = 1 RETURNING key", false],
    ["DELETE FROM api_keys", false],
    ["WITH old AS (SELECT key FROM api_keys) DELETE FROM api_keys WHERE key IN old", false],
    ["WITH a AS (SELECT 1) INSERT INTO t SELECT * FROM a", false],
    ["REPLACE INTO t VALUES (1)", false],
    ["SELECT 1; DROP TABLE applications", false],
    ["PRAGMA optimize", false],
    ["", false],
  ])("%s: %s", (query, isRead) => {
    expect(isReadOnly(query)).toBe(isRead);
  });
});

describe("the next try", () => {
  const failed: FailedTry = { failure: "unknown", isRead: true, tries: 1, leftMs: 10_000, random: 0.5 };

  it.each<[failure: D1Failure, read: boolean, write: boolean]>([
    ["refused", false, false],
    ["not-begun", true, true],
    ["overloaded", false, false],
    ["unknown", true, false],
  ])("after %s: of a read %s, of a write %s", (failure, read, write) => {
    expect(nextTryInMs({ ...failed, failure }) !== null).toBe(read);
    expect(nextTryInMs({ ...failed, failure, isRead: false }) !== null).toBe(write);
  });

  it.each<[name: string, change: Partial<FailedTry>, delayMs: number | null]>([
    ["waits for the base delay", {}, D1_RETRY_DELAY_MS],
    ["at least half of it", { random: 0 }, D1_RETRY_DELAY_MS / 2],
    ["less than one and a half of it", { random: 0.99 }, D1_RETRY_DELAY_MS * 1.49],
    ["waits twice as long after the second", { tries: 2 }, D1_RETRY_DELAY_MS * 2],
    ["comes while there is time", { leftMs: D1_RETRY_DELAY_MS + 1 }, D1_RETRY_DELAY_MS],
    ["does not come when the wait would take all that is left", { leftMs: D1_RETRY_DELAY_MS }, null],
    ["does not come past the deadline", { leftMs: -1 }, null],
    ["is not made after the last", { tries: D1_MAX_TRIES }, null],
  ])("%s", (_, change, delayMs) => {
    const next = nextTryInMs({ ...failed, ...change });
    if (delayMs === null) expect(next).toBeNull();
    else expect(next).toBeCloseTo(delayMs);
  });
});

describe("a database out of reach is recognised", () => {
  it("however often its error was wrapped, also after it came from another object", () => {
    const unavailable = new DatabaseUnavailableError(new Error("D1_ERROR: Network connection lost."));
    expect(isDatabaseUnavailable(unavailable)).toBe(true);
    expect(isDatabaseUnavailable(new Error("query", { cause: new Error("a", { cause: unavailable }) }))).toBe(
      true,
    );
    expect(
      isDatabaseUnavailable(Object.assign(new Error("words"), { name: "DatabaseUnavailableError" })),
    ).toBe(true);
    expect(isDatabaseUnavailable(new Error("query", { cause: new Error("no such table") }))).toBe(false);
    expect(isDatabaseUnavailable("text")).toBe(false);
  });
});
