import { describe, expect, it } from "vitest";
import type { AttemptQuery, DeliveryQuery } from "../../src/core/attempt-log.ts";
import type { EventHeader } from "../../src/core/event.ts";
import { LOG_SCAN_CHUNK } from "../../src/core/limits/endpoint-object.ts";
import { EMPTY_TALLY } from "../../src/core/tally.ts";
import { Queue } from "../../src/delivery/queue.ts";
import {
  anAttempt,
  anEvent,
  attemptQuery,
  deliveryQuery,
  failed,
  type Log,
  MINUTE,
  T0,
  withLog,
} from "../support/attempt-log.ts";
import { recordAtOnce } from "../support/attempts.ts";

describe("listing attempts", () => {
  const fill = ({ queue }: Log) => {
    const first = anEvent(1, { channels: ["c1", "c2"], tags: ["t"] });
    recordAtOnce(queue, anAttempt(first, { ...failed, nextAtMs: T0 + 10 * MINUTE }));
    recordAtOnce(queue, anAttempt(anEvent(2, { eventType: "b" })));
    recordAtOnce(queue, anAttempt(anEvent(3), { ...failed, statusCode: 0, failure: "timeout" }));
    recordAtOnce(queue, anAttempt(first, { startedAtMs: T0 + 10 * MINUTE, statusCode: 204 }));
  };

  it.each<{ name: string; query: Partial<AttemptQuery>; positions: number[] }>([
    { name: "newest first", query: {}, positions: [1, 3, 2, 1] },
    { name: "oldest first when asked", query: { ascending: true }, positions: [1, 2, 3, 1] },
    { name: "of one event", query: { position: 1 }, positions: [1, 1] },
    { name: "by status", query: { statuses: [2] }, positions: [3, 1] },
    { name: "by several statuses", query: { statuses: [0, 2] }, positions: [1, 3, 2, 1] },
    { name: "without a response", query: { statusCodeClass: 0 }, positions: [3] },
    { name: "by class of status code", query: { statusCodeClass: 200 }, positions: [1, 2] },
    { name: "by another class", query: { statusCodeClass: 500 }, positions: [1] },
    { name: "by event type", query: { eventTypes: ["b", "none"] }, positions: [2] },
    { name: "by channel", query: { channel: "c2" }, positions: [1, 1] },
    { name: "by tag", query: { tag: "t", statuses: [0] }, positions: [1] },
    { name: "by a channel nobody used", query: { channel: "c" }, positions: [] },
    {
      name: "from a start time on, that one too",
      query: { afterMs: T0 + 2 * MINUTE + 1000 },
      positions: [1, 3, 2],
    },
    {
      name: "before a start time, that one not",
      query: { beforeMs: T0 + 2 * MINUTE + 1000 },
      positions: [1],
    },
    { name: "as many as asked for", query: { count: 2 }, positions: [1, 3] },
  ])("$name", ({ query, positions }) =>
    withLog((log) => {
      fill(log);
      const page = log.attempts.list(attemptQuery(query));
      expect(page.rows.map(({ event }) => event.position)).toEqual(positions);
      expect(page.stoppedAt).toBeNull();
    }),
  );

  it("goes on beyond a key, in both directions", () =>
    withLog((log) => {
      fill(log);
      const keys = log.attempts.list(attemptQuery()).rows.map(({ key }) => key);
      const beyond = (from: number | undefined, ascending: boolean) =>
        log.attempts.list(attemptQuery({ from: from ?? null, ascending })).rows.map(({ key }) => key);
      expect(beyond(keys[1], false)).toEqual(keys.slice(2));
      expect(beyond(keys[2], true)).toEqual(keys.slice(0, 2).reverse());
    }));

  it("says all there is to say about an attempt, and its headers when it is asked for alone", () =>
    withLog((log) => {
      const event = anEvent(7, { eventId: "own", deliverAtMs: T0 });
      const key = recordAtOnce(log.queue, anAttempt(event, { ...failed, nextAtMs: 99, trigger: 1 }));
      const row = {
        ...{ key, event, startedAtMs: event.createdAtMs + 1000, durationMs: 5, trigger: 1, status: 2 },
        ...{ statusCode: 500, url: "https://example.com/", response: "no", failure: "status", nextAtMs: 99 },
      };
      expect(log.attempts.list(attemptQuery()).rows).toEqual([row]);
      expect(log.attempts.list(attemptQuery({ withResponse: false })).rows).toEqual([
        { ...row, response: "" },
      ]);
      expect(log.attempts.get(key, 7)).toEqual({
        ...row,
        requestHeaders: { a: "1" },
        responseHeaders: { b: "2" },
      });
      expect(log.attempts.get(key + 1, 7)).toBeNull();
    }));

  it("forgets a response only of an attempt of that very event", () =>
    withLog((log) => {
      const key = recordAtOnce(log.queue, anAttempt(anEvent(7)));
      expect(log.attempts.expunge(key, 8)).toBe(false);
      expect(log.attempts.expunge(key + 1, 7)).toBe(false);
      expect(log.attempts.get(key, 7)?.response).toBe("fine");
      expect(log.attempts.expunge(key, 7)).toBe(true);
      expect(log.attempts.get(key, 7)?.response).toBe("EXPUNGED");
    }));
});

