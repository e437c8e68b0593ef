/** Test mails to who is told of an application's failures: what becomes of one, and that they stay few. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_TEST_MAILS_PER_DAY, TEST_MAIL_GAP_MS } from "../../src/core/limits/mail.ts";
import type { Mail } from "../../src/core/mail.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { createApp } from "../../src/http/app.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { pruneDeletedApplication } from "../../src/service/prune.ts";
import { api, ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication } from "../support/apps.ts";

const FROM = { POSTHORN_MAIL_FROM: "posthorn@example.com" };

/** A mail service that takes everything, or fails as it is told. */
function aService(failure: Error | null = null) {
  const mails: Mail[] = [];
  const send = async (mail: Mail) => {
    if (failure !== null) throw failure;
    mails.push(mail);
  };
  return { mails, bindings: { ...env, ...FROM, MAIL: { send } } };
}

async function anAlerted(email: string | null = "owner@example.com, oncall@example.com") {
  const application = await anApplication({ name: "Acme\u202e" });
  const path = `/api/v1/app/${application.id}/alert-email`;
  if (email !== null) await api("PATCH", path, { json: { email } });
  const ask = async (bindings: typeof env, token = env.POSTHORN_KEY) => {
    const request = new Request(`${ORIGIN}${path}/test`, {
      method: "POST",
      headers: { authorization: `Bearer ${token}` },
    });
    const response = await createApp().fetch(request, bindings, createExecutionContext());
    const { headers, status } = response;
    return {
      status,
      retryAfter: headers.get("retry-after"),
      body: await response.json<Record<string, unknown>>(),
    };
  };
  const lastMailAt = async () => ((await api("GET", path)).body as { lastMailAt: string | null }).lastMailAt;
  return { appId: application.id, ask, lastMailAt };
}

async function rowOf(appId: string) {
  const sql = "SELECT t.* FROM test_mails t JOIN applications a ON a.key = t.app_key WHERE a.id = ?";
  return env.DB.prepare(sql).bind(appId).first<{ app_key: number }>();
}

/** As if that much time had passed. */
async function wait(appId: string, ms: number): Promise<void> {
  const row = await rowOf(appId);
  await env.DB.prepare(
    "UPDATE test_mails SET asked_at = asked_at - ?2, day_from = day_from - ?2 WHERE app_key = ?1",
  )
    .bind(row?.app_key ?? null, ms)
    .run();
}

describe("a test mail", () => {
  it("goes to all who are written to, says that it is one, and counts as written to", async () => {
    const { appId, ask, lastMailAt } = await anAlerted();
    const { mails, bindings } = aService();
    expect(await lastMailAt()).toBeNull();
    const to = ["owner@example.com", "oncall@example.com"];
    expect(await ask(bindings)).toMatchObject({
      status: 200,
      body: { sent: true, to, way: "service", file: null, failure: null },
    });
    expect(mails).toEqual([
      {
        from: FROM.POSTHORN_MAIL_FROM,
        to,
        subject: "Test mail: webhook alerts of Acme",
        text: expect.any(String),
      },
    ]);
    expect(mails[0]?.text).toContain(`(${appId})`);
    expect(mails[0]?.text).toContain("nothing has failed");
    expect(await lastMailAt()).not.toBeNull();
  });

  it("says in the mail service's words why it was not taken, and is not counted as sent", async () => {
    const { ask, lastMailAt } = await anAlerted();
    const failure = Object.assign(new Error("the sender\r\nis not verified"), {
      code: "E_SENDER_NOT_VERIFIED",
    });
    expect(await ask(aService(failure).bindings)).toMatchObject({
      status: 200,
      body: { sent: false, way: null, failure: "E_SENDER_NOT_VERIFIED: the sender is not verified" },
    });
    expect(await lastMailAt()).toBeNull();
  });

  it("is not sent where nobody is written to or no mail can be sent, and that counts for nothing", async () => {
    const { mails, bindings } = aService();
    const nobody = await anAlerted(null);
    expect((await nobody.ask(bindings)).body).toMatchObject({ sent: false, to: [] });
    expect(mails).toEqual([]);
    const { appId, ask } = await anAlerted();
    expect((await ask(env)).body).toMatchObject({
      sent: false,
      failure: expect.stringContaining("no way to send"),
    });
    expect(await rowOf(appId)).toBeNull();
  });

  it("may be asked for once a minute, by all callers together, also when it was refused", async () => {
    const { appId, ask } = await anAlerted();
    const { mails, bindings } = aService(new Error("down"));
    const answers = await Promise.all([ask(bindings), ask(bindings), ask(bindings)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 429, 429]);
    expect(await ask(bindings)).toMatchObject({
      retryAfter: expect.stringMatching(/^(60|5\d)$/),
      body: {
        code: "rate_limited",
        detail: expect.stringMatching(/one a minute; try again in \d+ seconds$/),
      },
    });
    await wait(appId, TEST_MAIL_GAP_MS);
    const service = aService();
    expect((await ask(service.bindings)).body).toMatchObject({ sent: true });
    expect([mails.length, service.mails.length]).toEqual([0, 1]);
  });

  it("may be asked for a few times a day", async () => {
    const { appId, ask } = await anAlerted();
    const { mails, bindings } = aService();
    for (let asked = 0; asked < MAX_TEST_MAILS_PER_DAY; asked++) {
      expect((await ask(bindings)).status).toBe(200);
      await wait(appId, TEST_MAIL_GAP_MS);
    }
    const { status, body, retryAfter } = await ask(bindings);
    expect([status, Number(retryAfter) > 80_000]).toEqual([429, true]);
    expect(body).toMatchObject({
      code: "rate_limited",
      detail: expect.stringMatching(/5 a day; try again in 14\d\d minutes/),
    });
    await wait(appId, DAY_MS);
    expect((await ask(bindings)).status).toBe(200);
    expect(mails).toHaveLength(MAX_TEST_MAILS_PER_DAY + 1);
  });

  it("that becomes a file tells a publisher where, and a consumer only that it does", async () => {
    const place = "/data/mail/1.eml";
    const MAIL_DROP = { fetch: async () => new Response(place, { status: 201 }) };
    const bindings = { ...env, ...FROM, MAIL_DROP };
    const { appId, ask } = await anAlerted();
    expect((await ask(bindings)).body).toMatchObject({ sent: true, way: "file", file: place });
    await wait(appId, TEST_MAIL_GAP_MS);
    expect((await ask(bindings, await aConsumerToken(appId))).body).toMatchObject({
      way: "file",
      file: null,
    });
    await wait(appId, TEST_MAIL_GAP_MS);
    const full = { ...bindings, MAIL_DROP: { fetch: async () => new Response("no space", { status: 500 }) } };
    expect((await ask(full)).body).toMatchObject({
      sent: false,
      failure: "the mail was not taken: status 500",
    });
  });

  it("is forgotten with its application", async () => {
    const { appId, ask } = await anAlerted();
    await ask(aService().bindings);
    const row = await rowOf(appId);
    await api("DELETE", `/api/v1/app/${appId}`);
    await pruneDeletedApplication(createServiceContext(env), row?.app_key ?? 0);
    const left = await env.DB.prepare("SELECT 1 FROM test_mails WHERE app_key = ?")
      .bind(row?.app_key ?? 0)
      .first();
    expect([row === null, left]).toEqual([false, null]);
  });
});
