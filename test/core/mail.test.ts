import { describe, expect, it } from "vitest";
import type { Incident, IncidentDetail } from "../../src/core/incidents.ts";
import {
  MAX_MAIL_INCIDENTS,
  MAX_MAIL_RECIPIENTS,
  MAX_MAIL_SUBJECT_CHARS,
} from "../../src/core/limits/mail.ts";
import { RECOVER_MAX_AGE_MS } from "../../src/core/limits/tasks.ts";
import { mailAbout, oneLine, parseAddresses, recipientsOf } from "../../src/core/mail.ts";
import { DAY_MS } from "../../src/core/units.ts";

const AT_MS = Date.UTC(2026, 10, 20, 12, 30);
const APPLICATION = { id: "app_1", name: "Acme" };
const DETAIL: IncidentDetail = {
  url: "https://hooks.example/in/1?token=secret",
  endpointId: "ep_1",
  description: "the till",
  failingSince: "2026-11-20T00:00:00.000Z",
  msgId: "msg_1",
  eventType: "thing.done",
  statusCode: 503,
};

function anIncident(fields: Partial<Incident> = {}): Incident {
  return {
    appKey: 2,
    endpointKey: 3,
    topic: "exhausted",
    untold: 1,
    openedAtMs: AT_MS - 60_000,
    lastAtMs: AT_MS,
    detail: DETAIL,
    toldAtMs: null,
    triedAtMs: null,
    ...fields,
  };
}

function mail(incidents: Incident[], application = APPLICATION) {
  return mailAbout({ application, incidents, baseUrl: "https://posthorn.example" });
}

describe("addresses to alert", () => {
  it.each([
    ["a@b.example", ["a@b.example"]],
    [" a@b.example , c+d@e.example,a@b.example,", ["a@b.example", "c+d@e.example"]],
    ["root@localhost", ["root@localhost"]],
  ])("%j are %j", (text, addresses) => {
    expect(parseAddresses(text)).toEqual({ ok: true, addresses });
    expect(recipientsOf({ "svix.email": text })).toEqual(addresses);
  });

  it.each([
    "",
    " , ",
    "nobody",
    "a@",
    "@b.example",
    "a b@c.example",
    "A <a@b.example>",
    '"a b"@c.example',
    "a@b.example\r\nBcc: c@d.example",
    "a@b..example",
    `${"a".repeat(65)}@b.example`,
    `a@${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(60)}.${"e".repeat(60)}.${"f".repeat(60)}`,
    "é@b.example",
  ])("%j are refused, and nobody is written to", (text) => {
    expect(parseAddresses(text).ok).toBe(false);
    expect(recipientsOf({ "svix.email": text })).toEqual([]);
  });

  it("are so many at most", () => {
    const list = Array.from({ length: MAX_MAIL_RECIPIENTS + 1 }, (_, index) => `a${index}@b.example`);
    expect(parseAddresses(list.join()).ok).toBe(false);
    expect(recipientsOf({ "svix.email": list.join() })).toHaveLength(MAX_MAIL_RECIPIENTS);
    expect(recipientsOf({})).toEqual([]);
  });
});

describe("one line", () => {
  it.each([
    ["plain", "plain"],
    ["a\r\nBcc: b", "a Bcc: b"],
    ["a\u2028b\u2029c\u0085d", "a b c d"],
    ["\u202eevil\u0000", "evil"],
    ["\ud800x", "x"],
    ["Grüße 🦀", "Grüße 🦀"],
  ])("of %j is %j", (text, line) => {
    expect(oneLine(text)).toBe(line);
  });

  it("is cut between characters", () => {
    expect(oneLine("🦀".repeat(20), 10)).toBe(`${"🦀".repeat(9)}…`);
  });
});