describe("a search with a bound", () => {
  const RARE = { eventTypes: ["rare"] };
  const fill = ({ queue }: Log, count: number) => {
    for (let position = 1; position <= count; position++) {
      const isRare = position === 1;
      recordAtOnce(
        queue,
        anAttempt(anEvent(position, { eventType: isRare ? "rare" : "a" }), isRare ? failed : {}),
      );
    }
  };

  it("stops after as many attempts as it may look at, and says where", () =>
    withLog((log) => {
      fill(log, 10);
      const first = log.attempts.list(attemptQuery(RARE));
      expect(first).toMatchObject({ rows: [], stoppedAt: { position: 7 } });
      const second = log.attempts.list(attemptQuery({ ...RARE, from: first.stoppedAt?.key ?? null }));
      expect(second).toMatchObject({ rows: [], stoppedAt: { position: 3 } });
      const third = log.attempts.list(attemptQuery({ ...RARE, from: second.stoppedAt?.key ?? null }));
      expect(third.rows.map(({ event }) => event.position)).toEqual([1]);
      expect(third.stoppedAt).toBeNull();
    }, 4));

  it("counts no further, and says that there may be more", () =>
    withLog((log) => {
      fill(log, 10);
      const { statusCodeClass, ...rest } = attemptQuery();
      const count = (fields: Partial<AttemptQuery>) =>
        log.attempts.count({ ...rest, statusCodeClass, ...fields });
      expect(count({})).toEqual({ count: 4, approximated: true });
      expect(count({ beforeMs: T0 + 3 * MINUTE })).toEqual({ count: 2, approximated: false });
      expect(count({ beforeMs: T0 + 3 * MINUTE, ...RARE })).toEqual({ count: 1, approximated: false });
      expect(count({ position: 9 })).toEqual({ count: 1, approximated: false });
    }, 4));

  it("finds what failed past any number of first tries that succeeded, among attempts and deliveries", () =>
    withLog((log) => {
      fill(log, 10);
      const query = { statuses: [2] };
      expect(log.attempts.list(attemptQuery(query)).rows.map(({ event }) => event.position)).toEqual([1]);
      expect(log.deliveries.list(deliveryQuery(query)).rows.map(({ event }) => event.position)).toEqual([1]);
    }, 4));

  it("stops among deliveries too, and goes on from there in both directions", () =>
    withLog((log) => {
      const last = 2 * LOG_SCAN_CHUNK + 10;
      fill(log, last);
      const down = deliveryQuery(RARE);
      const first = log.deliveries.list(down);
      expect(first.rows).toEqual([]);
      const { position, createdAtMs } = anEvent(last - LOG_SCAN_CHUNK + 1);
      expect(first.stoppedAt).toMatchObject({ position, createdAtMs });
      const second = log.deliveries.list({ ...down, from: position });
      const third = log.deliveries.list({ ...down, from: second.stoppedAt?.position ?? null });
      expect(third).toMatchObject({ rows: [{ event: { position: 1 }, status: 2 }], stoppedAt: null });
      const up = log.deliveries.list(deliveryQuery({ eventTypes: ["none"], ascending: true }));
      expect(up.stoppedAt?.position).toBe(LOG_SCAN_CHUNK);
    }, LOG_SCAN_CHUNK));
});

