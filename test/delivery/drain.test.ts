import { describe, expect, it } from "vitest";
import {
  FIRST_PAUSE_MS,
  LOG_PAGE_EVENTS,
  MAX_PAUSE_MS,
  MAX_READY_EVENTS,
  SETTLE_DELAY_MS,
} from "../../src/core/limits/endpoint-object.ts";
import { OK, settleMicrotasks, withDrain } from "../support/drain-harness.ts";
import { answered } from "../support/outcomes.ts";

const positions = (sent: { position: number }[]) => sent.map(({ position }) => position);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

describe("taking", () => {
  it("sends hinted events at once, without reading the log", () =>
    withDrain({}, async (h) => {
      await h.meetAndSettle();
      const { logReads } = h;
      await h.publish(3);
      expect(positions(h.sent)).toEqual([1, 2, 3]);
      expect(h.logReads).toBe(logReads);
    }));

  it("finds events whose hints were lost when it settles", () =>
    withDrain({}, async (h) => {
      await h.meetAndSettle();
      h.append(2);
      await h.publish(1);
      expect(positions(h.sent)).toEqual([3]);
      await h.advance(SETTLE_DELAY_MS);
      expect(positions(h.sent)).toEqual([3, 1, 2]);
    }));

  it("takes repeated and reordered hints once", () =>
    withDrain({}, async (h) => {
      const events = h.append(3);
      const [first, second, third] = events;
      if (!first || !second || !third) return;
      await h.drain.hint(1, [third], 3);
      await h.drain.hint(1, [first, third], 3);
      await h.drain.hint(1, [second, first], 2);
      await h.advance(60_000);
      await h.drain.hint(1, events, 3);
      await h.advance(60_000);
      expect(positions(h.sent).toSorted()).toEqual([1, 2, 3]);
    }));

  it("skips events that its subscription did not match when they were accepted", () =>
    withDrain({ spans: [{ from: 1, filter: { eventTypes: ["x"], channels: null } }] }, async (h) => {
      h.append(1, { eventType: "y" });
      h.append(1, { eventType: "x" });
      await h.publish(1, { eventType: "y" });
      await h.advance(5000);
      expect(positions(h.sent)).toEqual([2]);
      expect(h.reports.at(-1)?.position).toBe(3);
    }));

  it("delivers a backlog far larger than memory, once each, in bounded pages", () =>
    withDrain({}, async (h) => {
      const count = LOG_PAGE_EVENTS + MAX_READY_EVENTS + 50;
      h.append(count);
      await h.drain.wake();
      await settleMicrotasks();
      await h.advance(60_000);
      expect(h.sent).toHaveLength(count);
      expect(new Set(positions(h.sent)).size).toBe(count);
      expect(h.reports.at(-1)?.position).toBe(count);
    }));

  it("tries again when the log cannot be read", () =>
    withDrain({}, async (h) => {
      h.append(1);
      h.failLog = true;
      await h.drain.wake();
      expect(h.alarmAtMs).not.toBeNull();
      h.failLog = false;
      await h.advance(10_000);
      expect(positions(h.sent)).toEqual([1]);
    }));

  it("records an event whose payload is gone as canceled", () =>
    withDrain({}, async (h) => {
      h.append(1, { payload: null });
      await h.drain.wake();
      await h.advance(5000);
      expect(h.standing()).toEqual({ 1: "canceled" });
      expect(h.reports.at(-1)?.position).toBe(1);
    }));

  it("holds an event back until its deliverAt, over a crash", () =>
    withDrain({}, async (h) => {
      await h.publish(1, { deliverAtMs: h.nowMs + 60_000 });
      await h.advance(10_000);
      expect(h.sent).toEqual([]);
      expect(h.standing()).toEqual({ 1: "pending" });
      h.crash();
      await h.advance(49_000);
      expect(h.sent).toEqual([]);
      await h.advance(2000);
      expect(positions(h.sent)).toEqual([1]);
    }));
});