describe("a mail", () => {
  it.each<[string, Partial<Incident>, string, string[]]>([
    [
      "of a delivery given up",
      {},
      "Webhook failed: https://hooks.example/in/1 (Acme)",
      [
        "* https://hooks.example/in/1 (ep_1, the till)",
        "One delivery was given up after all its retries, at 2026-11-20T12:30:00Z.",
        "message msg_1 (thing.done), answered with status 503.",
        "Every attempt has failed since 2026-11-20T00:00:00Z.",
        "POST https://posthorn.example/api/v1/app/app_1/endpoint/ep_1/recover",
        '{"since": "2026-11-19T00:00:00Z"}',
      ],
    ],
    [
      "of many, without an answer",
      { untold: 5000, detail: { ...DETAIL, statusCode: 0, failingSince: null } },
      "Webhook failed: https://hooks.example/in/1 (Acme)",
      [
        "5000 deliveries were given up after all their retries, from 2026-11-20T12:29:00Z to 2026-11-20T12:30:00Z.",
        "not answered.",
        '{"since": "2026-11-19T12:29:00Z"}',
      ],
    ],
    [
      "of an endpoint that fails for a day",
      { topic: "failing" },
      "Webhook failing for a day: https://hooks.example/in/1 (Acme)",
      ["It has not taken a single message for a day.", "Every attempt has failed since"],
    ],
    [
      "of a disabled endpoint",
      { topic: "disabled", detail: { ...DETAIL, reason: "failures" } },
      "Webhook disabled: https://hooks.example/in/1 (Acme)",
      ["nothing but failures was seen for days", '{"disabled": false}', "/recover"],
    ],
    [
      "of an endpoint that is gone",
      { topic: "disabled", detail: { ...DETAIL, reason: "gone" } },
      "Webhook disabled: https://hooks.example/in/1 (Acme)",
      ["the receiver asked not to be called any more"],
    ],
    [
      "of a rule that fired",
      {
        topic: "alert:alert_1",
        detail: { alert: { name: "mine", metric: "webhook-failures", threshold: 5, window: "1h", count: 7 } },
      },
      "Alert: 7 webhook-failures in 1h (Acme)",
      [
        'The alert rule "mine" fired at',
        "its threshold is 5",
        "GET https://posthorn.example/api/v1/app/app_1/alert/alert_1",
      ],
    ],
  ])("%s says what, since when, and what to do", (_, fields, subject, parts) => {
    const made = mail([anIncident(fields)]);
    expect(made.subject).toBe(subject);
    for (const part of parts) expect(made.text).toContain(part);
    expect(made.text).not.toContain("secret");
    expect(made.text).toContain("PATCH https://posthorn.example/api/v1/app/app_1/alert-email");
  });

  it("names a call to recover that reaches back as far as it may, and no further", () => {
    const failingSince = "2026-01-01T00:00:00.000Z";
    const { text } = mail([anIncident({ detail: { ...DETAIL, failingSince } })]);
    const since = Date.parse(/"since": "(.*)"/.exec(text)?.[1] ?? "");
    expect(AT_MS - since).toBeLessThan(RECOVER_MAX_AGE_MS);
    expect(AT_MS - since).toBeGreaterThan(RECOVER_MAX_AGE_MS - 2 * DAY_MS);
  });

  it("about many endpoints shows some and counts the others", () => {
    const incidents = Array.from({ length: MAX_MAIL_INCIDENTS + 7 }, () => anIncident());
    const { subject, text } = mail(incidents);
    expect(subject).toBe(`${MAX_MAIL_INCIDENTS + 7} webhook alerts of Acme`);
    expect(text.match(/^\* /gm)).toHaveLength(MAX_MAIL_INCIDENTS);
    expect(text).toContain("… and 7 more");
  });

  it("cannot be made to say anything in a header, or in a line of its own, by what others wrote", () => {
    const evil = "x\r\nBcc: all@evil.example\r\n\r\n* https://evil.example\u2028* y";
    const detail = { ...DETAIL, url: `not a url ${evil}`, description: evil, msgId: evil, eventType: evil };
    const { subject, text } = mail([anIncident({ detail })], { id: "app_1", name: evil.repeat(20) });
    expect(subject).not.toMatch(/[\r\n\u2028]/);
    expect([...subject].length).toBeLessThanOrEqual(MAX_MAIL_SUBJECT_CHARS);
    expect(text).not.toMatch(/^\s*(Bcc|\* https:\/\/evil)/m);
    expect(text).not.toMatch(/[\r\u2028]/);
  });
});
