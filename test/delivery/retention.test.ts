import { describe, expect, it } from "vitest";
import { PURGE_INTERVAL_MS, RETENTION_MS } from "../../src/core/limits/upkeep.ts";
import { type Harness, withDrain } from "../support/drain-harness.ts";
import { answered } from "../support/outcomes.ts";

const LONG_AFTER_MS = RETENTION_MS + 2 * PURGE_INTERVAL_MS;

async function publishOneByOne(harness: Harness, count: number): Promise<void> {
  for (let n = 0; n < count; n++) {
    await harness.publish(1);
    await harness.advance(3000);
  }
}

/** The object was away; the sweep wakes it for what retention has ended. */
async function wakeAfterRetention(harness: Harness): Promise<void> {
  harness.crash();
  harness.nowMs += LONG_AFTER_MS;
  await harness.drain.catchUp();
  await harness.advance(60_000);
}

describe("what retention ends", () => {
  it("is not sent again by an object that started behind it, though the log still holds it", () =>
    withDrain({}, async (harness) => {
      await harness.meetAndSettle();
      await publishOneByOne(harness, 5);
      expect(harness.queue.loadState().position).toBeLessThan(5);
      await wakeAfterRetention(harness);
      expect(harness.sent.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
      expect(harness.standing()).toEqual({});
      expect(harness.queue.loadState().position).toBe(5);
    }));

  it("is kept while the log cannot be read, and goes once it can", () =>
    withDrain({}, async (harness) => {
      await harness.meetAndSettle();
      await publishOneByOne(harness, 2);
      harness.failLog = true;
      await wakeAfterRetention(harness);
      expect(harness.standing()).toEqual({ 1: "success", 2: "success" });
      harness.failLog = false;
      await harness.advance(60_000);
      expect(harness.standing()).toEqual({});
      expect(harness.sent.length).toBe(2);
    }));

  it("is removed of failed, canceled and delivered events alike", () =>
    withDrain({ policy: { retrySchedule: [300] } }, async (harness) => {
      await harness.meetAndSettle();
      harness.answer = (position) => (position === 2 ? answered(500) : answered(200));
      await publishOneByOne(harness, 3);
      await harness.changeConfig({
        state: "disabled",
        spans: [...harness.config.spans, { from: 4, filter: null }],
      });
      expect(harness.standing()).toEqual({ 1: "success", 2: "canceled", 3: "success" });
      await wakeAfterRetention(harness);
      expect(harness.standing()).toEqual({});
      expect(harness.queue.oldestLoggedAtMs()).toBeNull();
    }));

  it("leaves what was attempted since", () =>
    withDrain({}, async (harness) => {
      await harness.meetAndSettle();
      await publishOneByOne(harness, 1);
      harness.nowMs += LONG_AFTER_MS - 60_000;
      await publishOneByOne(harness, 1);
      await harness.drain.catchUp();
      await harness.advance(60_000);
      expect(harness.standing()).toEqual({ 2: "success" });
    }));
});
