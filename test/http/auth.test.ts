import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { TOKEN_CACHE_MS } from "../../src/core/limits/tokens.ts";
import { createConsumerToken, createPublisherKey } from "../../src/service/access/api-keys.ts";
import { hashToken, newToken, principalOf } from "../../src/service/access/tokens.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { api, ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication, aPublisherKey, unique } from "../support/apps.ts";

const DENIED = { status: 401, body: { code: "authentication_failed", detail: "Invalid token" } };

describe("a request without a valid token", () => {
  it.each([
    ["none", null],
    ["an empty one", ""],
    ["a garbled one", "garbage"],
    ["an unknown publisher key", `sk_${"a".repeat(40)}`],
    ["an unknown consumer token", `appsk_${"a".repeat(40)}`],
    ["the root key in another case", env.POSTHORN_KEY.toUpperCase()],
    ["the root key and more", `${env.POSTHORN_KEY}x`],
    ["a very long one", "x".repeat(10_000)],
  ])("is refused: %s", async (_, token) => {
    expect(await api("GET", "/api/v1/app", { token })).toMatchObject(DENIED);
  });

  it("is refused under any other scheme", async () => {
    const headers = { authorization: `Basic ${env.POSTHORN_KEY}` };
    expect(await api("GET", "/api/v1/app", { token: null, headers })).toMatchObject(DENIED);
  });

  it("matches no root key when none is configured", async () => {
    const ctx = { ...createServiceContext(env), env: { ...env, POSTHORN_KEY: "" } };
    expect(await principalOf(ctx, "")).toBeNull();
  });
});

describe("tokens", () => {
  it("have their prefix, no dot, and at least 32 random characters", () => {
    const { random } = createServiceContext(env);
    expect(newToken("publisher", random)).toMatch(/^sk_[0-9A-Za-z]{32,}$/);
    expect(newToken("consumer", random)).toMatch(/^appsk_[0-9A-Za-z]{32,}$/);
    expect(newToken("consumer", random)).not.toBe(newToken("consumer", random));
  });

  it("are kept only as their hash", async () => {
    const { token } = await aPublisherKey();
    const row = await env.DB.prepare("SELECT * FROM api_keys WHERE hash = ?")
      .bind(await hashToken(token))
      .first();
    expect(row).not.toBeNull();
    expect(JSON.stringify(row)).not.toContain(token);
  });

  it("are checked without the database while warm, for ten seconds at most", async () => {
    const ctx = createServiceContext(env);
    const { key, token } = await createPublisherKey(ctx, { name: null, expiresAtMs: null });
    const principal = { kind: "publisher", keyId: key.id, scopes: null };
    expect(await principalOf(ctx, token)).toEqual(principal);
    await env.DB.prepare("DELETE FROM api_keys WHERE hash = ?").bind(key.hash).run();
    const later = (afterMs: number) => ({ ...ctx, nowMs: ctx.nowMs + afterMs });
    expect(await principalOf(later(TOKEN_CACHE_MS - 1), token)).toEqual(principal);
    expect(await principalOf(later(TOKEN_CACHE_MS), token)).toBeNull();
  });

  it("end at their expiry even while warm", async () => {
    const ctx = createServiceContext(env);
    const input = { name: null, expiresAtMs: ctx.nowMs + 2 };
    const { token } = await createPublisherKey(ctx, input);
    expect(await principalOf({ ...ctx, nowMs: ctx.nowMs + 1 }, token)).not.toBeNull();
    expect(await principalOf({ ...ctx, nowMs: ctx.nowMs + 2 }, token)).toBeNull();
  });

  it("of consumers live seven days unless told otherwise", async () => {
    const ctx = createServiceContext(env);
    const { key } = await createConsumerToken(ctx, {
      appKey: 1,
      capabilities: null,
      readOnly: false,
      featureFlags: [],
      sessionId: null,
      expirySeconds: null,
    });
    expect(key.expiresAt).toBe(ctx.nowMs + 7 * 86_400_000);
  });
});

describe("publisher keys", () => {
  it("work like the root key until revoked, and are listed without their token", async () => {
    const name = unique("key");
    const { id, token } = await aPublisherKey({ name, expiresAt: "2100-01-01T00:00:00Z" });
    expect((await api("GET", "/api/v1/app", { token })).status).toBe(200);
    const { body } = await api("GET", "/api/v1/api-key?order=descending", { token });
    const shown = (body as { data: { id: string }[] }).data.find((key) => key.id === id);
    expect(shown).toMatchObject({ name, expiresAt: "2100-01-01T00:00:00.000Z", censoredToken: "sk_…" });
    expect(JSON.stringify(body)).not.toContain(token);
    expect((await api("DELETE", `/api/v1/api-key/${id}`)).status).toBe(204);
    expect(await api("GET", "/api/v1/app", { token })).toMatchObject(DENIED);
    expect((await api("DELETE", `/api/v1/api-key/${id}`)).status).toBe(404);
  });

  it("may be created with no body at all, but not with an expiry in the past", async () => {
    expect((await api("POST", "/api/v1/api-key")).status).toBe(201);
    const past = await api("POST", "/api/v1/api-key", { json: { expiresAt: "2001-01-01T00:00:00Z" } });
    expect(past.status).toBe(422);
  });
});

