/** From the operational log, and the endpoints' status rows, to mails and alerts. */
import { env } from "cloudflare:workers";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { keyOfId } from "../../src/core/ids.ts";
import { INCIDENT_TTL_MS, MAIL_GAP_MS } from "../../src/core/limits/mail.ts";
import type { Mail } from "../../src/core/mail.ts";
import type { OperationalEvent } from "../../src/core/operational.ts";
import { DAY_MS, HOUR_MS } from "../../src/core/units.ts";
import { setAlertEmail } from "../../src/service/alerting/alert-email.ts";
import { judgeAlerts } from "../../src/service/alerting/alerts.ts";
import { FOLLOWER, followOperations, noteFailing, sendMails } from "../../src/service/alerting/incidents.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { tellOperational } from "../../src/service/operational.ts";
import { followerPosition } from "../../src/store/operational-log.ts";
import { api } from "../support/api.ts";
import { anApplication, unique } from "../support/apps.ts";
import { nowhere } from "../support/attempts.ts";
import { saveStatus } from "../support/endpoint-status.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { nobodyListens, toldOf } from "../support/operational.ts";

const NOW_MS = Date.UTC(2026, 10, 20, 12);

let mails: Mail[] = [];
let isMailDown = false;

const MAIL = {
  send: async (mail: Mail) => {
    if (isMailDown) throw new Error("the mail service is down");
    mails.push(mail);
  },
};
const mailing = { ...env, MAIL, POSTHORN_MAIL_FROM: "posthorn@example.com" };

function contextAt(afterMs: number, bindings: typeof env = mailing) {
  return { ...createServiceContext(bindings), nowMs: NOW_MS + afterMs };
}

/** What the upkeep does about people, once. */
async function tellAt(afterMs: number): Promise<void> {
  const ctx = contextAt(afterMs);
  await followOperations(ctx);
  await judgeAlerts(ctx);
  await followOperations(ctx);
  await noteFailing(ctx);
  await sendMails(ctx);
}

