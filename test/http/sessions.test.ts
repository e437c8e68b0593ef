/** One-time tokens, and who a token stands for. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { exchangeOneTimeToken } from "../../src/service/access/api-keys.ts";
import { hashToken, principalOf } from "../../src/service/access/tokens.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, aOneTimeToken, aPublisherKey } from "../support/apps.ts";

function exchange(oneTimeToken: string) {
  return api("POST", "/api/v1/auth/one-time-token", { token: null, json: { oneTimeToken } });
}

const DENIED = { status: 401, body: { code: "authentication_failed" } };

describe("a one-time token", () => {
  it("is exchanged once, for a session that may do the same", async () => {
    const { id } = await anApplication();
    const access = { capabilities: ["ViewEndpointSecret"], featureFlags: ["beta"], sessionId: "anna" };
    const oneTimeToken = await aOneTimeToken(id, access);
    const { status, body } = await exchange(oneTimeToken);
    expect(status).toBe(200);
    const { token, capabilities } = body as { token: string; capabilities: string[] };
    expect(capabilities).toEqual(["ViewBase", "ViewEndpointSecret"]);
    expect((await api("GET", "/api/v1/auth/whoami", { token })).body).toMatchObject({
      appId: id,
      sessionId: "anna",
      capabilities,
      featureFlags: ["beta"],
    });
    expect(await exchange(oneTimeToken)).toMatchObject(DENIED);
    expect((await api("GET", `/api/v1/app/${id}`, { token })).status).toBe(200);
  });

  it("is exchanged once, however many ask at the same time", async () => {
    const oneTimeToken = await aOneTimeToken((await anApplication()).id);
    const answers = await Promise.all(Array.from({ length: 5 }, () => exchange(oneTimeToken)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401, 401, 401]);
  });

  it("is no token itself, and no other token is one", async () => {
    const { id } = await anApplication();
    const token = await aOneTimeToken(id);
    expect(await api("GET", `/api/v1/app/${id}`, { token })).toMatchObject(DENIED);
    expect(await exchange(await aConsumerToken(id))).toMatchObject(DENIED);
    expect(await exchange(env.POSTHORN_KEY)).toMatchObject(DENIED);
    expect(await exchange("nonsense")).toMatchObject(DENIED);
  });

  it("ends with the sessions of its application, and when its link does", async () => {
    const { id } = await anApplication();
    const ended = await aOneTimeToken(id, { sessionId: "anna" });
    const other = await aOneTimeToken(id, { sessionId: "bob" });
    const json = { sessionIds: ["anna"] };
    expect((await api("POST", `/api/v1/auth/app/${id}/expire-all`, { json })).status).toBe(204);
    expect(await exchange(ended)).toMatchObject(DENIED);
    const ctx = createServiceContext(env);
    const tooLate = { ...ctx, nowMs: ctx.nowMs + 3_601_000 };
    const short = await aOneTimeToken(id, { expiry: 3600 });
    expect(await exchangeOneTimeToken(tooLate, short)).toBeNull();
    expect((await exchange(other)).status).toBe(200);
  });
});

describe("a publisher key that is rotated", () => {
  const served = async (token: string) => (await api("GET", "/api/v1/app", { token })).status;

  it("goes on beside the new one, which has its name, for as long as it is told", async () => {
    const old = await aPublisherKey({ name: "ours" });
    const rotated = await api("POST", `/api/v1/api-key/${old.id}/rotate`, { json: { expiry: 60 } });
    expect(rotated).toMatchObject({ status: 201, body: { name: "ours", expiresAt: expect.any(String) } });
    const { token, id } = rotated.body as { token: string; id: string };
    expect([await served(old.token), await served(token)]).toEqual([200, 200]);
    const ctx = createServiceContext(env);
    const later = { ...ctx, nowMs: ctx.nowMs + 301_000 };
    expect(await principalOf(later, old.token)).toBeNull();
    const again = await api("POST", `/api/v1/api-key/${id}/rotate`, { json: { oldTokenExpiry: 0 } });
    expect(again.status).toBe(201);
    expect(await served(token)).toBe(401);
  });

  it("must be there: not revoked, not ended, and no consumer's", async () => {
    const { id } = await aPublisherKey();
    expect((await api("DELETE", `/api/v1/api-key/${id}`)).status).toBe(204);
    const token = await aConsumerToken((await anApplication()).id);
    const hash = await hashToken(token);
    const row = await env.DB.prepare("SELECT id FROM api_keys WHERE hash = ?").bind(hash).first();
    for (const gone of [id, row?.["id"], "none-such"]) {
      expect((await api("POST", `/api/v1/api-key/${gone}/rotate`)).status).toBe(404);
    }
  });
});

describe("whoami", () => {
  it("tells a publisher from a consumer", async () => {
    const { body } = await api("GET", "/api/v1/auth/whoami");
    expect(body).toMatchObject({
      envId: expect.stringMatching(/^org_[A-Za-z0-9]{27}$/),
      appId: null,
      permissionSource: "RegionalAuthToken",
      capabilities: null,
    });
    const { id } = await anApplication();
    const token = await aConsumerToken(id, { readOnly: true });
    expect((await api("GET", "/api/v1/auth/whoami", { token })).body).toMatchObject({
      appId: id,
      sessionId: null,
      capabilities: ["ViewBase"],
    });
  });
});