describe("a consumer token", () => {
  it("comes with a portal link that carries it in the fragment", async () => {
    const { id } = await anApplication();
    const { body } = await api("POST", `/api/v1/auth/app-portal-access/${id}`);
    const { url, token } = body as { url: string; token: string };
    const [page, key] = url.split("#key=");
    expect(page).toBe(`${ORIGIN}/portal/login`);
    expect(JSON.parse(atob(key ?? ""))).toMatchObject({ appId: id, token });
  });

  it("comes from the older route too, with an empty body", async () => {
    const { id } = await anApplication();
    const { status, body } = await api("POST", `/api/v1/auth/dashboard-access/${id}`);
    expect(status).toBe(200);
    expect(Object.keys(body as object).sort()).toEqual(["token", "url"]);
  });

  it("sees its application, no other, and nothing of publishers", async () => {
    const [mine, other] = [await anApplication(), await anApplication()];
    const token = await aConsumerToken(mine.id);
    expect(await api("GET", `/api/v1/app/${mine.id}`, { token })).toMatchObject({ status: 200, body: mine });
    expect((await api("GET", `/api/v1/app/${other.id}`, { token })).status).toBe(404);
    const forbidden = { status: 403, body: { code: "insufficient access" } };
    expect(await api("GET", "/api/v1/app", { token })).toMatchObject(forbidden);
    expect(await api("DELETE", `/api/v1/app/${mine.id}`, { token })).toMatchObject(forbidden);
    expect(await api("GET", "/api/v1/api-key", { token })).toMatchObject(forbidden);
  });

  it("dies with its application", async () => {
    const { id } = await anApplication();
    const token = await aConsumerToken(id);
    await api("DELETE", `/api/v1/app/${id}`);
    expect((await api("GET", `/api/v1/app/${id}`, { token })).status).toBe(404);
  });

  it("makes the application it is asked for, once, under the uid of the path", async () => {
    const uid = unique("uid");
    const json = { application: { name: "Implicit", uid } };
    for (let count = 0; count < 2; count++) {
      expect((await api("POST", `/api/v1/auth/app-portal-access/${uid}`, { json })).status).toBe(200);
    }
    expect(await api("GET", `/api/v1/app/${uid}`)).toMatchObject({ status: 200, body: { name: "Implicit" } });
  });

  it.each([
    [{ name: "a" }, "application_uid_missing"],
    [{ name: "a", uid: "another" }, "application_uid_mismatch"],
  ])("is refused with an application %j that is not the path's", async (application, type) => {
    const answer = await api("POST", `/api/v1/auth/app-portal-access/${unique("uid")}`, {
      json: { application },
    });
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ type }] } });
  });

  it("ends with logout, alone", async () => {
    const { id } = await anApplication();
    const [token, other] = [await aConsumerToken(id), await aConsumerToken(id)];
    expect((await api("POST", "/api/v1/auth/logout", { token })).status).toBe(204);
    expect(await api("GET", `/api/v1/app/${id}`, { token })).toMatchObject(DENIED);
    expect((await api("GET", `/api/v1/app/${id}`, { token: other })).status).toBe(200);
  });

  it("ends with expire-all, by session when one is named", async () => {
    const { id } = await anApplication();
    const [anna, bob] = [await aConsumerToken(id, { sessionId: "anna" }), await aConsumerToken(id)];
    const path = `/api/v1/auth/app/${id}/expire-all`;
    const status = async (token: string) => (await api("GET", `/api/v1/app/${id}`, { token })).status;
    expect((await api("POST", path, { json: { sessionIds: ["anna"] } })).status).toBe(204);
    expect([await status(anna), await status(bob)]).toEqual([401, 200]);
    expect((await api("POST", path, { json: { expiry: 3600 } })).status).toBe(204);
    expect(await status(bob)).toBe(200);
    expect((await api("POST", path)).status).toBe(204);
    expect(await status(bob)).toBe(401);
  });

  it.each([{ expiry: 3599 }, { expiry: 604_801 }, { capabilities: ["All"] }, { sessionId: "a b" }])(
    "is refused with %j",
    async (json) => {
      const { id } = await anApplication();
      expect((await api("POST", `/api/v1/auth/app-portal-access/${id}`, { json })).status).toBe(422);
    },
  );
});