describe("crashes", () => {
  it("delivers again what was in flight and not recorded (invariant 3)", () =>
    withDrain({}, async (h) => {
      h.answer = null;
      await h.publish(3);
      expect(h.open).toHaveLength(3);
      h.crash({ byAlarm: true });
      h.answer = () => OK;
      await h.advance(60_000);
      await h.fireAlarm();
      expect(h.standing()).toEqual({ 1: "success", 2: "success", 3: "success" });
    }));

  it("has its alarm armed before the first request leaves (invariant 7)", () =>
    withDrain({}, async (h) => {
      h.answer = () => {
        expect(h.alarmAtMs).not.toBeNull();
        return OK;
      };
      await h.publish(1);
      expect(h.sent).toHaveLength(1);
    }));

  it("does not send again what was recorded", () =>
    withDrain({}, async (h) => {
      await h.publish(2);
      h.crash({ byAlarm: true });
      await h.fireAlarm();
      await h.advance(60_000);
      expect(positions(h.sent)).toEqual([1, 2]);
    }));

  it("keeps a waiting retry", () =>
    withDrain({}, async (h) => {
      h.answer = (_, attempt) => (attempt === 1 ? answered(500) : OK);
      await h.publish(1);
      h.crash();
      await h.advance(4999);
      expect(h.sent).toHaveLength(1);
      await h.advance(2000);
      expect(h.standing()).toEqual({ 1: "success" });
    }));
});

describe("retrying", () => {
  it("follows the schedule and ends as failed", () =>
    withDrain({}, async (h) => {
      h.answer = () => answered(503);
      const start = h.nowMs;
      await h.publish(1);
      await h.advance(3_600_000);
      expect(h.sent.map(({ atMs }) => Math.round((atMs - start) / 1000))).toEqual([0, 5, 305]);
      expect(h.standing()).toEqual({ 1: "fail" });
    }));

  it("does not retry what the dialect calls permanent, and disables on 410", () =>
    withDrain({}, async (h) => {
      h.answer = () => answered(410);
      await h.publish(1);
      await h.advance(60_000);
      expect(h.sent).toHaveLength(1);
      expect(h.config.state).toBe("disabled");
      await h.publish(1);
      await h.advance(60_000);
      expect(h.sent).toHaveLength(1);
    }));

  it("waits as long as Retry-After says, within twice the delay", () =>
    withDrain({}, async (h) => {
      h.answer = (_, attempt) => (attempt === 1 ? answered(429, { retryAfter: "9" }) : OK);
      await h.publish(1);
      await h.advance(8500);
      expect(h.sent).toHaveLength(1);
      await h.advance(1500);
      expect(h.sent).toHaveLength(2);
    }));

  it("makes a resend by hand one attempt outside the schedule", () =>
    withDrain({}, async (h) => {
      h.answer = () => answered(500);
      await h.publish(1);
      await h.advance(3_600_000);
      h.drain.resend(1);
      await h.advance(3_600_000);
      expect(h.sent).toHaveLength(4);
      h.answer = () => OK;
      h.drain.resend(1);
      await h.advance(10_000);
      expect(h.standing()).toEqual({ 1: "success" });
    }));

  it("keeps a resend over a crash", () =>
    withDrain({}, async (h) => {
      await h.publish(1);
      await h.advance(60_000);
      h.drain.resend(1);
      h.crash();
      await h.advance(10_000);
      expect(positions(h.sent).filter((position) => position === 1).length).toBeGreaterThanOrEqual(2);
    }));
});

describe("concurrency", () => {
  it("never has more requests in flight than the policy allows (invariant 5)", () =>
    withDrain({ policy: { concurrency: 2 } }, async (h) => {
      h.answer = null;
      await h.publish(5);
      const seen: number[] = [];
      while (h.open.length > 0) {
        seen.push(h.open.length);
        await h.open[0]?.finish(OK);
      }
      expect(Math.max(...seen)).toBe(2);
      expect(positions(h.sent)).toEqual([1, 2, 3, 4, 5]);
    }));

  it("does not let one stuck request hold up the others", () =>
    withDrain({}, async (h) => {
      h.answer = null;
      await h.publish(20);
      for (let i = 0; i < 19; i++) await h.open[1]?.finish(OK);
      expect(h.open.map(({ position }) => position)).toEqual([1]);
    }));
});