describe("how events stand", () => {
  const HOUR = 60 * MINUTE;
  const later = T0 + HOUR;

  /** One event of every kind; its position is in its name. */
  const fill = ({ queue }: Log) => {
    const wait = (position: number, attempts: number, fields: Partial<EventHeader> = {}) =>
      queue.addWaiting({ nextAtMs: later, position, attempts, event: anEvent(position, fields) });
    // 1 succeeded at its second attempt.
    recordAtOnce(queue, anAttempt(anEvent(1), { ...failed, nextAtMs: T0 + 2 * MINUTE }));
    recordAtOnce(queue, anAttempt(anEvent(1), { startedAtMs: T0 + 2 * MINUTE }));
    // 2 failed for good.
    recordAtOnce(queue, anAttempt(anEvent(2), failed));
    // 3 waits for its retry.
    recordAtOnce(queue, anAttempt(anEvent(3), { ...failed, nextAtMs: later }));
    wait(3, 1);
    // 4 is delayed.
    wait(4, 0, { deliverAtMs: later });
    // 5 was canceled before anything was sent, 6 afterwards.
    queue.cancel(anEvent(5), T0 + 9 * MINUTE);
    recordAtOnce(queue, anAttempt(anEvent(6), { ...failed, nextAtMs: later }));
    queue.cancel(anEvent(6), T0 + 9 * MINUTE);
    // 7 was canceled, and sent by hand later.
    queue.cancel(anEvent(7), T0 + 9 * MINUTE);
    recordAtOnce(queue, anAttempt(anEvent(7), { startedAtMs: T0 + 10 * MINUTE, trigger: 1 }));
    // 8 is delayed, and was sent by hand in vain.
    recordAtOnce(queue, anAttempt(anEvent(8), { ...failed, trigger: 1 }));
    wait(8, 0, { deliverAtMs: later });
    // 9 waits for its retry although it was sent by hand with success.
    recordAtOnce(queue, anAttempt(anEvent(9), { ...failed, nextAtMs: later }));
    wait(9, 1);
    recordAtOnce(queue, anAttempt(anEvent(9), { startedAtMs: T0 + 11 * MINUTE, trigger: 1 }));
  };

  it("tells each event's status and when it is due, once each", () =>
    withLog((log) => {
      fill(log);
      const { rows } = log.deliveries.list(deliveryQuery({ ascending: true }));
      expect(rows.map(({ event, status, nextAtMs }) => [event.position, status, nextAtMs])).toEqual([
        [1, 0, null],
        [2, 2, null],
        [3, 3, later],
        [4, 1, later],
        [5, 4, null],
        [6, 4, null],
        [7, 0, null],
        [8, 1, later],
        [9, 0, null],
      ]);
    }));

  it.each<{ name: string; query: Partial<DeliveryQuery>; positions: number[] }>([
    { name: "newest first", query: {}, positions: [9, 8, 7, 6, 5, 4, 3, 2, 1] },
    { name: "of one status", query: { statuses: [1] }, positions: [8, 4] },
    { name: "of several", query: { statuses: [2, 4] }, positions: [6, 5, 2] },
    { name: "of one event", query: { position: 5 }, positions: [5] },
    { name: "of an event it never had", query: { position: 10 }, positions: [] },
    { name: "beyond a position", query: { from: 4 }, positions: [3, 2, 1] },
    { name: "beyond a position upwards", query: { from: 4, ascending: true, count: 2 }, positions: [5, 6] },
    {
      name: "accepted from a time on, that one too",
      query: { afterMs: T0 + 5 * MINUTE },
      positions: [9, 8, 7, 6, 5],
    },
    { name: "accepted before a time", query: { beforeMs: T0 + 5 * MINUTE }, positions: [4, 3, 2, 1] },
    { name: "accepted after all of them", query: { afterMs: T0 + HOUR }, positions: [] },
    { name: "accepted before all of them", query: { beforeMs: T0 }, positions: [] },
    { name: "of an event type", query: { eventTypes: ["b"] }, positions: [] },
  ])("lists them $name", ({ query, positions }) =>
    withLog((log) => {
      fill(log);
      const { rows } = log.deliveries.list(deliveryQuery(query));
      expect(rows.map(({ event }) => event.position)).toEqual(positions);
    }),
  );

  it("finds events by time that were only ever canceled or delayed", () =>
    withLog(({ queue, deliveries }) => {
      for (const position of [1, 50]) queue.cancel(anEvent(position), T0);
      for (const position of [2, 51])
        queue.addWaiting({ nextAtMs: later, position, attempts: 0, event: anEvent(position) });
      recordAtOnce(queue, anAttempt(anEvent(20)));
      const list = (query: Partial<DeliveryQuery>) =>
        deliveries.list(deliveryQuery(query)).rows.map(({ event }) => event.position);
      expect(list({ afterMs: T0 + 10 * MINUTE })).toEqual([51, 50, 20]);
      expect(list({ beforeMs: T0 + 10 * MINUTE })).toEqual([2, 1]);
      expect(list({ afterMs: T0 + 30 * MINUTE })).toEqual([51, 50]);
      expect(list({ beforeMs: T0 + 51 * MINUTE })).toEqual([50, 20, 2, 1]);
    }));

  it("counts each delivery once: those that ended by when they were attempted, those that wait all", () =>
    withLog((log) => {
      fill(log);
      expect(log.deliveries.stats(T0, T0 + HOUR)).toEqual({
        success: 3,
        pending: 2,
        sending: 1,
        fail: 1,
        canceled: 2,
      });
      expect(log.deliveries.stats(T0 - HOUR, T0)).toEqual({
        success: 0,
        pending: 2,
        sending: 1,
        fail: 0,
        canceled: 0,
      });
    }));

  it("counts a delivery as failed in no range once it has succeeded in another", () =>
    withLog(({ queue, deliveries }) => {
      recordAtOnce(queue, anAttempt(anEvent(1), { ...failed, startedAtMs: T0 }));
      recordAtOnce(queue, anAttempt(anEvent(1), { startedAtMs: T0 + HOUR, trigger: 1 }));
      expect(deliveries.stats(T0, T0 + MINUTE)).toMatchObject({ success: 0, fail: 0 });
      expect(deliveries.stats(T0 + HOUR, T0 + 2 * HOUR)).toMatchObject({ success: 1, fail: 0 });
    }));

  it("counts a delivery as succeeded in each range with a success, by the schedule or by hand", () =>
    withLog(({ queue, deliveries }) => {
      recordAtOnce(queue, anAttempt(anEvent(1), { startedAtMs: T0 }));
      recordAtOnce(queue, anAttempt(anEvent(1), { startedAtMs: T0 + HOUR, trigger: 1 }));
      expect(deliveries.stats(T0, T0 + MINUTE).success).toBe(1);
      expect(deliveries.stats(T0 + HOUR, T0 + 2 * HOUR).success).toBe(1);
      expect(deliveries.stats(T0, T0 + 2 * HOUR).success).toBe(1);
    }));

  it("answers all about a delivery from the index, never walking the table of attempts", () =>
    withLog(({ exec }) => {
      const plan = (query: string) => exec(`EXPLAIN QUERY PLAN ${query}`).map((row) => String(row["detail"]));
      expect(plan("SELECT 1 FROM first_tries WHERE position = 1").join()).toContain("INTEGER PRIMARY KEY");
      expect(plan("SELECT 1 FROM attempts WHERE position = 1 AND status = 0").join()).toContain(
        "COVERING INDEX attempts_by_event",
      );
      expect(plan("SELECT position FROM waiting WHERE attempts = 0 AND position > 1").join()).toContain(
        "waiting_unattempted",
      );
    }));
});

