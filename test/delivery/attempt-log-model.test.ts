/** Whatever happens to deliveries, reading the object's tables equals reading one plain list. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { MESSAGE_STATUS } from "../../src/core/attempt.ts";
import type { AttemptQuery, AttemptRow, DeliveryQuery, DeliveryRow } from "../../src/core/attempt-log.ts";
import type { EventHeader } from "../../src/core/event.ts";
import { EMPTY_TALLY } from "../../src/core/tally.ts";
import { type AttemptStart, Queue, type Waiting } from "../../src/delivery/queue.ts";
import { AttemptReader } from "../../src/delivery/queue-attempts.ts";
import { DeliveryReader } from "../../src/delivery/queue-deliveries.ts";
import type { SqlExec } from "../../src/delivery/queue-schema.ts";
import {
  anAttempt,
  anEvent,
  attemptQuery,
  deliveryQuery,
  failed,
  T0,
  withLog,
} from "../support/attempt-log.ts";

const MAX_STEPS = 40;
const POSITIONS = 2 * MAX_STEPS;
const { success, pending, fail, sending, canceled } = MESSAGE_STATUS;

function eventAt(position: number): EventHeader {
  const channels = position % 3 === 0 ? ["c", "d"] : null;
  const tags = position % 4 === 0 ? ["t"] : null;
  return anEvent(position, { eventType: position % 2 === 0 ? "a" : "b", channels, tags });
}

const NOT_REPLAYED = { sparedBefore: 0 };

const aStep = fc.record({
  kind: fc.constantFrom(
    "try",
    "try",
    "try",
    "try",
    "try",
    "try",
    "resend",
    "resend",
    "delay",
    "cancel",
    "restart",
  ),
  /** Of an event that came so many before the newest; 0: of a new one. */
  back: fc.constantFrom(0, 0, 0, 0, 1, 1, 2, 3, 6),
  /** What happens to an attempt. */
  end: fc.constantFrom("success", "success", "success", "retry", "failure"),
  endsLate: fc.constantFrom(false, false, true),
  /** The clock may be set back. */
  afterMs: fc.integer({ min: -1, max: 3 }),
});
type Step = typeof aStep extends fc.Arbitrary<infer Value> ? Value : never;

const aTime = fc.option(
  fc.integer({ min: -5, max: 60 }).map((ms) => T0 + ms),
  { freq: 1 },
);
/** Most conditions are left open, or together they would match nothing. */
const anyOr = <Value>(...values: Value[]) => fc.option(fc.constantFrom(...values), { freq: 1 });
const aQuery = fc.record({
  statuses: anyOr([success], [fail], [success, fail], [sending, canceled]),
  statusCodeClass: fc.constantFrom(null, null, null, 0, 200, 500),
  position: fc.constantFrom(null, null, null, 2, 3, 7),
  eventTypes: anyOr(["a"], ["a"], ["a", "b"], ["none"]),
  channel: fc.constantFrom(null, null, null, null, "d"),
  tag: fc.constantFrom(null, null, null, null, "t"),
  afterMs: aTime,
  beforeMs: aTime,
  ascending: fc.boolean(),
  count: fc.integer({ min: 1, max: 8 }),
  /** Rows looked at by one search. */
  maxScan: fc.integer({ min: 1, max: 12 }),
});
type Query = typeof aQuery extends fc.Arbitrary<infer Value> ? Value : never;

/** The tables, and beside them what they should say. */
class Life {
  rows: AttemptRow[] = [];
  waiting = new Map<number, Waiting>();
  canceledAtMs = new Map<number, number>();
  nowMs = T0;
  #queue: Queue;
  #inFlight = new Map<number, () => void>();
  #newest = 0;
  #nextAtMs = T0 + 1_000_000;
  readonly exec: SqlExec;

  constructor(exec: SqlExec) {
    for (const table of ["attempts", "first_tries", "waiting", "canceled"]) exec(`DELETE FROM ${table}`);
    this.exec = exec;
    this.#queue = new Queue(exec);
  }

  get queue(): Queue {
    return this.#queue;
  }

