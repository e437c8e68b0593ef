/** Keys with scopes, over every route of the API's document, in the real runtime. */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { LAST_USED_STEP_MS } from "../../src/core/limits/tokens.ts";
import { RULED_OPERATIONS, scopesFor } from "../../src/core/operations.ts";
import { SCOPES, type Scope } from "../../src/core/scopes.ts";
import { forgetCachedTokens, hashToken } from "../../src/service/access/tokens.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { api } from "../support/api.ts";
import { anApplication, aPublisherKey, unique } from "../support/apps.ts";
import { documentOperations } from "../support/operations.ts";
import { allRoutes as rows } from "./routes/all.ts";
import type { Call, RouteRow } from "./routes/row.ts";

const keys = "/api/v1/api-key";
const operations = await documentOperations();
const tokens = new Map<string, string>();

async function tokenWith(scopes: readonly Scope[]): Promise<string> {
  const name = scopes.join();
  const token = tokens.get(name) ?? (await aPublisherKey({ scopes })).token;
  tokens.set(name, token);
  return token;
}

async function outcome(row: RouteRow, { path, json, headers }: Call, scopes: readonly Scope[]) {
  const [method = ""] = row.route.split(" ");
  const call = { json, token: await tokenWith(scopes), ...(headers === undefined ? {} : { headers }) };
  return judged(await api(method, path, call), row.ok);
}

/** The three kinds of answer of which the test speaks. */
function judged({ status, body }: { status: number; body: unknown }, ok: number): string {
  const { code, detail } = Object(body);
  if (status === ok) return "allowed";
  if (status !== 403 || code !== "insufficient access") return `answered ${status}`;
  return String(detail).startsWith("This key lacks the scope") || String(detail).startsWith("No scope covers")
    ? "refused"
    : "for consumers";
}

describe("the table of operations", () => {
  it("has a line for every route that writes, and none for a route that is gone", () => {
    const writing = operations.filter(({ method }) => method !== "GET").map(({ id }) => id);
    expect(writing.filter((id) => !RULED_OPERATIONS.includes(id))).toEqual([]);
    const ids = operations.map(({ id }) => id);
    expect(RULED_OPERATIONS.filter((id) => !ids.includes(id))).toEqual([]);
  });

  it("lets nobody who may only look see a secret, a key or a token", () => {
    const readable = operations.filter(({ id, method }) => scopesFor({ id, method })?.join() === "read");
    expect(readable.filter(({ path }) => /\/(secret|key|token)(\/|$)/.test(path))).toEqual([]);
  });
});

describe.each(rows.filter(({ access }) => access !== "public"))("$route", (row) => {
  const operation = operations.find(({ route }) => route === row.route) ?? { id: "", method: "", route: "" };
  const needed = scopesFor(operation);

  it(`with one scope is open to ${needed === null ? "none" : needed.join(" and ") || "each"}`, async () => {
    const allowed = row.access === "consumer" ? "for consumers" : "allowed";
    // A link without capabilities asked for has them all, and a key that makes an unlimited key must be unlimited.
    const isLending = /app-portal-access|dashboard-access|api-key\.(create|rotate)$/.test(operation.id);
    const isEnough = (scope: Scope) => !isLending && (needed?.every((one) => one === scope) ?? false);
    // What is refused does nothing, so that one good call serves them all.
    const good = await row.good();
    for (const scope of SCOPES.filter((one) => !isEnough(one))) {
      expect(`${scope}: ${await outcome(row, good, [scope])}`).toBe(`${scope}: refused`);
    }
    for (const scope of SCOPES.filter(isEnough)) {
      expect(`${scope}: ${await outcome(row, await row.good(), [scope])}`).toBe(`${scope}: ${allowed}`);
    }
    expect(await outcome(row, good, SCOPES)).toBe(needed === null ? "refused" : allowed);
  });
});

