/** The audit log, over every route of the API's document that writes, in the real runtime. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { isChange } from "../../src/core/operations.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { runUpkeep } from "../../src/service/upkeep.ts";
import { appendAudit } from "../../src/store/audit-log.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, aPublisherKey, unique } from "../support/apps.ts";
import { documentOperations } from "../support/operations.ts";
import { allRoutes as rows } from "./routes/all.ts";

const path = "/api/v1/audit-log";
const operations = await documentOperations();

type Entry = {
  id: string;
  timestamp: string;
  actor: { kind: string; keyId: string | null; name: string | null; sessionId: string | null };
  action: string;
  appId: string | null;
  appName: string | null;
  resourceId: string | null;
  fields: Record<string, string | null>;
  ip: string | null;
};

async function entries(query = ""): Promise<Entry[]> {
  const { status, body } = await api("GET", `${path}${query}`);
  expect(status, JSON.stringify(body)).toBe(200);
  return (body as { data: Entry[] }).data;
}

async function newest(query = ""): Promise<Entry | undefined> {
  return (await entries(`?limit=1${query}`))[0];
}

async function countOf(action: string): Promise<number> {
  const row = await env.DB.prepare("SELECT COUNT(*) AS n FROM audit_log WHERE action = ?")
    .bind(action)
    .first<{ n: number }>();
  return row?.n ?? 0;
}

const writing = rows.filter(({ route }) => !route.startsWith("GET "));

describe.each(writing)("$route", (row) => {
  const operation = operations.find(({ route }) => route === row.route) ?? { id: "", method: "" };
  const told = isChange(operation) ? 1 : 0;

  it(`is told ${told === 1 ? "once, and not when it is refused" : "never"}`, async () => {
    const { path: at, json, token, headers } = await row.good();
    const [method = ""] = row.route.split(" ");
    const call = {
      ...(json === undefined ? {} : { json }),
      ...(token === undefined ? {} : { token }),
      ...(headers === undefined ? {} : { headers }),
    };
    const before = await countOf(operation.id);
    expect((await api(method, at, call)).status).toBe(row.ok);
    expect(await countOf(operation.id)).toBe(before + told);
    const bad = row.bad?.({ path: at, ...call });
    if (bad === undefined) return;
    const refused = await api(method, bad.path, {
      ...call,
      ...(bad.json === undefined ? {} : { json: bad.json }),
    });
    expect(refused.status).toBe(bad.status);
    expect(await countOf(operation.id)).toBe(before + told);
  });
});

describe("an entry", () => {
  it("is not made of a dry run, which changes nothing", async () => {
    const action = "posthorn.catalogue.import";
    const before = await countOf(action);
    const imported = (dryRun: boolean) =>
      api("POST", "/api/v1/event-type/import/catalogue", { json: { name: "clawget", dryRun } });
    expect((await imported(true)).status).toBe(200);
    expect(await countOf(action)).toBe(before);
    await imported(false);
    expect((await newest())?.fields).toEqual({ name: "clawget" });
  });

  it("is not made of an application that was asked for and there already", async () => {
    const action = "v1.application.create";
    const before = await countOf(action);
    const json = { name: "Once", uid: unique("once") };
    const ask = () => api("POST", "/api/v1/app?get_if_exists=true", { json });
    expect((await ask()).status).toBe(201);
    expect(await countOf(action)).toBe(before + 1);
    expect((await ask()).status).toBe(200);
    expect(await countOf(action)).toBe(before + 1);
  });

  it("says which key did what to which application, and from where", async () => {
    const { id, name } = await anApplication({ name: "Acme" });
    const key = await aPublisherKey({ name: "ci" });
    await api("PATCH", `/api/v1/app/${id}`, {
      token: key.token,
      json: { metadata: { a: "b" }, throttleRate: 5 },
      headers: { "cf-connecting-ip": "203.0.113.9" },
    });
    expect(await newest(`&app_id=${id}`)).toMatchObject({
      actor: { kind: "key", keyId: key.id, name: "ci", sessionId: null },
      action: "v1.application.patch",
      appId: id,
      appName: name,
      resourceId: null,
      fields: { metadata: null, throttleRate: "5" },
      ip: "203.0.113.9",
    });
  });

  it("says which link or integration of a consumer it was", async () => {
    const { id, name } = await anApplication();
    const token = await aConsumerToken(id, { sessionId: "anna" });
    const json = { url: "https://receiver.example/hooks" };
    const { body } = await api("POST", `/api/v1/app/${id}/endpoint`, { token, json });
    expect(await newest(`&app_id=${id}`)).toMatchObject({
      actor: { kind: "session", sessionId: "anna" },
      action: "v1.endpoint.create",
      resourceId: (body as { id: string }).id,
      fields: { url: "https://receiver.example" },
    });
    const integration = await api("POST", `/api/v1/app/${id}/integration`, { json: { name: "Zap" } });
    const { id: integrationId } = integration.body as { id: string };
    const shown = await api("GET", `/api/v1/app/${id}/integration/${integrationId}/key`);
    const { key } = shown.body as { key: string };
    const webhook = { url: "https://receiver.example/w" };
    expect((await api("POST", "/api/v1/webhooks", { token: key, json: webhook })).status).toBe(201);
    expect(await newest(`&app_id=${id}`)).toMatchObject({
      actor: { kind: "integration", name: "Zap" },
      action: "clawbook.webhook.create",
      appName: name,
    });
  });

  it("is written once for a call that is repeated under its idempotency key", async () => {
    const headers = { "idempotency-key": unique("key") };
    const json = { name: unique("app") };
    const first = await api("POST", "/api/v1/app", { json, headers });
    expect((await api("POST", "/api/v1/app", { json, headers })).body).toEqual(first.body);
    expect(await entries(`?app_id=${(first.body as { id: string }).id}`)).toHaveLength(1);
  });

  it("is written for what an agent's tools change, and for nothing they read", async () => {
    const { id } = await anApplication();
    const { body } = await api("POST", `/api/v1/app/${id}/endpoint`, {
      json: { url: "https://receiver.example/" },
    });
    const { id: endpointId } = body as { id: string };
    const message = await api("POST", `/api/v1/app/${id}/msg`, { json: { eventType: "a", payload: {} } });
    const { id: messageId } = message.body as { id: string };
    const token = await aConsumerToken(id);
    await callTool(token, "list_pending_events", {});
    await callTool(token, "resend_event", { event_id: messageId, endpoint_id: endpointId });
    const [resent, ...before] = await entries(`?app_id=${id}`);
    expect(resent).toMatchObject({
      action: "v1.message-attempt.resend",
      resourceId: endpointId,
      fields: { msg_id: messageId },
      actor: { kind: "session" },
    });
    expect(before.map(({ action }) => action)).toEqual([
      "v1.authentication.app-portal-access",
      "v1.endpoint.create",
      "v1.application.create",
    ]);
  });

  it("holds no secret, wherever one was given or made", async () => {
    const { id } = await anApplication();
    const mark = "hunter2";
    const secret = `whsec_${btoa(`${mark}-${mark}-${mark}-${mark}`)}`;
    const header = `Bearer ${mark}`;
    const url = `https://user:${mark}@receiver.example/services/${mark}?token=${mark}#${mark}`;
    const made: string[] = [];
    const call = async (method: string, at: string, json: unknown) => {
      const answer = await api(method, at, { json });
      expect(answer.status, answer.text).toBeLessThan(300);
      const { token, key, secret: shown, url: link } = Object(answer.body) as Record<string, unknown>;
      made.push(...[token, key, shown, link].filter((text) => typeof text === "string"));
      return Object(answer.body) as { id: string };
    };
    const app = `/api/v1/app/${id}`;
    const endpoint = await call("POST", `${app}/endpoint`, {
      url: "https://receiver.example/",
      secret,
      headers: { authorization: header },
      metadata: { [mark]: mark },
      [`unknown-${mark}`]: mark,
    });
    const own = `${app}/endpoint/${endpoint.id}`;
    await call("PUT", `${own}/headers`, { headers: { "x-api-key": mark } });
    await call("PATCH", `${own}/headers`, { headers: { "x-other-key": mark }, deleteHeaders: ["x-api-key"] });
    await call("POST", `${own}/secret/rotate`, { key: `whsec_${btoa(mark.repeat(4))}` });
    await call("PATCH", own, { secret: `whsec_${btoa(mark.repeat(4))}` });
    const accepted = await api("PATCH", own, { json: { url } });
    expect([200, 422]).toContain(accepted.status);
    await call("POST", "/api/v1/operational-webhook/endpoint", {
      url: `https://receiver.example/${mark}`,
      secret,
    });
    await call("POST", "/api/v1/api-key", { name: "a" });
    await call("POST", `${app}/integration`, { name: "a" });
    await call("POST", `/api/v1/auth/app-portal-access/${id}`, {});
    const { results } = await env.DB.prepare("SELECT * FROM audit_log").all();
    const text = JSON.stringify(results);
    expect(made.length).toBeGreaterThan(1);
    for (const one of [mark, btoa(mark.repeat(4)), secret, "whsec_", "Bearer", ...made]) {
      expect(text).not.toContain(one);
    }
    expect(text).toContain("https://receiver.example");
  });
});

describe("the list", () => {
  it("is of one application, by id, by uid and when it is gone, of one action, and of a time", async () => {
    const uid = unique("uid");
    const { id } = await anApplication({ uid });
    await api("PATCH", `/api/v1/app/${uid}`, { json: { name: "Renamed" } });
    const actions = async (query: string) => (await entries(query)).map(({ action }) => action);
    const both = ["v1.application.patch", "v1.application.create"];
    expect(await actions(`?app_id=${uid}`)).toEqual(both);
    const created = await newest(`&app_id=${id}&action=v1.application.create`);
    const patched = await newest(`&app_id=${id}&action=v1.application.patch`);
    const at = patched?.timestamp ?? "";
    expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(created?.timestamp ?? ""));
    expect(await actions(`?app_id=${id}&after=${at}`)).toContain("v1.application.patch");
    expect(await actions(`?app_id=${id}&before=${at}`)).not.toContain("v1.application.patch");
    await api("DELETE", `/api/v1/app/${id}`);
    expect(await actions(`?app_id=${id}`)).toEqual(["v1.application.delete", ...both]);
    expect(await actions("?app_id=nobody")).toEqual([]);
  });

  it("takes times before all entries and after all that there will ever be", async () => {
    const { id } = await anApplication();
    const far = [
      `&after=0001-01-01T00:00:00Z`,
      `&before=9999-12-31T23:59:59Z`,
      `&after=9999-12-31T23:59:59Z`,
    ];
    const found = await Promise.all(far.map((query) => entries(`?app_id=${id}${query}`)));
    expect(found.map(({ length }) => length)).toEqual([1, 1, 0]);
  });

  it("has pages, newest first", async () => {
    const { id } = await anApplication();
    for (const name of ["b", "c"]) await api("PATCH", `/api/v1/app/${id}`, { json: { name } });
    const first = (await api("GET", `${path}?app_id=${id}&limit=2`)).body as {
      data: Entry[];
      iterator: string;
    };
    expect(first).toMatchObject({
      done: false,
      data: [{ fields: { name: "c" } }, { fields: { name: "b" } }],
    });
    const rest = await api("GET", `${path}?app_id=${id}&limit=2&iterator=${first.iterator}`);
    expect(rest.body).toMatchObject({ done: true, data: [{ action: "v1.application.create" }] });
  });

  it("is cut by retention", async () => {
    const ctx = createServiceContext(env);
    const entry = {
      ...{ actor: "root" as const, keyId: null, keyName: null, sessionId: null, ip: null },
      ...{ appId: null, appName: null, resourceId: null, fields: {} },
    };
    const ages: Record<string, number> = { "test.old": 401, "test.young": 399 };
    for (const [action, days] of Object.entries(ages)) {
      await appendAudit(ctx.db, { ...entry, action, at: ctx.nowMs - days * DAY_MS }, ctx.random);
    }
    await runUpkeep(ctx);
    expect([await countOf("test.old"), await countOf("test.young")]).toEqual([0, 1]);
  });
});

describe("when the log cannot be written", () => {
  it("the change has been made, and its answer stands", async () => {
    const { id } = await anApplication();
    await env.DB.prepare("ALTER TABLE audit_log RENAME TO audit_log_away").run();
    try {
      const { status, body } = await api("PATCH", `/api/v1/app/${id}`, { json: { name: "Changed" } });
      expect([status, body]).toEqual([200, expect.objectContaining({ name: "Changed" })]);
    } finally {
      await env.DB.prepare("ALTER TABLE audit_log_away RENAME TO audit_log").run();
    }
    expect((await api("GET", `/api/v1/app/${id}`)).body).toMatchObject({ name: "Changed" });
  });
});

async function callTool(token: string, name: string, args: unknown): Promise<void> {
  const { status, text } = await api("POST", "/mcp", {
    token,
    headers: { accept: "application/json, text/event-stream" },
    json: { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name, arguments: args } },
  });
  expect(status, text).toBe(200);
  expect(text).not.toContain('"isError":true');
}
