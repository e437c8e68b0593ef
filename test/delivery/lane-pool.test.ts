import { expect, it } from "vitest";
import {
  LANE_REST_MS,
  MAX_CONCURRENCY,
  REQUESTS_PER_OBJECT,
  SENDER_LANES,
} from "../../src/core/limits/delivery.ts";
import { Deadlines } from "../../src/delivery/deadlines.ts";
import { type LaneCall, LaneLostError, LanePool, type LaneResult } from "../../src/delivery/lane-pool.ts";
import type { SentAttempt } from "../../src/delivery/ledger.ts";
import { aConfig, OK, settleMicrotasks } from "../support/drain-harness.ts";

type Called = LaneCall & {
  lane: number;
  answer(results: LaneResult[]): Promise<void>;
  fail(): Promise<void>;
};

const SENT: SentAttempt = {
  outcome: OK,
  durationMs: 1,
  url: "https://receiver.example/",
  requestHeaders: {},
};
const LEASE_MS = 22_000;

function aPool(concurrency: number = MAX_CONCURRENCY) {
  const { policy, ...rest } = aConfig({});
  const config = { ...rest, policy: { ...policy, concurrency } };
  const clock = { nowMs: 0, timer: null as { atMs: number; fire: () => void } | null };
  const here: (() => void)[] = [];
  const calls: Called[] = [];
  const ends: string[] = [];
  const pool = new LanePool({
    sendHere: () => new Promise((resolve) => here.push(() => resolve(SENT))),
    callLane: (lane, call) => {
      const { promise, resolve, reject } = Promise.withResolvers<LaneResult[]>();
      calls.push({
        ...call,
        lane,
        answer(results) {
          resolve(results);
          return settleMicrotasks();
        },
        fail() {
          reject(new Error("broken"));
          return settleMicrotasks();
        },
      });
      return promise;
    },
    deadlines: new Deadlines({
      nowMs: () => clock.nowMs,
      setTimer: (delayMs, fire) => {
        clock.timer = { atMs: clock.nowMs + delayMs, fire };
        return () => {
          clock.timer = null;
        };
      },
    }),
    nowMs: () => clock.nowMs,
  });
  const passTo = async (atMs: number) => {
    clock.nowMs = atMs;
    if (clock.timer !== null && clock.timer.atMs <= atMs) clock.timer.fire();
    await settleMicrotasks();
  };
  let position = 0;
  const send = async (count: number) => {
    for (let n = 0; n < count && pool.canSend(concurrency); n++) {
      const at = ++position;
      pool.send(anEvent(at), config).then(
        () => ends.push(`${at} sent`),
        (error) => ends.push(`${at} ${error instanceof LaneLostError ? "lost" : "failed"}`),
      );
    }
    await settleMicrotasks();
  };
  return { pool, clock, here, calls, ends, passTo, send };
}

function anEvent(position: number) {
  return {
    position,
    createdAtMs: 0,
    eventType: "a",
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payload: "{}",
  };
}

const sizes = (calls: Called[]) => calls.map(({ lane, events }) => `${lane}: ${events.length}`);

it("sends the first six itself and gives what is beyond to lanes, in one call each", async () => {
  const { here, calls, send } = aPool(20);
  await send(20);
  expect(here).toHaveLength(REQUESTS_PER_OBJECT);
  expect(sizes(calls)).toEqual(["1: 6", "2: 6", "3: 2"]);
});

it("uses no lane for a concurrency of six, and has somebody for each of sixty", async () => {
  const six = aPool(REQUESTS_PER_OBJECT);
  await six.send(10);
  expect([six.here.length, six.calls.length]).toEqual([REQUESTS_PER_OBJECT, 0]);
  const sixty = aPool();
  await sixty.send(100);
  expect(sixty.here).toHaveLength(REQUESTS_PER_OBJECT);
  expect(sizes(sixty.calls)).toEqual(Array.from({ length: SENDER_LANES }, (_, n) => `${n + 1}: 6`));
});

it("ends each attempt when the lane reports it, not with its batch, and gives its place away", async () => {
  const { calls, ends, send } = aPool(12);
  await send(12);
  calls[0]?.report([{ index: 3, sent: SENT, error: "" }]);
  await settleMicrotasks();
  expect(ends).toEqual(["10 sent"]);
  await send(5);
  expect(sizes(calls)).toEqual(["1: 6", "1: 1"]);
});

it("passes on an error of our own as that, not as a loss", async () => {
  const { calls, ends, send } = aPool(12);
  await send(7);
  await calls[0]?.answer([{ index: 0, sent: null, error: "no master key" }]);
  expect(ends).toEqual(["7 failed"]);
});

it("gives back what a lane that failed has not reported, and leaves it alone for a while", async () => {
  const { calls, ends, send, passTo } = aPool(12);
  await send(9);
  calls[0]?.report([{ index: 0, sent: SENT, error: "" }]);
  await calls[0]?.fail();
  expect(ends).toEqual(["7 sent", "8 lost", "9 lost"]);
  await send(1);
  expect(calls.at(-1)?.lane).toBe(2);
  await calls.at(-1)?.answer([{ index: 0, sent: SENT, error: "" }]);
  await passTo(LANE_REST_MS);
  await send(1);
  expect(calls.at(-1)?.lane).toBe(1);
});

it("gives back what a lane has not reported when the lease ends, and counts no later report", async () => {
  const { calls, ends, send, passTo } = aPool(12);
  await send(8);
  await passTo(LEASE_MS - 1);
  expect(ends).toEqual([]);
  await passTo(LEASE_MS);
  expect(ends).toEqual(["7 lost", "8 lost"]);
  calls[0]?.report([{ index: 0, sent: SENT, error: "" }]);
  await calls[0]?.answer([{ index: 1, sent: SENT, error: "" }]);
  await passTo(LEASE_MS + LANE_REST_MS);
  await send(20);
  expect(ends).toEqual(["7 lost", "8 lost"]);
  expect(sizes(calls)).toEqual(["1: 2", "1: 6"]);
});

it("holds nothing against a lane that has answered without one of its results, but the result", async () => {
  const { calls, ends, send } = aPool(12);
  await send(8);
  await calls[0]?.answer([{ index: 1, sent: SENT, error: "" }]);
  expect(ends).toEqual(["8 sent", "7 lost"]);
});

it("goes on with its own six when every lane is lost", async () => {
  const { calls, here, ends, send } = aPool();
  await send(60);
  for (const call of calls.slice()) await call.fail();
  expect(ends.filter((end) => end.endsWith("lost"))).toHaveLength(54);
  await send(60);
  expect(calls).toHaveLength(SENDER_LANES);
  here[0]?.();
  await settleMicrotasks();
  await send(60);
  expect(here).toHaveLength(REQUESTS_PER_OBJECT + 1);
});

it("keeps no timer when nothing is leased", async () => {
  const { clock, calls, send } = aPool(12);
  await send(7);
  expect(clock.timer).not.toBeNull();
  await calls[0]?.answer([{ index: 0, sent: SENT, error: "" }]);
  expect(clock.timer).toBeNull();
});
