/** What an endpoint's object tells the operational log, and what that costs. */
import { describe, expect, it } from "vitest";
import { attemptId, messageId } from "../../src/core/ids.ts";
import type { AttemptEvent } from "../../src/core/operational.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";
import { type Harness, OK, withDrain } from "../support/drain-harness.ts";
import { answered } from "../support/outcomes.ts";

const TOLD = { appId: "app_a", appUid: "uid", endpointUid: null, description: "theirs" };
const POLICY = { retrySchedule: [5, 5, 5, 5, 5], breaker: "off" } as const;
const LISTENED_TO = { told: TOLD, policy: { ...POLICY, retrySchedule: [...POLICY.retrySchedule] } };
const BROKEN = answered(500);

function typesOf({ told }: Harness): string[] {
  return told.map(({ event }) => event.type);
}

function attemptTold({ told }: Harness, index: number): AttemptEvent["data"] {
  const event = told[index]?.event;
  if (event === undefined || !("data" in event) || !("lastAttempt" in event.data)) {
    throw new Error("no attempt was told of");
  }
  return event.data;
}

function failsFor(attempts: number) {
  return (_position: number, attempt: number) => (attempt <= attempts ? BROKEN : OK);
}

describe("a message", () => {
  it("that keeps failing is told of after the fourth attempt, and again when it is given up", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.answer = () => BROKEN;
      const { nowMs: firstAtMs } = harness;
      await harness.publish(1, { eventId: "theirs-1", eventType: "thing.done" });
      await harness.advance(17_000);
      expect(typesOf(harness)).toEqual(["message.attempt.failing"]);
      const { lastAttempt, ...rest } = attemptTold(harness, 0);
      expect(rest).toEqual({
        ...TOLD,
        endpointId: "ep_test",
        url: "https://receiver.example/hook",
        msgId: messageId({ appKey: 1, position: 1, createdAtMs: firstAtMs }),
        msgEventId: "theirs-1",
        eventType: "thing.done",
        attemptNumber: 4,
        failingSince: new Date(firstAtMs).toISOString(),
      });
      const fourthAtMs = harness.sent[3]?.atMs ?? 0;
      expect(lastAttempt).toEqual({
        id: attemptId({ attemptKey: fourthAtMs * 1000, endpointKey: 2, position: 1 }),
        responseStatusCode: 500,
        status: 2,
        timestamp: new Date(fourthAtMs).toISOString(),
      });
      await harness.advance(20_000);
      expect(typesOf(harness)).toEqual(["message.attempt.failing", "message.attempt.exhausted"]);
      expect(harness.sent).toHaveLength(6);
    }));

  it("that gets through after four failures is told of as recovered, with the attempt that did it", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.answer = failsFor(4);
      await harness.publish(1);
      await harness.advance(30_000);
      expect(typesOf(harness)).toEqual(["message.attempt.failing", "message.attempt.recovered"]);
      expect(attemptTold(harness, 1)).toMatchObject({
        attemptNumber: 5,
        failingSince: null,
        lastAttempt: { status: 0, responseStatusCode: 200 },
      });
    }));

  it("that succeeds before the fifth attempt is not told of", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.answer = failsFor(3);
      await harness.publish(20);
      await harness.advance(30_000);
      expect(harness.told).toEqual([]);
    }));

  it("that is refused for good is told of at once", () => {
    const dialect = BUILT_IN_DIALECTS.get("clawbook");
    if (dialect === undefined) throw new Error("no such dialect");
    return withDrain({ ...LISTENED_TO, dialect }, async (harness) => {
      harness.answer = () => answered(404);
      await harness.publish(1);
      await harness.advance(2000);
      expect(typesOf(harness)).toEqual(["message.attempt.exhausted"]);
    });
  });

  it("that is sent again by hand, or canceled while it fails, is not told of", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.answer = null;
      await harness.publish(1);
      await harness.changeConfig({
        spans: [...harness.config.spans, { from: 2, filter: null }],
        state: "disabled",
      });
      for (const sending of [...harness.open]) await sending.finish(BROKEN);
      await harness.changeConfig({ state: "enabled" });
      harness.drain.resend(1);
      await harness.advance(2000);
      for (const sending of [...harness.open]) await sending.finish(BROKEN);
      await harness.advance(60_000);
      expect(harness.sent).toHaveLength(2);
      expect(harness.told).toEqual([]);
    }));
});

