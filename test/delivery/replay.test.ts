import { describe, expect, it } from "vitest";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import { LOG_PAGE_EVENTS, MAX_READY_EVENTS } from "../../src/core/limits/endpoint-object.ts";
import { cancelBefore } from "../../src/core/matching.ts";
import { ANY_DELIVERY, type ReplayOrder } from "../../src/core/replay.ts";
import { type Harness, OK, settleMicrotasks, withDrain } from "../support/drain-harness.ts";
import { answered } from "../support/outcomes.ts";

const ALL = { eventTypes: null, channels: null };
const ONCE = { policy: { retrySchedule: [], breaker: "off" as const } };
const FAILED = answered(500);

const positions = (sent: { position: number }[]) => sent.map(({ position }) => position);
const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i);

function order(fields: Partial<ReplayOrder> & Pick<ReplayOrder, "upTo">): ReplayOrder {
  return { taskId: "qtask_1", kind: "endpoint.recover", after: 0, filter: ANY_DELIVERY, ...fields };
}

async function replay(h: Harness, fields: Partial<ReplayOrder> = {}): Promise<number[]> {
  const before = h.sent.length;
  await h.drain.replay(order({ upTo: h.events.length, ...fields }));
  await settleMicrotasks();
  await h.advance(5000);
  return positions(h.sent.slice(before));
}

const told = (h: Harness, taskId = "qtask_1") => h.replays.get(taskId);

async function stopAndGoOn(h: Harness): Promise<void> {
  const from = h.events.length + 1;
  const spans: EndpointConfig["spans"] = [...h.config.spans, { from, filter: null }];
  await h.changeConfig({ state: "disabled", spans });
  await h.changeConfig({ state: "enabled", spans: [...spans, { from, filter: ALL }] });
}

