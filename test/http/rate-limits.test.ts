/** Limits on requests, on the platform's own limiter as the local runtime has it: 3 requests in 10 seconds here. */
import { createExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, describe, expect, it, vi } from "vitest";
import { createApp } from "../../src/http/app.ts";
import { guardedDatabase } from "../../src/store/guarded-database.ts";
import { ORIGIN } from "../support/api.ts";
import { aConsumerToken, anApplication, aPublisherKey } from "../support/apps.ts";
import { faultyD1 } from "../support/faulty-d1.ts";

/** Waiting for the next window takes up to half of one. */
vi.setConfig({ testTimeout: 30_000 });

const app = createApp();
const PERIOD_MS = 10_000;
const APPS = "/api/v1/app";

type Bindings = typeof env;
type Caller = { token?: string; address?: string; path?: string };

async function get(bindings: Bindings, { token, address, path = APPS }: Caller): Promise<Response> {
  const headers = new Headers();
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  if (address !== undefined) headers.set("cf-connecting-ip", address);
  return app.fetch(new Request(ORIGIN + path, { headers }), bindings, createExecutionContext());
}

/** The limiter's windows begin by the clock: four calls must not meet the end of one. */
async function inOneWindow(): Promise<void> {
  const leftMs = PERIOD_MS - (Date.now() % PERIOD_MS);
  if (leftMs < 5000) await new Promise((resolve) => setTimeout(resolve, leftMs + 10));
}

async function statuses(bindings: Bindings, caller: Caller, count: number): Promise<number[]> {
  const seen: number[] = [];
  for (let n = 0; n < count; n++) seen.push((await get(bindings, caller)).status);
  return seen;
}

function newAddress(): string {
  return `2001:db8::${crypto.randomUUID().slice(0, 4)}`;
}

/** Well-formed, and nobody's. */
function guessedToken(): string {
  return `sk_${crypto.randomUUID().replaceAll("-", "")}`;
}

afterEach(() => {
  vi.restoreAllMocks();
});

describe("a token that makes too many requests", () => {
  it("is answered 429 and when to try again, and no other token is", async () => {
    const bindings = { ...env, PUBLISHER_RATE: env.TEST_RATE };
    const [first, second] = [await aPublisherKey(), await aPublisherKey()];
    await inOneWindow();
    const address = newAddress();
    expect(await statuses(bindings, { token: first.token, address }, 3)).toEqual([200, 200, 200]);
    const refused = await get(bindings, { token: first.token, address: newAddress() });
    expect(refused.status).toBe(429);
    expect(refused.headers.get("retry-after")).toBe("10");
    const detail = "This token makes too many requests; try again in 10 seconds";
    expect(await refused.json()).toEqual({ code: "rate_limited", detail });
    expect((await get(bindings, { token: second.token, address })).status).toBe(200);
  });

  it("is limited as a consumer by the limiter of consumers", async () => {
    const bindings = { ...env, CONSUMER_RATE: env.TEST_RATE };
    const { id } = await anApplication();
    const token = await aConsumerToken(id);
    const { token: publisher } = await aPublisherKey();
    await inOneWindow();
    const path = `${APPS}/${id}`;
    expect(await statuses(bindings, { token, path }, 4)).toEqual([200, 200, 200, 429]);
    expect(await statuses(bindings, { token: publisher, path }, 4)).toEqual([200, 200, 200, 200]);
  });

  it("is not asked of the database again to be refused", async () => {
    const { db, calls } = faultyD1(env.DB, ["none"]);
    const bindings = { ...env, DB: guardedDatabase(db), PUBLISHER_RATE: env.TEST_RATE };
    const { token } = await aPublisherKey();
    await inOneWindow();
    await statuses(bindings, { token }, 3);
    const before = calls();
    expect((await get(bindings, { token })).status).toBe(429);
    expect(calls()).toBe(before);
  });
});

describe("an address without a valid token", () => {
  it("is answered 401 so often, then 429, and other addresses are not affected", async () => {
    const bindings = { ...env, ANONYMOUS_RATE: env.TEST_RATE };
    await inOneWindow();
    const address = newAddress();
    expect(await statuses(bindings, { address }, 4)).toEqual([401, 401, 401, 429]);
    expect((await get(bindings, { address: newAddress() })).status).toBe(401);
  });

  it("that guesses tokens does not reach the database any more", async () => {
    const { db, calls } = faultyD1(env.DB, ["none"]);
    const bindings = { ...env, DB: guardedDatabase(db), ANONYMOUS_RATE: env.TEST_RATE };
    await inOneWindow();
    const address = newAddress();
    for (const status of [401, 401, 401, 429]) {
      expect((await get(bindings, { address, token: guessedToken() })).status).toBe(status);
    }
    const before = calls();
    const refused = await get(bindings, { address, token: guessedToken() });
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "10"]);
    expect(calls()).toBe(before);
  });

  it("keeps no valid token from being used there", async () => {
    const bindings = { ...env, ANONYMOUS_RATE: env.TEST_RATE };
    const { token } = await aPublisherKey();
    await inOneWindow();
    const address = newAddress();
    expect((await get(bindings, { token, address })).status).toBe(200);
    await statuses(bindings, { address }, 4);
    expect((await get(bindings, { token, address })).status).toBe(200);
    expect((await get(bindings, { token: env.POSTHORN_KEY, address })).status).toBe(200);
  });

  it("is limited on the public paths too, which may ask the database", async () => {
    const bindings = { ...env, ANONYMOUS_RATE: env.TEST_RATE };
    await inOneWindow();
    const caller = { address: newAddress(), path: "/api/v1/health" };
    expect(await statuses(bindings, caller, 4)).toEqual([200, 200, 200, 429]);
  });
});

describe("a limiter", () => {
  it("that fails lets requests through, and that is logged", async () => {
    const logged = vi.spyOn(console, "error").mockImplementation(() => {});
    const broken = { limit: () => Promise.reject(new Error("no limiter")) };
    const bindings = { ...env, PUBLISHER_RATE: broken, ANONYMOUS_RATE: broken };
    expect((await get(bindings, { token: env.POSTHORN_KEY })).status).toBe(200);
    expect((await get(bindings, {})).status).toBe(401);
    expect(logged.mock.calls.flat().join()).toContain("http.rate_limiter_failed");
  });

  it("that is not there lets requests through", async () => {
    const { PUBLISHER_RATE: _, CONSUMER_RATE: __, ANONYMOUS_RATE: ___, ...bindings } = env;
    expect((await get(bindings as Bindings, { token: env.POSTHORN_KEY })).status).toBe(200);
    expect((await get(bindings as Bindings, {})).status).toBe(401);
  });
});
