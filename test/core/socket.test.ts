import { describe, expect, it } from "vitest";
import { MAX_SOCKET_UNANSWERED_CHARS, MAX_SOCKET_UNANSWERED_EVENTS } from "../../src/core/limits/pull.ts";
import {
  afterAnswer,
  afterLeases,
  afterSending,
  fitting,
  type SocketState,
  wantsEvents,
} from "../../src/core/socket.ts";

const fresh: SocketState = {
  consumer: "default",
  sentTo: null,
  skipsAcknowledged: true,
  eventTypes: null,
  limit: 50,
  leaseMs: null,
  mayAcknowledge: true,
  tokenHash: "",
  checkedAtMs: 0,
  unanswered: { events: 0, chars: 0 },
  held: null,
};
const leased: SocketState = { ...fresh, leaseMs: 1000 };
const full = { events: MAX_SOCKET_UNANSWERED_EVENTS, chars: 0 };
const held = { positions: [3, 5], untilMs: 2000 };

describe("whether an agent is read for", () => {
  it.each<[string, Partial<SocketState>, number, boolean]>([
    ["has not begun", {}, 0, true],
    ["has seen all", { sentTo: 7 }, 7, false],
    ["has not seen the newest", { sentTo: 7 }, 8, true],
    ["does not answer", { sentTo: 7, unanswered: full }, 8, false],
    ["works on what it holds", { leaseMs: 1000, held }, 8, false],
    ["holds nothing, and has found nothing before", { leaseMs: 1000, sentTo: 8 }, 8, false],
    ["holds nothing", { leaseMs: 1000, unanswered: full }, 8, true],
  ])("that %s", (_, state, head, expected) => {
    expect(wantsEvents({ ...fresh, ...state }, head)).toBe(expected);
  });
});

describe("how many events fit", () => {
  const half = "x".repeat(MAX_SOCKET_UNANSWERED_CHARS / 2);

  it("is as many as may wait unanswered, and at least one", () => {
    expect(fitting(fresh, ["a", "b"])).toBe(2);
    expect(fitting(fresh, [half, half, "c"])).toBe(2);
    expect(fitting(fresh, [`${half}${half}!`, "b"])).toBe(1);
    const nearly = { ...fresh, unanswered: { ...full, events: full.events - 2 } };
    expect(fitting(nearly, ["a", "b", "c"])).toBe(2);
    expect(fitting(fresh, [])).toBe(0);
  });

  it("is all of them when they are leased to it", () => {
    expect(fitting(leased, [half, half, half])).toBe(3);
  });
});

describe("what an agent holds", () => {
  const sent = { positions: [3, 5], chars: 10, next: 6, nowMs: 1000 };

  it("is what it was sent, until its time is over", () => {
    const after = afterSending(leased, sent);
    expect(after).toMatchObject({ held, sentTo: null, unanswered: { events: 2, chars: 10 } });
    expect(afterLeases(after, 1999).held).toEqual(held);
    expect(afterLeases(after, 2000)).toMatchObject({ held: null, sentTo: null });
    expect(afterLeases({ ...leased, sentTo: 9 }, 0).sentTo).toBeNull();
    expect(afterLeases({ ...fresh, sentTo: 9 }, 5000).sentTo).toBe(9);
  });

  it("is less what it has acknowledged, and nothing is held without leases", () => {
    const state = { ...leased, held, unanswered: full };
    const none = { events: 0, chars: 0 };
    expect(afterAnswer(state)).toMatchObject({ held, unanswered: none });
    expect(afterAnswer(state, (position) => position === 3).held).toEqual({ ...held, positions: [5] });
    expect(afterAnswer(state, (position) => position < 9).held).toBeNull();
    expect(afterSending(fresh, sent)).toMatchObject({ sentTo: 6, held: null });
    expect(afterSending(leased, { ...sent, positions: [] })).toMatchObject({ sentTo: 6, held: null });
  });
});