describe("a replay", () => {
  it("recovers what failed, in the log's order, and tells how it ended", () =>
    withDrain(ONCE, async (h) => {
      await h.meetAndSettle();
      h.answer = (position) => (position % 2 === 0 ? FAILED : OK);
      await h.publish(6);
      h.answer = () => OK;
      expect(await replay(h)).toEqual([2, 4, 6]);
      expect(told(h)).toMatchObject({
        status: "finished",
        data: { messagesSent: 3, messagesSkipped: 0, progress: { done: 6, total: 6 } },
      });
      expect(Object.values(h.standing())).toEqual(Array(6).fill("success"));
      expect(await replay(h, { taskId: "qtask_2" })).toEqual([]);
      expect(told(h, "qtask_2")).toMatchObject({ status: "finished", data: { messagesSent: 0 } });
    }));

  it("is begun once, however often it is asked for, also after its end", () =>
    withDrain(ONCE, async (h) => {
      await h.meetAndSettle();
      h.answer = () => FAILED;
      await h.publish(2);
      expect(await replay(h)).toEqual([1, 2]);
      expect(await replay(h)).toEqual([]);
      h.crash();
      expect(await replay(h)).toEqual([]);
    }));

  it("sends what was never attempted: from before the endpoint, refused by its filter, while it was disabled", () =>
    withDrain({ spans: [{ from: 3, filter: { eventTypes: ["x"], channels: null } }] }, async (h) => {
      h.append(2);
      await h.meetAndSettle();
      await h.publish(1);
      await h.publish(1, { eventType: "x" });
      await h.changeConfig({ spans: [...h.config.spans, { from: 5, filter: ALL }] });
      const off = [...h.config.spans, { from: 5, filter: null }];
      await h.changeConfig({ state: "disabled", spans: off });
      await h.publish(1);
      await h.changeConfig({ state: "enabled", spans: [...off, { from: 6, filter: ALL }] });
      await h.publish(1);
      await h.advance(5000);
      expect(positions(h.sent)).toEqual([4, 6]);
      expect(await replay(h, { kind: "endpoint.replay" })).toEqual([1, 2, 3, 5]);
    }));

  it("runs through the schedule anew, though the endpoint was stopped after the event", () =>
    withDrain({ policy: { retrySchedule: [60, 300] } }, async (h) => {
      await h.meetAndSettle();
      h.answer = () => answered(410);
      await h.publish(1);
      await stopAndGoOn(h);
      h.answer = () => FAILED;
      expect(await replay(h)).toEqual([1]);
      await h.changeConfig({ url: "https://receiver.example/other" });
      await h.advance(400_000);
      expect(h.sent).toHaveLength(4);
      expect(h.standing()).toEqual({ 1: "fail" });
    }));

  it("ends with the endpoint: what it had in hand and what it would retry is canceled", () =>
    withDrain({ ratePerSecond: 1, policy: { retrySchedule: [300], breaker: "off" } }, async (h) => {
      h.append(20);
      h.config = { ...h.config, spans: [{ from: 21, filter: ALL }] };
      await h.meetAndSettle();
      h.answer = () => FAILED;
      const sent = await replay(h, { kind: "endpoint.replay" });
      expect(sent.length).toBeLessThan(20);
      await h.changeConfig({ state: "disabled", spans: [...h.config.spans, { from: 21, filter: null }] });
      await h.advance(1_000_000);
      expect(h.sent).toHaveLength(sent.length);
      expect(told(h)).toMatchObject({ status: "failed", data: { messagesSent: sent.length } });
      expect(told(h)?.data.error).toContain("disabled");
      expect(new Set(Object.values(h.standing()))).toEqual(new Set(["canceled"]));
      expect(h.alarmAtMs).toBeNull();
    }));

  it("skips what pending messages were canceled of, and finishes the rest", () =>
    withDrain({ ratePerSecond: 1 }, async (h) => {
      h.append(10);
      h.config = { ...h.config, spans: [{ from: 11, filter: ALL }] };
      await h.meetAndSettle();
      const sent = await replay(h, { kind: "endpoint.replay" });
      await h.changeConfig({ spans: cancelBefore(h.config.spans, 9, 0) });
      await h.advance(60_000);
      expect(positions(h.sent)).toEqual([...sent, 9, 10]);
      expect(told(h)?.status).toBe("failed");
    }));

  it("skips messages whose payloads are gone and counts them; how they ended stays", () =>
    withDrain(ONCE, async (h) => {
      await h.meetAndSettle();
      h.answer = () => FAILED;
      await h.publish(3);
      h.events = h.events.map((event) => (event.position === 2 ? { ...event, payload: null } : event));
      expect(await replay(h)).toEqual([1, 3]);
      expect(told(h)).toMatchObject({ status: "finished", data: { messagesSent: 2, messagesSkipped: 1 } });
      expect(h.standing()).toEqual({ 1: "fail", 2: "fail", 3: "fail" });
    }));

  it("loses nothing and repeats only what was in flight when the object dies", () =>
    withDrain({ ...ONCE, ratePerSecond: 100 }, async (h) => {
      const count = 250;
      h.append(count);
      h.config = { ...h.config, spans: [{ from: count + 1, filter: ALL }] };
      await h.meetAndSettle();
      await h.drain.replay(order({ upTo: count, kind: "endpoint.replay" }));
      await settleMicrotasks();
      expect(h.sent.length).toBeGreaterThan(50);
      expect(h.sent.length).toBeLessThan(count);
      h.crash({ byAlarm: true });
      await h.fireAlarm();
      await h.advance(10_000);
      expect(new Set(positions(h.sent))).toEqual(new Set(range(1, count)));
      expect(h.sent.length).toBeLessThanOrEqual(count + 6);
      expect(told(h)).toMatchObject({ status: "finished", data: { messagesSent: count } });
    }));

  it("goes on beside what is published, page by page, far beyond what memory holds", () =>
    withDrain({}, async (h) => {
      const count = LOG_PAGE_EVENTS + MAX_READY_EVENTS + 50;
      h.append(count);
      h.config = { ...h.config, spans: [{ from: count + 1, filter: ALL }] };
      await h.meetAndSettle();
      await h.drain.replay(order({ upTo: count, kind: "endpoint.replay" }));
      await h.publish(10);
      await h.advance(60_000);
      expect(positions(h.sent).toSorted((a, b) => a - b)).toEqual(range(1, count + 10));
      expect(told(h)).toMatchObject({ status: "finished", data: { messagesSent: count } });
    }));

  it("in order, sends one at a time, and nothing while something waits for its retry", () =>
    withDrain({ policy: { ordering: "fifo", retrySchedule: [5], breaker: "off" } }, async (h) => {
      h.append(3);
      h.config = { ...h.config, spans: [{ from: 4, filter: ALL }] };
      await h.meetAndSettle();
      h.answer = (position, attempt) => (position === 2 && attempt === 1 ? FAILED : OK);
      await h.drain.replay(order({ upTo: 3, kind: "endpoint.replay" }));
      await settleMicrotasks();
      await h.publish(1);
      await h.advance(60_000);
      expect(positions(h.sent)).toEqual([1, 2, 2, 3, 4]);
      expect(told(h)?.status).toBe("finished");
    }));

  it("tells its end once D1 can be told", () =>
    withDrain(ONCE, async (h) => {
      await h.meetAndSettle();
      h.answer = () => FAILED;
      await h.publish(1);
      h.failTelling = true;
      await replay(h);
      expect(told(h)).toBeUndefined();
      h.crash();
      h.failTelling = false;
      await h.fireAlarm();
      await h.advance(10_000);
      expect(told(h)).toMatchObject({ status: "finished", data: { messagesSent: 1 } });
    }));
});