  live(steps: readonly Step[]): void {
    for (const step of steps) {
      this.nowMs += step.afterMs;
      this.#step(step);
    }
    // Those that began last end first.
    for (const end of [...this.#inFlight.values()].reverse()) end();
    this.rows.sort((a, b) => a.key - b.key);
  }

  purgeBefore(beforeMs: number): void {
    expect(this.#queue.purgeBefore(beforeMs, 1000, POSITIONS)).toBe(false);
    this.rows = this.rows.filter(({ startedAtMs }) => startedAtMs >= beforeMs);
    for (const [position, atMs] of this.canceledAtMs) if (atMs < beforeMs) this.canceledAtMs.delete(position);
  }

  #step(step: Step): void {
    const { kind, back } = step;
    if (back === 0) this.#newest++;
    const position = Math.max(1, this.#newest - back);
    switch (kind) {
      case "try":
      case "resend":
        if (!this.#inFlight.has(position)) this.#attempt(step, position);
        return;
      case "delay":
        if (!this.#isTaken(position)) this.#wait({ position, attempts: 0, nextAtMs: this.#nextAtMs++ });
        return;
      case "cancel":
        this.#cancel(position);
        return;
      case "restart":
        // What is in flight is lost without a record.
        this.#inFlight.clear();
        this.#queue = new Queue(this.exec);
    }
  }

  #attempt({ kind, end, endsLate }: Step, position: number): void {
    const byHand = kind === "resend";
    const waiting = byHand ? undefined : this.waiting.get(position);
    const isFirst = !byHand && waiting === undefined;
    // An event whose delivery has ended is not attempted again, but by hand.
    if (isFirst && this.#isTaken(position)) return;
    const start = this.#queue.beginAttempt({ position, startedAtMs: this.nowMs, isFirst });
    const nextAtMs = end === "retry" && !byHand ? this.#nextAtMs++ : null;
    const finish = () => {
      this.#inFlight.delete(position);
      this.#record({ position, trigger: byHand ? 1 : 0, start, end, nextAtMs });
      if (waiting !== undefined) this.#stopWaiting(waiting);
      if (nextAtMs !== null) this.#wait({ position, attempts: (waiting?.attempts ?? 0) + 1, nextAtMs });
    };
    if (endsLate) this.#inFlight.set(position, finish);
    else finish();
  }

  #record(attempt: {
    position: number;
    trigger: 0 | 1;
    start: AttemptStart;
    end: Step["end"];
    nextAtMs: number | null;
  }): void {
    const { position, trigger, start, end, nextAtMs } = attempt;
    const outcome = end === "success" ? {} : end === "retry" ? failed : { ...failed, statusCode: 0 };
    const { startedAtMs: _, ...rest } = anAttempt(eventAt(position), outcome);
    this.#queue.recordAttempt(
      { ...rest, trigger, nextAtMs, start },
      { position: 0, succeeded: 0, tally: EMPTY_TALLY },
    );
    const { exchange: __, ...row } = rest;
    const { key } = start;
    this.rows.push({ ...row, trigger, nextAtMs, key, startedAtMs: Math.floor(key / 1000) });
  }

  #isTaken(position: number): boolean {
    return this.recorded().has(position) || this.waiting.has(position) || this.#inFlight.has(position);
  }

  recorded(): Set<number> {
    const scheduled = this.rows.filter(({ trigger }) => trigger === 0);
    return new Set([...scheduled.map(({ event }) => event.position), ...this.canceledAtMs.keys()]);
  }

  #wait(entry: Pick<Waiting, "position" | "attempts" | "nextAtMs">): void {
    const waiting = { ...entry, ...NOT_REPLAYED, event: eventAt(entry.position) };
    this.#queue.addWaiting(waiting);
    this.waiting.set(entry.position, waiting);
  }