describe("order", () => {
  const fifo = { policy: { ordering: "fifo" as const } };

  it("has one event in flight and sends in the log's order, whatever the hints say", () =>
    withDrain(fifo, async (h) => {
      h.answer = null;
      const events = h.append(4);
      await h.drain.hint(1, events.slice(2), 4);
      await settleMicrotasks();
      for (let i = 0; i < 4; i++) {
        expect(h.open).toHaveLength(1);
        await h.open[0]?.finish(OK);
      }
      expect(positions(h.sent)).toEqual([1, 2, 3, 4]);
    }));

  it("attempts no later event before an earlier one has ended (invariant 5)", () =>
    withDrain(fifo, async (h) => {
      h.answer = (position, attempt) => (position === 2 && attempt < 3 ? answered(500) : OK);
      await h.publish(4);
      await h.publish(2);
      await h.advance(3_600_000);
      expect(positions(h.sent)).toEqual([1, 2, 2, 2, 3, 4, 5, 6]);
    }));

  it("keeps the order over crashes at any moment", () =>
    withDrain(fifo, async (h) => {
      h.answer = (position, attempt) => (attempt === 1 && position % 2 === 0 ? answered(500) : OK);
      h.append(10);
      for (let i = 0; i < 40; i++) {
        h.crash({ byAlarm: true });
        await h.fireAlarm();
        await h.advance(1500);
      }
      const firsts = positions(h.sent).filter((position, i, all) => all.indexOf(position) === i);
      expect(firsts).toEqual(range(1, 10));
      const ends = positions(h.sent).map((position, i, all) => [position, all.lastIndexOf(position) === i]);
      expect(ends.filter(([, last]) => last).map(([position]) => position)).toEqual(range(1, 10));
    }));
});

describe("a failure of our own", () => {
  it("costs one round of attempts in ever longer pauses up to five minutes, and ends by itself", () =>
    withDrain({}, async (h) => {
      h.answer = () => {
        throw new Error("the secrets cannot be opened");
      };
      await h.publish(20);
      for (let minute = 0; minute < 60; minute++) {
        await h.publish(1);
        await h.advance(60_000);
      }
      // Pauses of 5, 10, 20 … 300 seconds: 6 until the longest, then 12 an hour, of 6 attempts each.
      expect(h.errors.length).toBeLessThanOrEqual(6 * 18);
      expect(h.errors.length).toBeGreaterThan(6 * 12);
      h.answer = () => OK;
      await h.advance(MAX_PAUSE_MS);
      expect(Object.values(h.standing())).toEqual(Array.from({ length: 80 }, () => "success"));
      // The next one begins with a short pause again.
      h.answer = (_, attempt) => {
        if (attempt === 1) throw new Error("the secrets cannot be opened");
        return OK;
      };
      await h.publish(1);
      await h.advance(FIRST_PAUSE_MS + SETTLE_DELAY_MS);
      expect(h.standing()[81]).toBe("success");
    }));

  it("costs no more when the object dies in every pause, as one with nothing to do does", () =>
    withDrain({}, async (h) => {
      h.answer = () => {
        throw new Error("the secrets cannot be opened");
      };
      await h.publish(20);
      for (let minute = 0; minute < 60; minute++) {
        await h.publish(1);
        await h.advance(50_000);
        h.crash();
        await h.advance(10_000);
      }
      expect(h.errors.length).toBeLessThanOrEqual(6 * 18);
      h.answer = () => OK;
      await h.advance(MAX_PAUSE_MS);
      expect(Object.values(h.standing())).toEqual(Array.from({ length: 80 }, () => "success"));
      h.crash();
      await h.publish(1);
      expect(h.standing()[81]).toBe("success");
    }));

  it("costs few attempts, however much waits, and a new configuration ends it", () =>
    withDrain({}, async (h) => {
      h.answer = () => {
        throw new Error("the secrets cannot be opened");
      };
      await h.publish(200);
      await h.advance(20_000);
      await h.publish(200);
      await h.advance(20_000);
      expect(h.errors.length).toBeLessThanOrEqual(6 * 9);
      h.answer = () => OK;
      await h.changeConfig({});
      await h.advance(5000);
      expect(Object.values(h.standing())).toEqual(Array.from({ length: 400 }, () => "success"));
    }));
});

describe("the backlog", () => {
  it("counts what the log holds for the endpoint and it has not taken", () =>
    withDrain({ ratePerSecond: 1 }, async (h) => {
      await h.meetAndSettle();
      await h.publish(5);
      h.append(5);
      expect(await h.drain.backlog()).toBe(10 - h.sent.length);
      await h.advance(60_000);
      expect(await h.drain.backlog()).toBe(0);
    }));
});