beforeEach(async () => {
  mails = [];
  isMailDown = false;
  await env.DB.batch(["incidents", "alert_rules"].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  await env.DB.prepare("UPDATE applications SET metadata = '{}' WHERE key <> 1").run();
  await nobodyListens();
  await aPlace();
  await followOperations(contextAt(0));
});

afterAll(nobodyListens);

type Place = { appId: string; endpointId: string; url: string };

async function aPlace(fields: { email?: string | null; dialect?: string } = {}): Promise<Place> {
  const { email = "owner@example.com", dialect = "clawbook" } = fields;
  const metadata = email === null ? {} : { "svix.email": email };
  const { id: appId } = await anApplication({ name: "Acme", metadata });
  await api("PUT", `/api/v1/app/${appId}/delivery-policy`, { json: { dialect } });
  return { appId, ...(await anEndpointIn(appId)) };
}

async function anEndpointIn(appId: string): Promise<{ endpointId: string; url: string }> {
  const { id: endpointId, url } = await anEndpointOf(appId, { url: nowhere(), channels: ["another"] });
  return { endpointId, url };
}

function exhausted({ appId, endpointId, url }: Place, msgId = unique("msg")): OperationalEvent {
  const lastAttempt = { id: "atmpt_1", responseStatusCode: 503, status: 2 as const, timestamp: "t" };
  const message = { msgId, msgEventId: null, eventType: "thing.done", attemptNumber: 6, lastAttempt };
  const endpoint = { appId, appUid: null, endpointId, endpointUid: null, url, description: "" };
  const failingSince = "2026-11-20T00:00:00.000Z";
  return {
    type: "message.attempt.exhausted",
    data: { ...endpoint, ...message, reason: "exhausted", failingSince },
  };
}

async function tell(...events: OperationalEvent[]): Promise<void> {
  await tellOperational(
    contextAt(0),
    events.map((event) => ({ id: unique("told"), event })),
  );
}

async function status(place: Place, fields: { failed?: number; failingSinceMs?: number | null }) {
  await saveStatus(place, { updatedAtMs: NOW_MS, ...fields });
}

describe("the follower that tells people", () => {
  it("listens from the moment that an address was set", async () => {
    const { appId } = await aPlace({ email: null });
    const key = keyOfId("app_", appId) ?? 0;
    await nobodyListens();
    await setAlertEmail(contextAt(0), key, null);
    await setAlertEmail(contextAt(0, { ...env }), key, "owner@example.com");
    expect(await followerPosition(env.DB, FOLLOWER)).toBeNull();
    await setAlertEmail(contextAt(0), key, "owner@example.com");
    expect(await followerPosition(env.DB, FOLLOWER)).not.toBeNull();
  });

  it("listens only while mail can be sent", async () => {
    expect(await followerPosition(env.DB, FOLLOWER)).not.toBeNull();
    await followOperations(contextAt(0, { ...mailing, POSTHORN_MAIL_FROM: "" }));
    expect(await followerPosition(env.DB, FOLLOWER)).toBeNull();
    await followOperations(contextAt(0, env));
    expect(await followerPosition(env.DB, FOLLOWER)).toBeNull();
  });

  it("listens only while somebody has an address to write to", async () => {
    await env.DB.prepare("UPDATE applications SET metadata = '{}' WHERE key <> 1").run();
    await followOperations(contextAt(0));
    expect(await followerPosition(env.DB, FOLLOWER)).toBeNull();
    const { appId } = await aPlace({ email: null });
    await api("PATCH", `/api/v1/app/${appId}/alert-email`, { json: { email: "a@b.example" } });
    await followOperations(contextAt(0));
    expect(await followerPosition(env.DB, FOLLOWER)).not.toBeNull();
  });

  it("counts everything once, though two take it at the same time", async () => {
    const place = await aPlace();
    await tell(...Array.from({ length: 20 }, () => exhausted(place)));
    await Promise.all([1, 2, 3].map(() => followOperations(contextAt(0))));
    await sendMails(contextAt(0));
    expect(mails).toHaveLength(1);
    expect(mails[0]?.text).toContain("20 deliveries were given up");
  });

  it("takes more than one page", async () => {
    const place = await aPlace();
    for (let call = 0; call < 6; call++) {
      await tell(...Array.from({ length: 100 }, () => exhausted(place)));
    }
    await tellAt(0);
    expect(mails.map(({ text }) => /\d+ deliveries/.exec(text)?.[0])).toEqual(["600 deliveries"]);
  });
});

describe("a mail", () => {
  it("goes to the addresses of the application, from that of the deployment", async () => {
    const place = await aPlace({ email: "a@b.example, nobody, c@d.example" });
    await tell(exhausted(place, "msg_1"));
    await tellAt(0);
    expect(mails).toEqual([
      {
        from: "posthorn@example.com",
        to: ["a@b.example", "c@d.example"],
        subject: `Webhook failed: ${place.url} (Acme)`,
        text: expect.stringContaining("message msg_1 (thing.done), answered with status 503"),
      },
    ]);
    expect(mails[0]?.text).toContain(`/api/v1/app/${place.appId}/endpoint/${place.endpointId}/recover`);
  });

  it("is one for an outage, and one a day while it lasts", async () => {
    const place = await aPlace();
    const told: Record<number, string | undefined> = {};
    for (let hour = 0; hour <= 48; hour += 6) {
      await tell(exhausted(place), exhausted(place));
      await tellAt(hour * HOUR_MS);
      const [mail, ...others] = mails.splice(0);
      expect(others).toEqual([]);
      if (mail !== undefined) told[hour] = /\d+ deliveries/.exec(mail.text)?.[0];
    }
    expect(told).toEqual({ 0: "2 deliveries", 24: "8 deliveries", 48: "8 deliveries" });
  });

  it("tells of all endpoints of an application together", async () => {
    const place = await aPlace();
    const others = [await anEndpointIn(place.appId), await anEndpointIn(place.appId)];
    await tell(...[place, ...others].map((endpoint) => exhausted({ appId: place.appId, ...endpoint })));
    await tellAt(0);
    expect(mails.map(({ subject }) => subject)).toEqual(["3 webhook alerts of Acme"]);
    const late = await anEndpointIn(place.appId);
    await tell(exhausted({ appId: place.appId, ...late }));
    await tellAt(MAIL_GAP_MS - 1);
    expect(mails).toHaveLength(1);
    await tellAt(MAIL_GAP_MS);
    expect(mails).toHaveLength(2);
  });

  it.each<[string, () => Promise<void>]>([
    [
      "about a delivery in another dialect",
      async () => tell(exhausted(await aPlace({ dialect: "standard" }))),
    ],
    ["to an application without an address", async () => tell(exhausted(await aPlace({ email: null })))],
    [
      "to an application with none that is one",
      async () => tell(exhausted(await aPlace({ email: "nobody" }))),
    ],
    [
      "about an endpoint that a person disabled",
      async () => {
        const { appId, endpointId } = await aPlace();
        await api("PATCH", `/api/v1/app/${appId}/endpoint/${endpointId}`, { json: { disabled: true } });
      },
    ],
  ])("is not sent %s", async (_, happen) => {
    await happen();
    await tellAt(0);
    expect(mails).toEqual([]);
  });

  it("that cannot be sent is tried again after the gap, and says all that came meanwhile", async () => {
    const place = await aPlace();
    isMailDown = true;
    await tell(exhausted(place));
    await tellAt(0);
    isMailDown = false;
    await tell(exhausted(place));
    await tellAt(MAIL_GAP_MS - 1);
    expect(mails).toEqual([]);
    await tellAt(MAIL_GAP_MS);
    expect(mails[0]?.text).toContain("2 deliveries were given up");
  });

  it("is sent once, though two send at the same time", async () => {
    await tell(exhausted(await aPlace()));
    await followOperations(contextAt(0));
    await Promise.all([1, 2, 3].map(() => sendMails(contextAt(0))));
    expect(mails).toHaveLength(1);
  });

  it("leaves a row behind that is forgotten in the end", async () => {
    await tell(exhausted(await aPlace()));
    await tellAt(0);
    const rows = async () => (await env.DB.prepare("SELECT untold FROM incidents").all()).results;
    expect(await rows()).toEqual([{ untold: 0 }]);
    await tellAt(2 * INCIDENT_TTL_MS);
    expect(await rows()).toEqual([]);
  });
});

describe("an endpoint that has only failed for a day", () => {
  it("is told of once for each such stretch, in any dialect", async () => {
    const place = await aPlace({ dialect: "standard" });
    await status(place, { failingSinceMs: NOW_MS });
    await tellAt(DAY_MS - 1);
    expect(mails).toEqual([]);
    await tellAt(DAY_MS);
    expect(mails.map(({ subject }) => subject)).toEqual([`Webhook failing for a day: ${place.url} (Acme)`]);
    await tellAt(3 * DAY_MS);
    expect(mails).toHaveLength(1);
    await status(place, { failingSinceMs: NOW_MS + 4 * DAY_MS });
    await tellAt(6 * DAY_MS);
    expect(mails).toHaveLength(2);
  });

  it("is not told of when it is disabled, or has succeeded", async () => {
    const [disabled, healthy] = [await aPlace(), await aPlace()];
    const path = `/api/v1/app/${disabled.appId}/endpoint/${disabled.endpointId}`;
    await api("PATCH", path, { json: { disabled: true } });
    await status(disabled, { failingSinceMs: NOW_MS });
    await status(healthy, { failingSinceMs: null });
    await tellAt(2 * DAY_MS);
    expect(mails).toEqual([]);
  });
});

describe("an alert rule", () => {
  async function aRule({ appId }: Place, fields: Record<string, unknown> = {}): Promise<string> {
    const json = { metric: "webhook-failures", threshold: 5, window: "1h", ...fields };
    const { status, body } = await api("POST", `/api/v1/app/${appId}/alert`, { json });
    expect(status, JSON.stringify(body)).toBe(201);
    const { id } = body as { id: string };
    // The rule's clock is the API's; these tests have their own.
    const part = Math.floor(NOW_MS / 60_000) - 1;
    await env.DB.prepare(
      "UPDATE alert_rules SET samples = json_array(json_array(?, samples ->> '$[0][1]')) WHERE id = ?",
    )
      .bind(part, id)
      .run();
    return id;
  }

  const firedIn = async (appId: string) => (await toldOf(appId)).filter(({ type }) => type === "alert.fired");

  it("tells the operational log and the owner once a window when enough attempts have failed", async () => {
    const place = await aPlace({ dialect: "standard" });
    await status(place, { failed: 1000 });
    const id = await aRule(place, { name: "mine" });
    await status(place, { failed: 1004 });
    await tellAt(60_000);
    expect(await firedIn(place.appId)).toEqual([]);
    await status(place, { failed: 1007 });
    await tellAt(120_000);
    await tellAt(180_000);
    await status(place, { failed: 1100 });
    await tellAt(HOUR_MS);
    const [event, ...others] = await firedIn(place.appId);
    expect(others).toEqual([]);
    expect(event?.data).toEqual({
      appId: place.appId,
      appUid: null,
      alertId: id,
      name: "mine",
      metric: "webhook-failures",
      threshold: 5,
      window: "1h",
      count: 7,
      since: new Date(NOW_MS + 120_000 - HOUR_MS).toISOString(),
      endpointId: null,
    });
    expect(mails.map(({ subject }) => subject)).toEqual(["Alert: 7 webhook-failures in 1h (Acme)"]);
    const { body } = await api("GET", `/api/v1/app/${place.appId}/alert/${id}`);
    expect(body).toMatchObject({ lastFiredAt: new Date(NOW_MS + 120_000).toISOString() });
  });

  it("counts the failures of its endpoint alone when it names one", async () => {
    const place = await aPlace();
    const other = { appId: place.appId, ...(await anEndpointIn(place.appId)) };
    await aRule(place, { endpointId: place.endpointId });
    await status(other, { failed: 100 });
    await tellAt(60_000);
    expect(await firedIn(place.appId)).toEqual([]);
    await status(place, { failed: 5 });
    await tellAt(120_000);
    expect(await firedIn(place.appId)).toHaveLength(1);
  });

  it("writes no row while nothing fails", async () => {
    const place = await aPlace();
    await aRule(place);
    const rule = async () => env.DB.prepare("SELECT * FROM alert_rules").first();
    const before = await rule();
    await tellAt(60_000);
    await tellAt(5 * DAY_MS);
    expect(await rule()).toEqual(before);
  });

  it("counts messages given up, without any mail being sent", async () => {
    const place = await aPlace({ dialect: "standard", email: null });
    await followOperations(contextAt(0, env));
    await aRule(place, { metric: "webhook-exhausted", threshold: 3 });
    const run = async (afterMs: number) => {
      const ctx = contextAt(afterMs, env);
      await followOperations(ctx);
      await judgeAlerts(ctx);
    };
    await tell(exhausted(place), exhausted(place));
    await run(60_000);
    expect(await firedIn(place.appId)).toEqual([]);
    await tell(exhausted(place), exhausted(await aPlace()));
    await run(120_000);
    const [event] = await firedIn(place.appId);
    expect(event?.data).toMatchObject({ metric: "webhook-exhausted", count: 3 });
  });
});
