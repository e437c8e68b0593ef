import { describe, expect, it } from "vitest";
import type { EventHeader } from "../../src/core/event.ts";
import { cancelBefore, wasSubscribed } from "../../src/core/matching.ts";
import {
  ANY_DELIVERY,
  type KnownDelivery,
  planReplay,
  type ReplayFilter,
  type ReplayInput,
} from "../../src/core/replay.ts";
import { isCanceled, wasCanceled } from "../../src/core/settle.ts";

const NOW_MS = 1_000_000;
const ALL = { eventTypes: null, channels: null };

function event(position: number, fields: Partial<EventHeader> = {}): EventHeader {
  const unset = { eventId: null, channels: null, tags: null, deliverAtMs: null };
  return { ...unset, position, createdAtMs: 0, eventType: "a", ...fields };
}

const delivery = (fields: Partial<KnownDelivery>): KnownDelivery => ({
  ...{ statusCode: 500, succeeded: false, canceled: false, isWaiting: false, since: null },
  ...fields,
});

const FAILED = delivery({});
const SUCCEEDED = delivery({ statusCode: 204, succeeded: true });
const RETRIED = delivery({ isWaiting: true });
const CANCELED = delivery({ statusCode: null, canceled: true });
const DELAYED = delivery({ statusCode: null, isWaiting: true });

/** One event of each kind of delivery, 6 of which nothing is known. */
const KNOWN = new Map(
  [FAILED, SUCCEEDED, RETRIED, CANCELED, DELAYED].map((known, index) => [index + 1, known] as const),
);

function plan(fields: Partial<ReplayInput> & Pick<ReplayInput, "kind">) {
  return planReplay({
    filter: ANY_DELIVERY,
    events: [1, 2, 3, 4, 5, 6].map((position) => event(position)),
    subscription: ALL,
    known: KNOWN,
    isHeld: () => false,
    nowMs: NOW_MS,
    room: 100,
    ...fields,
  });
}

const taken = (fields: Parameters<typeof plan>[0]) => plan(fields).take.map(({ position }) => position);

describe("planReplay", () => {
  it("recovers what has ended without success, and leaves to its schedule what is still tried", () => {
    expect(taken({ kind: "endpoint.recover" })).toEqual([1, 4]);
  });

  it("sends as missing what was never attempted and the endpoint listens to now", () => {
    expect(taken({ kind: "endpoint.replay" })).toEqual([4, 6]);
    expect(taken({ kind: "endpoint.replay", subscription: { ...ALL, eventTypes: ["b"] } })).toEqual([]);
    expect(taken({ kind: "endpoint.replay", subscription: null })).toEqual([]);
  });

  it.each<[Partial<ReplayFilter>, number[]]>([
    [{}, [1, 2]],
    [{ status: 0 }, [2]],
    [{ status: 1 }, []],
    [{ status: 2 }, [1, 4]],
    [{ status: 3 }, [3]],
    [{ status: 4 }, [4]],
    [{ statusCodeClass: 500 }, [1]],
    [{ statusCodeClass: 200 }, [2]],
    [{ statusCodeClass: 0 }, []],
    [{ eventTypes: ["b"] }, []],
    [{ channel: "c" }, []],
    [{ tag: "t" }, []],
  ])("replays in bulk, by the conditions %j, the deliveries %j", (conditions, expected) => {
    expect(taken({ kind: "endpoint.bulk-replay", filter: { ...ANY_DELIVERY, ...conditions } })).toEqual(
      expected,
    );
  });

  it("finds by channel and tag", () => {
    const events = [event(1, { channels: ["c"] }), event(2, { tags: ["t"] })];
    const bulk = { kind: "endpoint.bulk-replay", events } as const;
    expect(taken({ ...bulk, filter: { ...ANY_DELIVERY, channel: "c" } })).toEqual([1]);
    expect(taken({ ...bulk, filter: { ...ANY_DELIVERY, tag: "t" } })).toEqual([2]);
  });

  it("stops before what there is no room for, and goes on from there", () => {
    const cut = plan({ kind: "endpoint.recover", room: 1 });
    expect(cut).toMatchObject({ scanned: 3, take: [{ position: 1 }] });
    const rest = [4, 5, 6].map((position) => event(position));
    expect(plan({ kind: "endpoint.recover", room: 1, events: rest })).toMatchObject({ scanned: 6 });
  });

  it("counts what it has sent before a crash, and leaves alone what is held or was retried meanwhile", () => {
    const known = new Map([
      [1, delivery({ since: "replay" })],
      [2, delivery({ since: "schedule" })],
      [3, FAILED],
    ]);
    const input = {
      known,
      isHeld: (position: number) => position === 3,
      events: [1, 2, 3].map((p) => event(p)),
    };
    expect(plan({ kind: "endpoint.recover", ...input })).toEqual({
      scanned: 3,
      take: [],
      delay: [],
      sent: [1],
    });
  });

  it("keeps what is delayed until its time", () => {
    const delayed = event(6, { deliverAtMs: NOW_MS + 1 });
    expect(plan({ kind: "endpoint.replay", events: [delayed] })).toMatchObject({
      take: [],
      delay: [delayed],
    });
    const due = event(6, { deliverAtMs: NOW_MS });
    expect(plan({ kind: "endpoint.replay", events: [due] })).toMatchObject({ take: [due], delay: [] });
  });
});

describe("canceling what is pending of messages before a position", () => {
  const spans = [
    { from: 1, filter: ALL },
    { from: 10, filter: { ...ALL, eventTypes: ["a"] } },
  ];

  it.each([5, 10, 15])(
    "cancels what lies before %i and changes nothing of what was subscribed to",
    (before) => {
      const next = cancelBefore(spans, before, 0);
      for (let position = 1; position < 20; position++) {
        for (const eventType of ["a", "b"]) {
          const asked = event(position, { eventType });
          expect(wasSubscribed(next, asked)).toBe(wasSubscribed(spans, asked));
        }
        expect(wasCanceled(next, position)).toBe(position < before);
      }
    },
  );

  it("does not bring back what an earlier stop has canceled", () => {
    const stopped = [...spans, { from: 12, filter: null }, { from: 14, filter: ALL }];
    expect(wasCanceled(cancelBefore(stopped, 5, 0), 11)).toBe(true);
  });

  it("spares what was replayed after a stop, until another one, or while it is stopped", () => {
    const stopped = [...spans, { from: 12, filter: null }];
    const again = [...stopped, { from: 14, filter: ALL }];
    expect(isCanceled({ state: "enabled", spans: again }, 3, 0)).toBe(true);
    expect(isCanceled({ state: "enabled", spans: again }, 3, 12)).toBe(false);
    expect(isCanceled({ state: "enabled", spans: cancelBefore(again, 15, 0) }, 3, 12)).toBe(true);
    expect(isCanceled({ state: "disabled", spans: stopped }, 3, 12)).toBe(true);
  });
});