it("a resend is not lost when an earlier one, canceled in flight, ends", () =>
  withLog(({ queue }) => {
    queue.addManualSend(1);
    const [inFlight] = queue.manualSends(10);
    queue.cancelManualSends();
    queue.addManualSend(2);
    queue.removeManualSend(inFlight?.id ?? 0);
    expect(queue.manualSends(10)).toMatchObject([{ position: 2 }]);
  }));

it("the state that an attempt's row keeps is found after a restart", () =>
  withLog(({ queue, exec }) => {
    queue.saveState({ ...queue.loadState(), position: 3, succeeded: 7, failed: 2 });
    const { startedAtMs, ...attempt } = anAttempt(anEvent(5));
    const start = queue.beginAttempt({ position: 5, startedAtMs, isFirst: true });
    expect(
      queue.recordAttempt({ ...attempt, start }, { position: 4, succeeded: 8, tally: EMPTY_TALLY }),
    ).toBe(true);
    expect(new Queue(exec).loadState()).toMatchObject({ position: 4, succeeded: 8, failed: 2 });
  }));

it("the state in the row of an attempt that was overtaken by many has to be saved: a restart does not find it", () =>
  withLog(({ queue, exec }) => {
    const { startedAtMs, ...attempt } = anAttempt(anEvent(1));
    const slow = queue.beginAttempt({ position: 1, startedAtMs, isFirst: true });
    for (let position = 2; position <= 150; position++) recordAtOnce(queue, anAttempt(anEvent(position)));
    expect(
      queue.recordAttempt({ ...attempt, start: slow }, { position: 0, succeeded: 150, tally: EMPTY_TALLY }),
    ).toBe(false);
    expect(new Queue(exec).loadState().succeeded).toBeLessThan(150);
  }));