describe("listening", () => {
  /** Rows written in the object's storage, alarms not counted, by 20 events of which each first fails so often. */
  async function rowsWritten(told: typeof TOLD | null, failures: number): Promise<number> {
    let rows = 0;
    await withDrain({ ...LISTENED_TO, told }, async (harness) => {
      harness.answer = failsFor(failures);
      await harness.meetAndSettle();
      const before = harness.rowsWritten;
      await harness.publish(20);
      await harness.advance(60_000);
      rows = harness.rowsWritten - before;
    });
    return rows;
  }

  it.each([0, 1, 3])(
    "costs no row for messages that fail %d times before they get through",
    async (failures) => {
      expect(await rowsWritten(TOLD, failures)).toBe(await rowsWritten(null, failures));
    },
  );

  it("costs two rows for each notice, one to keep it and one to remove it", async () => {
    const notices = 20 * ["failing", "recovered"].length;
    expect((await rowsWritten(TOLD, 4)) - (await rowsWritten(null, 4))).toBe(2 * notices);
  });
});

describe("what is to be told", () => {
  it("survives the object, and is told again under the same id when it is not known to have arrived", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.answer = () => BROKEN;
      harness.failTelling = true;
      await harness.publish(3);
      await harness.advance(40_000);
      expect(harness.told).toEqual([]);
      harness.crash();
      harness.failTelling = false;
      await harness.advance(40_000);
      expect(typesOf(harness).filter((type) => type === "message.attempt.failing")).toHaveLength(3);
      expect(typesOf(harness).filter((type) => type === "message.attempt.exhausted")).toHaveLength(3);
      expect(new Set(harness.told.map(({ id }) => id)).size).toBe(6);
      const before = harness.told.length;
      harness.crash();
      await harness.advance(100_000);
      expect(harness.told).toHaveLength(before);
    }));

  it("keeps no delivery waiting while the operational log is out of reach", () =>
    withDrain(LISTENED_TO, async (harness) => {
      harness.failTelling = true;
      harness.answer = (position) => (position === 1 ? BROKEN : OK);
      await harness.publish(1);
      await harness.advance(40_000);
      await harness.publish(5);
      await harness.advance(10_000);
      expect(Object.values(harness.standing()).filter((status) => status === "success")).toHaveLength(5);
      expect(harness.errors).toContain("endpoint.settle_failed");
      harness.failTelling = false;
      await harness.advance(10_000);
      expect(typesOf(harness)).toEqual(["message.attempt.failing", "message.attempt.exhausted"]);
      await harness.advance(60_000);
      expect(harness.alarmAtMs).toBeNull();
    }));

  it("is written down by nobody when nobody listens, and from the next settle on when somebody does", () =>
    withDrain({ ...LISTENED_TO, told: null }, async (harness) => {
      harness.answer = () => BROKEN;
      await harness.publish(1);
      await harness.advance(60_000);
      expect(harness.sent).toHaveLength(6);
      expect(harness.told).toEqual([]);
      harness.config = { ...harness.config, told: TOLD };
      await harness.publish(1);
      await harness.advance(60_000);
      expect(typesOf(harness)).toEqual(["message.attempt.failing", "message.attempt.exhausted"]);
      harness.config = { ...harness.config, told: null };
      await harness.publish(1);
      await harness.advance(60_000);
      expect(harness.told).toHaveLength(2);
    }));
});