  #stopWaiting(waiting: Waiting): void {
    this.#queue.removeWaiting(waiting);
    this.waiting.delete(waiting.position);
  }

  #cancel(position: number): void {
    const waiting = this.waiting.get(position);
    if (waiting === undefined || this.#inFlight.has(position)) return;
    this.#stopWaiting(waiting);
    this.#queue.cancel(eventAt(position), this.nowMs);
    if (!this.canceledAtMs.has(position)) this.canceledAtMs.set(position, this.nowMs);
  }

  attempts(query: AttemptQuery): AttemptRow[] {
    const { statuses, statusCodeClass, afterMs, beforeMs } = query;
    const found = this.rows.filter(
      (row) =>
        isOf(row.event, query) &&
        (statuses?.includes(row.status) ?? true) &&
        (statusCodeClass === null || Math.floor(row.statusCode / 100) * 100 === statusCodeClass) &&
        (afterMs === null || row.startedAtMs >= afterMs) &&
        (beforeMs === null || row.startedAtMs < beforeMs),
    );
    return query.ascending ? found : found.toReversed();
  }

  deliveries(query: DeliveryQuery): DeliveryRow[] {
    const { statuses, afterMs, beforeMs } = query;
    const found = this.#standing().filter(
      ({ event, status }) =>
        isOf(event, query) &&
        (statuses?.includes(status) ?? true) &&
        (afterMs === null || event.createdAtMs >= afterMs) &&
        (beforeMs === null || event.createdAtMs < beforeMs),
    );
    return query.ascending ? found : found.toReversed();
  }

  #standing(): DeliveryRow[] {
    const known = new Set(this.rows.map(({ event }) => event.position));
    for (const position of [...this.canceledAtMs.keys()]) known.add(position);
    for (const { position, attempts } of this.waiting.values()) if (attempts === 0) known.add(position);
    return [...known]
      .sort((a, b) => a - b)
      .map((position) => {
        const nextAtMs = this.#hasSucceeded(position) ? null : (this.#waitsUntil(position) ?? null);
        return { event: eventAt(position), status: this.#statusOf(position), nextAtMs };
      });
  }

  /** A retry whose attempts have been purged is not known any more. */
  #waitsUntil(position: number): number | undefined {
    const waiting = this.waiting.get(position);
    const isKnown = this.rows.some(
      (row) => row.event.position === position && row.nextAtMs === waiting?.nextAtMs,
    );
    return waiting?.attempts === 0 || isKnown ? waiting?.nextAtMs : undefined;
  }

  #hasSucceeded(position: number): boolean {
    return this.rows.some((row) => row.event.position === position && row.status === success);
  }

  #statusOf(position: number): number {
    if (this.#hasSucceeded(position)) return success;
    if (this.#waitsUntil(position) !== undefined)
      return this.waiting.get(position)?.attempts === 0 ? pending : sending;
    return this.canceledAtMs.has(position) ? canceled : fail;
  }

  stats(sinceMs: number, untilMs: number): Record<string, number> {
    const isThen = (atMs: number | undefined) => atMs !== undefined && atMs >= sinceMs && atMs < untilMs;
    const then = this.rows.filter(({ startedAtMs }) => isThen(startedAtMs));
    const positions = (rows: AttemptRow[]) => [...new Set(rows.map(({ event }) => event.position))];
    const waiting = [...this.waiting.values()].filter(({ position }) => !this.#hasSucceeded(position));
    const isOver = (position: number) => !this.#hasSucceeded(position) && this.#statusOf(position) === fail;
    return {
      success: positions(then.filter(({ status }) => status === success)).length,
      fail: positions(then).filter(isOver).length,
      pending: waiting.filter(({ attempts }) => attempts === 0).length,
      sending: waiting.filter(({ attempts }) => attempts > 0).length,
      canceled: [...this.canceledAtMs].filter(([at, ms]) => isThen(ms) && !this.#hasSucceeded(at)).length,
    };
  }
}

function isOf(
  event: EventHeader,
  { position, eventTypes, channel, tag }: AttemptQuery | DeliveryQuery,
): boolean {
  return (
    (position === null || event.position === position) &&
    (eventTypes?.includes(event.eventType) ?? true) &&
    (channel === null || event.channels?.includes(channel) === true) &&
    (tag === null || event.tags?.includes(tag) === true)
  );
}

/** All that is found page by page, also where a search stops early. */
function walk<Row>(
  count: number,
  list: (from: number | null) => { rows: Row[]; stoppedAt: number | null },
  placeOf: (row: Row) => number,
): Row[] {
  const found: Row[] = [];
  for (let from: number | null = null; ; ) {
    const { rows, stoppedAt } = list(from);
    found.push(...rows);
    const last = rows.at(-1);
    if (stoppedAt === null && (rows.length < count || last === undefined)) return found;
    from = stoppedAt ?? (last === undefined ? null : placeOf(last));
  }
}

function checkAttempts(life: Life, { maxScan, ...fields }: Query): void {
  const query = attemptQuery(fields);
  const expected = life.attempts(query);
  expect(new AttemptReader(life.exec).list(query)).toEqual({
    rows: expected.slice(0, query.count),
    stoppedAt: null,
  });
  const bounded = new AttemptReader(life.exec, maxScan);
  const pageAfter = (from: number | null) => {
    const { rows, stoppedAt } = bounded.list({ ...query, from });
    return { rows, stoppedAt: stoppedAt?.key ?? null };
  };
  expect(walk(query.count, pageAfter, ({ key }) => key)).toEqual(expected);
  expect(new AttemptReader(life.exec).count(query)).toEqual({ count: expected.length, approximated: false });
  const some = bounded.count(query);
  if (some.approximated) expect(some.count).toBeLessThanOrEqual(expected.length);
  else expect(some.count).toBe(expected.length);
}

function checkDeliveries(life: Life, { maxScan, statusCodeClass: _, ...fields }: Query): void {
  const minutes = (ms: number | null) => (ms === null ? null : T0 + (ms - T0) * 15_000);
  const times = { afterMs: minutes(fields.afterMs), beforeMs: minutes(fields.beforeMs) };
  const query = deliveryQuery({ ...fields, ...times });
  const expected = life.deliveries(query);
  expect(new DeliveryReader(life.exec).list(query)).toEqual({
    rows: expected.slice(0, query.count),
    stoppedAt: null,
  });
  const bounded = new DeliveryReader(life.exec, maxScan);
  const pageAfter = (from: number | null) => {
    const { rows, stoppedAt } = bounded.list({ ...query, from });
    return { rows, stoppedAt: stoppedAt?.position ?? null };
  };
  if (query.position === null)
    expect(walk(query.count, pageAfter, ({ event }) => event.position)).toEqual(expected);
}

function checkAll(life: Life, queries: readonly Query[]): void {
  for (const query of queries) {
    checkAttempts(life, query);
    checkDeliveries(life, query);
    const [sinceMs, untilMs] = [query.afterMs ?? 0, query.beforeMs ?? T0 * 2];
    expect(new DeliveryReader(life.exec).stats(sinceMs, untilMs)).toEqual(life.stats(sinceMs, untilMs));
    const since = life.rows.filter(({ startedAtMs }) => startedAtMs >= sinceMs);
    expect(life.queue.startedSince(sinceMs)).toEqual(since.map(({ key }) => key / 1000));
  }
  const reader = new AttemptReader(life.exec);
  for (const { key, event } of life.rows) {
    expect(reader.get(key, event.position)).toMatchObject({ key, event });
    expect(reader.get(key, event.position + 1)).toBeNull();
    expect(reader.expunge(key, event.position + 1)).toBe(false);
  }
  expect(life.queue.recordedBetween(1, POSITIONS)).toEqual(life.recorded());
}

function expungeOne(life: Life): void {
  const row = life.rows[Math.floor(life.rows.length / 2)];
  if (row === undefined) return;
  expect(new AttemptReader(life.exec).expunge(row.key, row.event.position)).toBe(true);
  row.response = "EXPUNGED";
}

it(
  "whatever happens, the log is listed, paged, counted, found, expunged and purged as one list",
  () =>
    withLog(({ exec }) => {
      const steps = fc.array(aStep, { minLength: 5, maxLength: MAX_STEPS, size: "max" });
      const queries = fc.array(aQuery, { minLength: 3, maxLength: 6 });
      fc.assert(
        fc.property(steps, steps, queries, (before, after, asked) => {
          const life = new Life(exec);
          life.live(before);
          expungeOne(life);
          checkAll(life, asked);
          life.purgeBefore(life.rows[Math.floor(life.rows.length / 2)]?.startedAtMs ?? T0);
          checkAll(life, asked);
          life.live(after);
          checkAll(life, asked);
        }),
        { numRuns: 60 },
      );
    }),
  60_000,
);
