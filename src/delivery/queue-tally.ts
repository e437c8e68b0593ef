/** The object's tally as its rows tell it: no attempt that succeeded at once writes a row for it. */

import { ATTEMPT_KEYS_PER_MS, firstAttemptKeyAt } from "../core/ids.ts";
import { LOG_SCAN_CHUNK, MAX_LOG_SCAN_ROWS } from "../core/limits/endpoint-object.ts";
import { TALLY_HOURS } from "../core/limits/figures.ts";
import {
  type CountedAttempt,
  EMPTY_TALLY,
  FAILURE_KINDS,
  type HourCount,
  type Tally,
  withAttempt,
} from "../core/tally.ts";
import { HOUR_MS } from "../core/units.ts";
import { firstTryFrom } from "./queue-first-tries.ts";
import type { SqlExec, SqlRow } from "./queue-schema.ts";

/** What was counted, with how many had succeeded by then. */
export type CountedUpTo = { succeeded: number; tally: Tally };

/**
 * The newest tally that was kept, in the state's row or a first try's, and what the first tries after it add.
 * @param saved null: the state's row is of before there were tallies.
 * @param newest rows of first tries, newest first
 */
export function loadTally(exec: SqlExec, saved: CountedUpTo | null, newest: readonly SqlRow[]): Tally {
  let base = saved;
  for (const row of newest) {
    const succeeded = Number(row["object_succeeded"]);
    if (typeof row["object_tally"] === "string" && succeeded > (base?.succeeded ?? -1))
      base = { succeeded, tally: JSON.parse(row["object_tally"]) as Tally };
  }
  if (base === null) return recountedTally(exec);
  const from = base.succeeded;
  return newest
    .filter((row) => Number(row["object_succeeded"]) > from)
    .toSorted((a, b) => Number(a["object_succeeded"]) - Number(b["object_succeeded"]))
    .reduce((tally, row) => withAttempt(tally, countedOf(row)), base.tally);
}

function countedOf(row: SqlRow): CountedAttempt {
  const dueAtMs = Math.max(Number(row["created_at"]), Number(row["deliver_at"] ?? 0));
  const endedAtMs = endOf(Number(row["key"]), Number(row["duration_ms"]));
  return { endedAtMs, error: null, latencyMs: endedAtMs - dueAtMs };
}

export function endOf(attemptKey: number, durationMs: number): number {
  return Math.floor(attemptKey / ATTEMPT_KEYS_PER_MS) + durationMs;
}

/** Of an object that has not counted yet: the day before its newest attempt, as far as its log may be walked. */
function recountedTally(exec: SqlExec): Tally {
  const newest = exec(
    `SELECT (SELECT MAX(key) FROM attempts) AS other,
       (SELECT key FROM first_tries ORDER BY position DESC LIMIT 1) AS tried`,
  )[0];
  const newestKey = Math.max(Number(newest?.["other"] ?? 0), Number(newest?.["tried"] ?? 0));
  if (newestKey === 0) return EMPTY_TALLY;
  const since = firstAttemptKeyAt(newestKey / ATTEMPT_KEYS_PER_MS - (TALLY_HOURS - 1) * HOUR_MS);
  const counted = exec(
    `SELECT key / ${ATTEMPT_KEYS_PER_MS * HOUR_MS} AS hour, SUM(status = 0) AS good, SUM(status <> 0) AS bad FROM (
       SELECT * FROM (SELECT key, status FROM attempts WHERE key >= ?1 ORDER BY key DESC LIMIT ?3)
       UNION ALL
       SELECT * FROM (SELECT key, 0 FROM first_tries WHERE position >= ?2 ORDER BY position DESC LIMIT ?3))
     GROUP BY hour ORDER BY hour`,
    since,
    firstTryFrom(exec, since),
    MAX_LOG_SCAN_ROWS,
  );
  const hours = counted.map(
    (row): HourCount => [Number(row["hour"]), Number(row["good"]), Number(row["bad"])],
  );
  return { ...EMPTY_TALLY, hours, lastError: lastErrorIn(exec) };
}

function lastErrorIn(exec: SqlExec): Tally["lastError"] {
  const row = exec(
    `SELECT * FROM (SELECT key, duration_ms, status, status_code, failure FROM attempts ORDER BY key DESC LIMIT ?)
     WHERE status <> 0 ORDER BY key DESC LIMIT 1`,
    LOG_SCAN_CHUNK,
  )[0];
  if (row === undefined) return null;
  return {
    atMs: endOf(Number(row["key"]), Number(row["duration_ms"])),
    statusCode: Number(row["status_code"]),
    failure: FAILURE_KINDS.find((kind) => kind === row["failure"]) ?? "status",
  };
}