describe("rate", () => {
  it("never sends more than the rate and one burst over any window (invariant 6)", () =>
    withDrain({ ratePerSecond: 10 }, async (h) => {
      h.append(100);
      await h.drain.wake();
      await h.advance(30_000);
      expect(h.sent).toHaveLength(100);
      for (const windowMs of [100, 1000, 5000]) {
        for (const { atMs } of h.sent) {
          const inWindow = h.sent.filter((other) => other.atMs >= atMs && other.atMs < atMs + windowMs);
          expect(inWindow.length).toBeLessThanOrEqual((10 * windowMs) / 1000 + 10);
        }
      }
    }));

  it("holds over crashes", () =>
    withDrain({ ratePerSecond: 10 }, async (h) => {
      h.append(60);
      for (let i = 0; i < 40; i++) {
        h.crash({ byAlarm: true });
        await h.fireAlarm();
        await h.advance(150);
      }
      const spanMs = 40 * 150;
      expect(h.sent.length).toBeLessThanOrEqual((10 * spanMs) / 1000 + 10);
      await h.advance(60_000);
      expect(new Set(positions(h.sent)).size).toBe(60);
    }));
});

describe("configuration", () => {
  it("is in force from the next attempt (invariant 8)", () =>
    withDrain({}, async (h) => {
      h.answer = (_, attempt) => (attempt === 1 ? answered(500) : OK);
      await h.publish(1);
      await h.changeConfig({ url: "https://new.example/" });
      await h.advance(10_000);
      expect(h.sent).toHaveLength(2);
      expect(h.drain.ledger.config?.url).toBe("https://new.example/");
    }));

  it("cancels what was pending when the endpoint is disabled, and says so", () =>
    withDrain({}, async (h) => {
      h.answer = (position) => (position === 1 ? OK : answered(500));
      await h.publish(2);
      h.append(1);
      await h.changeConfig({
        state: "disabled",
        spans: [
          { from: 1, filter: { eventTypes: null, channels: null } },
          { from: 4, filter: null },
        ],
      });
      h.append(1);
      await h.advance(3_600_000);
      expect(positions(h.sent)).toEqual([1, 2]);
      expect(h.standing()).toEqual({ 1: "success", 2: "canceled", 3: "canceled" });
      expect(h.reports.at(-1)?.position).toBe(4);
    }));

  it("does not bring canceled deliveries back when the endpoint is enabled again, nor send what came in between", () =>
    withDrain({}, async (h) => {
      h.answer = () => answered(500);
      await h.publish(1);
      h.append(1);
      await h.changeConfig({
        spans: [
          { from: 1, filter: { eventTypes: null, channels: null } },
          { from: 2, filter: null },
          { from: 3, filter: { eventTypes: null, channels: null } },
        ],
      });
      h.answer = () => OK;
      await h.publish(1);
      await h.advance(3_600_000);
      expect(positions(h.sent)).toEqual([1, 3]);
      expect(h.standing()).toEqual({ 1: "canceled", 3: "success" });
    }));

  it("records an attempt that was in flight when the endpoint was disabled, and cancels its retry", () =>
    withDrain({}, async (h) => {
      h.answer = null;
      await h.publish(1);
      await h.changeConfig({
        state: "disabled",
        spans: [
          { from: 1, filter: { eventTypes: null, channels: null } },
          { from: 2, filter: null },
        ],
      });
      await h.open[0]?.finish(answered(500));
      await h.advance(3_600_000);
      expect(h.sent).toHaveLength(1);
      expect(h.standing()).toEqual({ 1: "canceled" });
    }));
});

