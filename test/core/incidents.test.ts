import { describe, expect, it } from "vitest";
import { type Incident, noticesOf, planMails } from "../../src/core/incidents.ts";
import { MAIL_GAP_MS } from "../../src/core/limits/mail.ts";
import type { OperationalEvent } from "../../src/core/operational.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);
const ENDPOINT = {
  appId: "app_1",
  appUid: null,
  endpointId: "ep_1",
  endpointUid: null,
  url: "https://a.example/",
  description: "",
};

function exhausted(
  endpointId = "ep_1",
  msgId = "msg_1",
  reason: "exhausted" | "permanent" = "exhausted",
): OperationalEvent {
  const lastAttempt = { id: "atmpt_1", responseStatusCode: 500, status: 2 as const, timestamp: "t" };
  return {
    type: "message.attempt.exhausted",
    data: {
      ...ENDPOINT,
      endpointId,
      msgId,
      msgEventId: null,
      eventType: "thing.done",
      attemptNumber: 6,
      lastAttempt,
      reason,
      failingSince: "2026-11-20T00:00:00.000Z",
    },
  };
}

function disabled(trigger: "manual" | "automatic"): OperationalEvent {
  const reason = trigger === "manual" ? null : "failures";
  return { type: "endpoint.disabled", data: { ...ENDPOINT, trigger, reason, failSince: null } };
}

function fired(alertId: string): OperationalEvent {
  const rule = { name: null, metric: "webhook-failures", threshold: 5, window: "1h" };
  const data = { appId: "app_1", appUid: null, alertId, ...rule, count: 7, since: "s", endpointId: null };
  return { type: "alert.fired", data };
}

const told = (event: OperationalEvent, agoMs = 0) => ({ event, createdAtMs: NOW_MS - agoMs });

describe("what of the operational log is told by mail", () => {
  it.each<[string, OperationalEvent[], [topic: string, count: number][]]>([
    ["deliveries given up, those of an endpoint together", [exhausted(), exhausted()], [["exhausted", 2]]],
    [
      "deliveries of two endpoints apart",
      [exhausted("ep_1"), exhausted("ep_2"), exhausted("ep_1")],
      [
        ["exhausted", 2],
        ["exhausted", 1],
      ],
    ],
    ["an endpoint that the service disabled", [disabled("automatic")], [["disabled", 1]]],
    ["not what the receiver refused for good", [exhausted("ep_1", "msg_1", "permanent")], []],
    ["not one that a person disabled", [disabled("manual")], []],
    [
      "rules that fired, each apart",
      [fired("a"), fired("b")],
      [
        ["alert:a", 1],
        ["alert:b", 1],
      ],
    ],
    ["nothing else", [{ type: "endpoint.created", data: ENDPOINT }], []],
  ])("%s", (_, events, want) => {
    const notices = noticesOf(events.map((event) => told(event)));
    expect(notices.map(({ topic, count }) => [topic, count])).toEqual(want);
  });

  it("says of several together when the first was, and what the last one said", () => {
    const [notice] = noticesOf([told(exhausted("ep_1", "msg_1"), 1000), told(exhausted("ep_1", "msg_2"))]);
    expect(notice).toMatchObject({ firstAtMs: NOW_MS - 1000, lastAtMs: NOW_MS, detail: { msgId: "msg_2" } });
  });
});

function anIncident(fields: Partial<Incident> = {}): Incident {
  return {
    appKey: 2,
    endpointKey: 3,
    topic: "exhausted",
    untold: 1,
    openedAtMs: NOW_MS - 1000,
    lastAtMs: NOW_MS,
    detail: {},
    toldAtMs: null,
    triedAtMs: null,
    ...fields,
  };
}

function planned(incidents: Incident[], triedAgoMs: Record<number, number> = {}) {
  const lastTriedMs = new Map(Object.entries(triedAgoMs).map(([key, ago]) => [Number(key), NOW_MS - ago]));
  return planMails(incidents, { lastTriedMs, nowMs: NOW_MS });
}

describe("a mail", () => {
  it.each<[string, Partial<Incident>, boolean]>([
    ["is sent at the first notice", {}, true],
    ["is not sent when all is told", { untold: 0 }, false],
    ["waits out the day after the last one", { toldAtMs: NOW_MS - DAY_MS + 1 }, false],
    ["sums up what the day brought", { untold: 5000, toldAtMs: NOW_MS - DAY_MS }, true],
    ["of a disabled endpoint waits an hour at most", { topic: "disabled", toldAtMs: NOW_MS - HOUR_MS }, true],
    ["of a disabled endpoint waits that hour", { topic: "disabled", toldAtMs: NOW_MS - HOUR_MS + 1 }, false],
    ["of a rule never waits: it fires once a window", { topic: "alert:a", toldAtMs: NOW_MS - 60_000 }, true],
  ])("%s", (_, fields, isSent) => {
    expect(planned([anIncident(fields)])).toHaveLength(isSent ? 1 : 0);
  });

  it("tells an application of all its endpoints at once, the oldest incident first", () => {
    const endpoints = Array.from({ length: 1000 }, (_, index) =>
      anIncident({ endpointKey: index + 2, openedAtMs: NOW_MS - index }),
    );
    const [mail, ...others] = planned(endpoints);
    expect(others).toEqual([]);
    expect(mail?.incidents).toHaveLength(1000);
    expect(mail?.incidents[0]?.openedAtMs).toBe(NOW_MS - 999);
  });

  it("is one an application, that of the oldest incident first", () => {
    const mails = planned([anIncident({ appKey: 5 }), anIncident({ appKey: 4, openedAtMs: NOW_MS - 9000 })]);
    expect(mails.map(({ appKey }) => appKey)).toEqual([4, 5]);
  });

  it.each([
    [MAIL_GAP_MS - 1, 0],
    [MAIL_GAP_MS, 1],
  ])("follows another to the same owner no sooner than the gap: %i ms", (agoMs, count) => {
    expect(planned([anIncident()], { 2: agoMs })).toHaveLength(count);
  });
});