describe("a key with scopes", () => {
  it("is told which scope is missing", async () => {
    const token = await tokenWith(["read"]);
    expect(await api("POST", "/api/v1/app", { token, json: { name: "a" } })).toMatchObject({
      status: 403,
      body: { code: "insufficient access", detail: "This key lacks the scope `manage`" },
    });
  });

  it("meets no door that is open beside the document's: MCP, HEAD, other slashes, encoded paths", async () => {
    const token = await tokenWith(["publish"]);
    expect((await api("POST", "/mcp", { token, json: {} })).status).toBe(403);
    expect((await api("HEAD", "/api/v1/app", { token })).status).toBe(403);
    expect((await api("GET", "/api//v1/app/", { token })).status).toBe(403);
    expect((await api("GET", "/api/v1/%61pp", { token })).status).toBe(403);
    expect((await api("GET", "/api/v1/no-such-route", { token })).status).toBe(404);
  });

  it("is refused before anything is done, also when its idempotency key was answered to another", async () => {
    const headers = { "idempotency-key": unique("key") };
    const name = unique("app");
    expect((await api("POST", "/api/v1/app", { json: { name }, headers })).status).toBe(201);
    const token = await tokenWith(["read"]);
    expect((await api("POST", "/api/v1/app", { json: { name }, headers, token })).status).toBe(403);
  });

  it("must be made of scopes that there are", async () => {
    const { status, body } = await api("POST", keys, { json: { scopes: ["read", "root"] } });
    expect(status).toBe(422);
    expect(JSON.stringify(body)).toContain("must be one of read, publish, replay, manage, portal, keys");
    expect((await api("POST", keys, { json: { scopes: [] } })).status).toBe(422);
  });

  it("is shown with its scopes, to itself too", async () => {
    const { body } = await api("POST", keys, { json: { scopes: ["publish", "read", "read"] } });
    expect(body).toMatchObject({ scopes: ["read", "publish"], lastUsedAt: null });
    const { token } = body as { token: string };
    expect((await api("GET", "/api/v1/auth/whoami", { token })).body).toMatchObject({
      scopes: ["read", "publish"],
    });
    expect((await api("POST", keys, { json: { scopes: null } })).body).toMatchObject({ scopes: null });
  });

  it("makes no key, and rotates none, that may do more than itself", async () => {
    const token = await tokenWith(["keys", "read"]);
    const lacks = (scope: string) => ({
      status: 403,
      body: { detail: `This key lacks the scope \`${scope}\`` },
    });
    expect(await api("POST", keys, { token, json: { scopes: ["keys", "read"] } })).toMatchObject({
      status: 201,
    });
    expect(await api("POST", keys, { token, json: { scopes: ["publish"] } })).toMatchObject(lacks("publish"));
    expect((await api("POST", keys, { token, json: {} })).status).toBe(403);
    const [less, more] = [await aPublisherKey({ scopes: ["read"] }), await aPublisherKey()];
    expect(await api("POST", `${keys}/${less.id}/rotate`, { token })).toMatchObject({
      status: 201,
      body: { scopes: ["read"] },
    });
    expect((await api("POST", `${keys}/${more.id}/rotate`, { token })).status).toBe(403);
    expect((await api("POST", `${keys}/${more.id}/expire`, { token, json: { expiry: 60 } })).status).toBe(
      204,
    );
  });

  it("lends consumers no capability that it lacks", async () => {
    const { id } = await anApplication();
    const path = `/api/v1/auth/app-portal-access/${id}`;
    const token = await tokenWith(["portal", "read"]);
    expect((await api("POST", path, { token, json: { readOnly: true } })).status).toBe(200);
    expect(await api("POST", path, { token, json: { capabilities: ["CreateAttempts"] } })).toMatchObject({
      status: 403,
      body: { detail: "This key lacks the scope `replay`" },
    });
    expect((await api("POST", path, { token })).status).toBe(403);
    const whole = await tokenWith(["portal", "read", "replay", "manage"]);
    expect((await api("POST", path, { token: whole })).status).toBe(200);
  });
});

describe("the end of a key", () => {
  it("comes at once, or after a delay, and never later than it was to come", async () => {
    const expiresAt = new Date(Date.now() + 60_000).toISOString();
    const soon = await aPublisherKey({ expiresAt });
    expect((await api("POST", `${keys}/${soon.id}/expire`, { json: { expiry: 3600 } })).status).toBe(204);
    expect(await shown(soon.id)).toMatchObject({ expiresAt });
    const ended = await aPublisherKey();
    expect((await api("POST", `${keys}/${ended.id}/expire`)).status).toBe(204);
    expect((await api("GET", "/api/v1/app", { token: ended.token })).status).toBe(401);
    expect((await api("POST", `${keys}/key_nothing/expire`)).status).toBe(404);
  });
});

describe("when a key was last used", () => {
  const stored = async (token: string) =>
    env.DB.prepare("SELECT last_used_at AS at FROM api_keys WHERE hash = ?")
      .bind(await hashToken(token))
      .first<{ at: number | null }>();

  it("is noted once an hour, however often it is used", async () => {
    const { id, token } = await aPublisherKey();
    expect(await stored(token)).toEqual({ at: null });
    await api("GET", "/api/v1/app", { token });
    await expect.poll(async () => (await stored(token))?.at).toBeGreaterThan(0);
    const first = await stored(token);
    expect(await shown(id)).toMatchObject({ lastUsedAt: new Date(first?.at ?? 0).toISOString() });
    forgetCachedTokens();
    await api("GET", "/api/v1/app", { token });
    expect(await stored(token)).toEqual(first);
    const longAgo = createServiceContext(env).nowMs - LAST_USED_STEP_MS;
    await env.DB.prepare("UPDATE api_keys SET last_used_at = ? WHERE hash = ?")
      .bind(longAgo, await hashToken(token))
      .run();
    forgetCachedTokens();
    await api("GET", "/api/v1/app", { token });
    await expect.poll(async () => (await stored(token))?.at).toBeGreaterThan(longAgo);
  });
});

async function shown(id: string): Promise<unknown> {
  const { body } = await api("GET", `${keys}?order=descending`);
  return (body as { data: { id: string }[] }).data.find((key) => key.id === id);
}