describe("a receiver that is down", () => {
  const DOWN = { kind: "timeout", timeoutMs: 15_000 } as const;

  it("costs one probe at growing intervals instead of a timeout for every event, and gets all when it is back", () =>
    withDrain({ policy: { retrySchedule: [5, 5, 5, 5] } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(10);
      await h.advance(70_000);
      await h.publish(10);
      await h.advance(30_000);
      expect(h.drain.ledger.breaker?.openUntilMs).not.toBeNull();
      await h.publish(100);
      const { length } = h.sent;
      await h.advance(3_600_000);
      expect(h.sent.length - length).toBeLessThan(12);
      h.answer = () => OK;
      await h.advance(3_600_000);
      const standing = Object.values(h.standing());
      expect(standing).toHaveLength(120);
      expect(standing.filter((status) => status === "success").length).toBeGreaterThanOrEqual(100);
      expect(h.drain.ledger.breaker).toBeNull();
    }));

  it("lets the object sleep between probes", () =>
    withDrain({ policy: { retrySchedule: [5, 5, 5, 5] } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(10);
      await h.advance(100_000);
      await h.publish(50);
      await h.advance(100_000);
      const { armings, logReads } = h;
      await h.advance(3_600_000);
      expect(h.armings - armings).toBeLessThan(60);
      expect(h.logReads - logReads).toBeLessThan(20);
    }));

  it("keeps its breaker over a crash, and a change of address closes it", () =>
    withDrain({ policy: { retrySchedule: [5, 5, 5, 5, 5] } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(10);
      await h.advance(70_000);
      await h.publish(10);
      await h.advance(100_000);
      h.crash();
      expect(h.drain.ledger.breaker?.openUntilMs).not.toBeNull();
      h.answer = () => OK;
      await h.changeConfig({ url: "https://elsewhere.example/" });
      await h.publish(1);
      expect(h.sent.at(-1)?.position).toBe(21);
    }));

  it("tries a resend by hand at once", () =>
    withDrain({ policy: { retrySchedule: [5, 5, 5, 5, 5] } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(10);
      await h.advance(70_000);
      await h.publish(10);
      await h.advance(100_000);
      const { length } = h.sent;
      h.drain.resend(1);
      await h.advance(2000);
      expect(h.sent.length).toBeGreaterThan(length);
    }));
});

describe("cost", () => {
  it("goes quiet when all is done: position reported, no alarm, and a note for the sweep when retention ends", () =>
    withDrain({}, async (h) => {
      await h.publish(5);
      await h.advance(60_000);
      expect(h.reports).toHaveLength(1);
      expect(h.reports[0]).toMatchObject({ position: 5, waiting: 0, succeeded: 5, failed: 0 });
      expect(h.alarmAtMs).toBeNull();
      expect((h.reports[0]?.dueAtMs ?? 0) - h.nowMs).toBeGreaterThan(80 * 86_400_000);
    }));

  it("does not spin while many retries are due and the receiver is slow", () =>
    withDrain({}, async (h) => {
      h.answer = () => answered(500);
      await h.publish(200);
      h.answer = null;
      await h.advance(5000);
      const { armings, logReads } = h;
      await h.advance(20_000);
      expect(h.armings - armings).toBeLessThan(40);
      expect(h.logReads - logReads).toBeLessThan(40);
    }));

  it("does not spin while an ordered endpoint waits for a retry", () =>
    withDrain({ policy: { ordering: "fifo" } }, async (h) => {
      h.answer = () => answered(500);
      await h.publish(200);
      await h.advance(10_000);
      const { armings, logReads } = h;
      await h.advance(200_000);
      expect(h.armings - armings).toBeLessThan(10);
      expect(h.logReads - logReads).toBeLessThan(10);
    }));
});

describe("what the agent has acknowledged", () => {
  it("is not retried, and counts as canceled", () =>
    withDrain({ policy: { retrySchedule: [60, 60] } }, async (h) => {
      h.answer = () => answered(500);
      await h.publish(3);
      await h.advance(2000);
      h.drain.acknowledged([[1, 2]]);
      await h.advance(400_000);
      expect(h.sent.map(({ position }) => position)).toEqual([1, 2, 3, 3, 3]);
      expect(h.queue.countWaiting()).toBe(0);
    }));

  it("is not retried either when its attempt was in flight", () =>
    withDrain({ policy: { retrySchedule: [60] } }, async (h) => {
      h.answer = () => {
        h.drain.acknowledged([[1, 1]]);
        return answered(500);
      };
      await h.publish(1);
      await h.advance(400_000);
      expect(h.sent).toHaveLength(1);
    }));

  it("does not hold up what comes after it in order", () =>
    withDrain({ policy: { ordering: "fifo", retrySchedule: [3600] } }, async (h) => {
      h.answer = (position) => (position === 1 ? answered(500) : OK);
      await h.publish(3);
      await h.advance(5000);
      expect(h.sent.map(({ position }) => position)).toEqual([1]);
      h.drain.acknowledged([[1, 1]]);
      await h.advance(5000);
      expect(h.sent.map(({ position }) => position)).toEqual([1, 2, 3]);
    }));
});
