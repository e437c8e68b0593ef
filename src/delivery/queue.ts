/** The endpoint object's own tables: the only owner of their SQL. Reading them for listings is in queue-attempts.ts. */
import type { Breaker, BreakerState } from "../core/breaker.ts";
import type { EndpointConfig } from "../core/endpoint.ts";
import type { EventHeader } from "../core/event.ts";
import type { FailingRun, HealthState } from "../core/health.ts";
import { ATTEMPT_KEYS_PER_MS, firstAttemptKeyAt } from "../core/ids.ts";
import { jsonOrNull, parsedOrNull } from "../core/json-column.ts";
import { TALLY_CARRY_ROWS } from "../core/limits/figures.ts";
import type { Pause } from "../core/pause.ts";
import type { Tally } from "../core/tally.ts";
import { firstTryFrom } from "./queue-first-tries.ts";
import { ReplayQueue } from "./queue-replays.ts";
import { eventJson, type Waiting, waitingOf } from "./queue-rows.ts";
import { migrateQueue, type SqlExec } from "./queue-schema.ts";
import { type CountedUpTo, loadTally } from "./queue-tally.ts";

export type ObjectState = {
  /** Every event up to here has been taken. */
  position: number;
  config: EndpointConfig | null;
  health: HealthState;
  breaker: BreakerState;
  pause: Pause;
  /** Set while the service has decided to disable the endpoint and D1 does not know yet: nothing is sent. */
  stopReason: StopReason | null;
  succeeded: number;
  failed: number;
  tally: Tally;
};

export { eventOf } from "./queue-rows.ts";
export type { Waiting };

export type StopReason = "gone" | "failures";

/** Nothing is spared unless it is said. */
type NewWaiting = Omit<Waiting, "sparedBefore"> & Partial<Pick<Waiting, "sparedBefore">>;

export type ManualSend = { id: number; position: number };

/** Place of an attempt in the object's log; taken when it starts. */
export type AttemptStart = {
  key: number;
  /** The first attempt of its event, begun after those of all earlier events. */
  isInOrder: boolean;
};

export type AttemptRecord = {
  event: EventHeader;
  start: AttemptStart;
  durationMs: number;
  trigger: 0 | 1;
  status: 0 | 2;
  statusCode: number;
  url: string;
  /** Body of the response, or what went wrong when there was none. */
  response: string;
  /** Why it failed, by kind: `status`, `timeout`, `network`, `blocked`; null on success. */
  failure: string | null;
  nextAtMs: number | null;
  exchange: { requestHeaders: Record<string, string>; responseHeaders: Record<string, string> };
};

/** What an attempt's row keeps of the state, so that the state needs no row of its own to be known after a restart. */
export type StateAtAttempt = Pick<ObjectState, "position" | "succeeded" | "tally">;

/** Rows of first tries looked at for the newest state: they are written in the order in which attempts end. */
const STATE_LOOK_BACK_ROWS = 100;

export class Queue {
  readonly replays: ReplayQueue;
  readonly #exec: SqlExec;
  #last: { key: number; position: number } | null = null;
  #lastManualId: number | null = null;
  /** First tries recorded since the tally was last kept. */
  #rowsSinceTally = 0;

  constructor(exec: SqlExec) {
    this.#exec = exec;
    migrateQueue(exec);
    this.replays = new ReplayQueue(exec);
  }

  /** As last saved, and what the rows of first tries know better. */
  loadState(): ObjectState {
    const { saved, counted } = this.#savedState();
    const newest = this.#exec(
      `SELECT object_position, object_succeeded, object_tally, key, duration_ms, event ->> '$.createdAtMs' AS created_at,
         event ->> '$.deliverAtMs' AS deliver_at
       FROM first_tries ORDER BY position DESC LIMIT ${STATE_LOOK_BACK_ROWS}`,
    );
    const most = (column: string, least: number) =>
      newest.reduce((found, row) => Math.max(found, Number(row[column])), least);
    return {
      ...saved,
      position: most("object_position", saved.position),
      succeeded: most("object_succeeded", saved.succeeded),
      tally: loadTally(this.#exec, counted, newest),
    };
  }

