/**
 * One table over every registered route: it works, it refuses bad input, it refuses the wrong caller. The routes come
 * from the API's own description, so a route without a row fails here. Rows live in `routes/`, a file a front.
 */
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type ApiRequest, api } from "../support/api.ts";
import { aConsumerToken, anApplication, aPublisherKey } from "../support/apps.ts";
import { allRoutes as rows } from "./routes/all.ts";
import type { Call, RouteRow } from "./routes/row.ts";

async function send(row: RouteRow, call: Call, token?: string | null): Promise<number> {
  const caller = token === undefined ? call.token : token;
  const request: ApiRequest = { ...(caller === undefined ? {} : { token: caller }) };
  if (call.json !== undefined) request.json = call.json;
  if (call.headers !== undefined) request.headers = call.headers;
  const method = row.route.split(" ")[0] ?? "";
  return (await api(method, call.path, request)).status;
}

async function tokenOf(appId: string | undefined, access: Record<string, unknown> = {}): Promise<string> {
  return aConsumerToken(appId ?? (await anApplication()).id, access);
}

it("has a row for every route, and no row without a route", async () => {
  const { body } = await api("GET", "/openapi.json", { token: null });
  const { paths } = body as { paths: Record<string, Record<string, unknown>> };
  const registered = Object.entries(paths).flatMap(([path, item]) =>
    Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(rows.map(({ route }) => route).sort()).toEqual(registered.sort());
});

describe.each(rows)("$route", (row) => {
  if (row.access === "consumer") {
    it("refuses the root key and a publisher key, which are of no application", async () => {
      expect(await send(row, await row.good(), env.POSTHORN_KEY)).toBe(403);
      expect(await send(row, await row.good(), (await aPublisherKey()).token)).toBe(403);
    });
  } else {
    it(`answers ${row.ok} to the root key and to a publisher key`, async () => {
      expect(await send(row, await row.good())).toBe(row.ok);
      const { token } = await aPublisherKey();
      expect(await send(row, await row.good(), token)).toBe(row.ok);
    });
  }

  const { bad } = row;
  if (bad !== null) {
    it("refuses bad input", async () => {
      const { status, ...call } = bad(await row.good());
      expect(await send(row, call)).toBe(status);
    });
  }

  if (row.access === "public") {
    it("needs no token", async () => {
      expect(await send(row, await row.good(), null)).toBe(row.ok);
    });
    return;
  }

  it("refuses a caller without a token, whatever it sends", async () => {
    const good = await row.good();
    expect(await send(row, good, null)).toBe(401);
    if (bad !== null) expect(await send(row, bad(good), null)).toBe(401);
  });

  if (row.access === "publisher") {
    it("refuses consumers, the application's own too", async () => {
      const good = await row.good();
      expect(await send(row, good, await tokenOf(good.appId))).toBe(403);
      expect([403, 404]).toContain(await send(row, good, await tokenOf(undefined)));
    });
    return;
  }

  it("serves a consumer that has what it takes", async () => {
    const good = await row.good();
    const capabilities = row.capability === undefined ? ["ViewBase"] : [row.capability];
    expect(await send(row, good, await tokenOf(good.appId, { capabilities }))).toBe(row.ok);
  });

  if (row.access === "app" || (row.access === "consumer" && row.ofOne === true)) {
    it("is unknown to the consumer of another application", async () => {
      expect(await send(row, await row.good(), await tokenOf(undefined))).toBe(404);
    });
  }

  if (row.capability !== undefined) {
    it(`refuses a consumer without ${row.capability}`, async () => {
      const good = await row.good();
      expect(await send(row, good, await tokenOf(good.appId, { capabilities: ["ViewBase"] }))).toBe(403);
    });
  }
});