  /** `counted`: null in what was saved before there were tallies. */
  #savedState(): { saved: Omit<ObjectState, "tally">; counted: CountedUpTo | null } {
    const row = this.#exec("SELECT * FROM state")[0];
    const [succeeded, failed] = [Number(row?.["succeeded"] ?? 0), Number(row?.["failed"] ?? 0)];
    const tally = parsedOrNull<Tally>(row?.["tally"]);
    const saved = {
      position: Number(row?.["position"] ?? 0),
      config: parsedOrNull<EndpointConfig>(row?.["config"]),
      health: parsedOrNull<FailingRun>(row?.["health"]),
      breaker: parsedOrNull<Breaker>(row?.["breaker"]),
      pause: parsedOrNull<Pause>(row?.["pause"]),
      stopReason: (row?.["stop_reason"] ?? null) as StopReason | null,
      succeeded,
      failed,
    };
    return { saved, counted: tally === null ? null : { succeeded, tally } };
  }

  saveState(state: ObjectState): void {
    this.#rowsSinceTally = 0;
    this.#exec(
      `INSERT OR REPLACE INTO state
         (id, position, config, health, breaker, pause, stop_reason, succeeded, failed, tally)
       VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      state.position,
      jsonOrNull(state.config),
      jsonOrNull(state.health),
      jsonOrNull(state.breaker),
      jsonOrNull(state.pause),
      state.stopReason,
      state.succeeded,
      state.failed,
      JSON.stringify(state.tally),
    );
  }

  /** Which of the positions in [from, to] had a scheduled attempt or were canceled. A resend by hand does not count:
   * it must not stand in for the scheduled delivery of an event not taken yet. */
  recordedBetween(from: number, to: number): Set<number> {
    const rows = this.#exec(
      `SELECT position FROM attempts WHERE position BETWEEN ?1 AND ?2 AND trigger = 0
       UNION SELECT position FROM first_tries WHERE position BETWEEN ?1 AND ?2
       UNION SELECT position FROM canceled WHERE position BETWEEN ?1 AND ?2`,
      from,
      to,
    );
    return new Set(rows.map((row) => Number(row["position"])));
  }

  isWaiting(nextAtMs: number, position: number): boolean {
    return (
      this.#exec("SELECT 1 FROM waiting WHERE next_at = ? AND position = ?", nextAtMs, position).length > 0
    );
  }

  /** @param isFirst the event's first scheduled attempt; keys ascend, also when the clock does not. */
  beginAttempt({
    position,
    startedAtMs,
    isFirst,
  }: {
    position: number;
    startedAtMs: number;
    isFirst: boolean;
  }): AttemptStart {
    const last = this.#last ?? this.#lastRecorded();
    this.#last = last;
    last.key = Math.max(firstAttemptKeyAt(startedAtMs), last.key + 1);
    const isInOrder = isFirst && position > last.position;
    if (isInOrder) last.position = position;
    return { key: last.key, isInOrder };
  }

  /** Attempts that begin from now on have this key or a later one. */
  nextKeyAt(nowMs: number): number {
    this.#last ??= this.#lastRecorded();
    return Math.max(firstAttemptKeyAt(nowMs), this.#last.key + 1);
  }

  #lastRecorded(): { key: number; position: number } {
    const tried = this.#exec("SELECT position, key FROM first_tries ORDER BY position DESC LIMIT 1")[0];
    const other = this.#exec("SELECT MAX(key) AS key FROM attempts")[0];
    const key = Math.max(Number(tried?.["key"] ?? 0), Number(other?.["key"] ?? 0));
    return { key, position: Number(tried?.["position"] ?? 0) };
  }

  /** True if a restart finds the state in the attempt's row, so that it needs no saving for that. */
  recordAttempt(record: AttemptRecord, state: StateAtAttempt): boolean {
    const isFirstTry = record.start.isInOrder && record.status === 0;
    if (!isFirstTry) {
      this.#recordOther(record);
      return false;
    }
    this.#recordFirstTry(record, state);
    // One that took long may have been overtaken by more than a restart looks at.
    const lastPosition = this.#last?.position ?? record.event.position;
    return record.event.position > lastPosition - STATE_LOOK_BACK_ROWS;
  }

  #recordFirstTry(record: AttemptRecord, state: StateAtAttempt): void {
    this.#exec(
      `INSERT INTO first_tries (position, key, status_code, duration_ms, url, event, exchange, response,
        object_position, object_succeeded, object_tally) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.event.position,
      record.start.key,
      record.statusCode,
      record.durationMs,
      record.url,
      eventJson(record.event),
      JSON.stringify(record.exchange),
      record.response,
      state.position,
      state.succeeded,
      this.#carriesTally() ? JSON.stringify(state.tally) : null,
    );
  }

  #carriesTally(): boolean {
    this.#rowsSinceTally = (this.#rowsSinceTally + 1) % TALLY_CARRY_ROWS;
    return this.#rowsSinceTally === 0;
  }

  #recordOther(record: AttemptRecord): void {
    this.#exec(
      `INSERT INTO attempts (key, position, trigger, status, status_code, duration_ms, next_at, url, failure, event,
        exchange, response) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      record.start.key,
      record.event.position,
      record.trigger,
      record.status,
      record.statusCode,
      record.durationMs,
      record.nextAtMs,
      record.url,
      record.failure,
      eventJson(record.event),
      JSON.stringify(record.exchange),
      record.response,
    );
  }

  addWaiting({ nextAtMs, position, attempts, event, sparedBefore = 0 }: NewWaiting): void {
    this.#exec(
      "INSERT OR REPLACE INTO waiting (next_at, position, attempts, event, spared_before) VALUES (?, ?, ?, ?, ?)",
      nextAtMs,
      position,
      attempts,
      eventJson(event),
      sparedBefore,
    );
  }

  removeWaiting({ nextAtMs, position }: Waiting): void {
    this.#exec("DELETE FROM waiting WHERE next_at = ? AND position = ?", nextAtMs, position);
  }

  dueBy(nowMs: number, limit: number): Waiting[] {
    return this.#exec(
      "SELECT * FROM waiting WHERE next_at <= ? ORDER BY next_at, position LIMIT ?",
      nowMs,
      limit,
    ).map(waitingOf);
  }

  /** The waiting delivery that an ordered endpoint must end before any other. */
  firstWaiting(): Waiting | null {
    const row = this.#exec("SELECT * FROM waiting ORDER BY position LIMIT 1")[0];
    return row === undefined ? null : waitingOf(row);
  }

  nextDueAtMs(): number | null {
    const row = this.#exec("SELECT next_at FROM waiting ORDER BY next_at LIMIT 1")[0];
    return row === undefined ? null : Number(row["next_at"]);
  }

  countWaiting(): number {
    return Number(this.#exec("SELECT COUNT(*) AS n FROM waiting")[0]?.["n"]);
  }

  /** @param areSpared what was replayed since is left to wait. */
  cancelWaitingBefore(position: number, { areSpared, nowMs }: { areSpared: boolean; nowMs: number }): void {
    const isMeant = areSpared ? "position < ?1 AND spared_before < ?1" : "position < ?1";
    this.#exec(
      `INSERT OR IGNORE INTO canceled SELECT position, ?2, event FROM waiting WHERE ${isMeant}`,
      position,
      nowMs,
    );
    this.#exec(`DELETE FROM waiting WHERE ${isMeant}`, position);
  }

  /** Cancels retries; deliveries not attempted yet go on. */
  cancelRetriesWithin([from, to]: readonly [from: number, to: number], nowMs: number): void {
    const where = "WHERE position BETWEEN ? AND ? AND attempts > 0";
    this.#exec(
      `INSERT OR IGNORE INTO canceled SELECT position, ?, event FROM waiting ${where}`,
      nowMs,
      from,
      to,
    );
    this.#exec(`DELETE FROM waiting ${where}`, from, to);
  }

  cancel(event: EventHeader, nowMs: number): void {
    this.#exec(
      "INSERT OR IGNORE INTO canceled (position, canceled_at, event) VALUES (?, ?, ?)",
      event.position,
      nowMs,
      eventJson(event),
    );
  }

  /** Ids are never used again: the end of a send that was canceled in flight must not take a later one's row. */
  addManualSend(position: number): void {
    const highest = this.#lastManualId ?? this.#exec("SELECT MAX(id) AS id FROM manual_sends")[0]?.["id"];
    this.#lastManualId = Number(highest ?? 0) + 1;
    this.#exec("INSERT INTO manual_sends (id, position) VALUES (?, ?)", this.#lastManualId, position);
  }

  manualSends(limit: number): ManualSend[] {
    return this.#exec("SELECT id, position FROM manual_sends ORDER BY id LIMIT ?", limit).map((row) => ({
      id: Number(row["id"]),
      position: Number(row["position"]),
    }));
  }

  countManualSends(): number {
    return Number(this.#exec("SELECT COUNT(*) AS n FROM manual_sends")[0]?.["n"]);
  }

  cancelManualSends(): void {
    this.#exec("DELETE FROM manual_sends");
  }

  removeManualSend(id: number): void {
    this.#exec("DELETE FROM manual_sends WHERE id = ?", id);
  }

  /** Start times of the attempts since a moment, for the rate limit after a clean start. */
  startedSince(sinceMs: number): number[] {
    const since = firstAttemptKeyAt(sinceMs);
    return this.#exec(
      `SELECT key FROM attempts WHERE key >= ?1
       UNION ALL SELECT key FROM first_tries WHERE position >= ?2 ORDER BY key`,
      since,
      firstTryFrom(this.#exec, since),
    ).map((row) => Number(row["key"]) / ATTEMPT_KEYS_PER_MS);
  }

  /** When the oldest of what retention will remove was written. */
  oldestLoggedAtMs(): number | null {
    const row = this.#exec(
      `SELECT MIN(at) AS at FROM (
         SELECT MIN(key) / ${ATTEMPT_KEYS_PER_MS} AS at FROM attempts
         UNION ALL SELECT * FROM (SELECT key / ${ATTEMPT_KEYS_PER_MS} FROM first_tries ORDER BY position LIMIT 1)
         UNION ALL SELECT * FROM (SELECT canceled_at FROM canceled ORDER BY position LIMIT 1))`,
    )[0];
    const at = row?.["at"];
    return at === null || at === undefined ? null : Number(at);
  }

  /**
   * Removes attempts and cancellations from before a moment, at most `limit` of each; true if more may remain. Only of
   * events up to the position: those after it are still to be settled, and without a record would be sent again.
   */
  purgeBefore(beforeMs: number, limit: number, position: number): boolean {
    const before = firstAttemptKeyAt(beforeMs);
    const gone = [
      this.#exec(
        `DELETE FROM attempts WHERE key IN
          (SELECT key FROM attempts WHERE key < ? AND position <= ? ORDER BY key LIMIT ?) RETURNING key`,
        before,
        position,
        limit,
      ),
      this.#exec(
        `DELETE FROM first_tries WHERE position IN
          (SELECT position FROM first_tries WHERE position < ? AND position <= ? ORDER BY position LIMIT ?)
         RETURNING position`,
        firstTryFrom(this.#exec, before),
        position,
        limit,
      ),
      this.#exec(
        `DELETE FROM canceled WHERE position IN
          (SELECT position FROM canceled WHERE canceled_at < ? AND position <= ? ORDER BY position LIMIT ?)
         RETURNING position`,
        beforeMs,
        position,
        limit,
      ),
    ];
    return gone.some((rows) => rows.length === limit);
  }
}
