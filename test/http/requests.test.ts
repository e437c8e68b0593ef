/** What holds for every route, shown on one. */

import { env, exports } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { MAX_REQUEST_BODY_BYTES } from "../../src/core/limits/requests.ts";
import { createApp } from "../../src/http/app.ts";
import { api, ORIGIN } from "../support/api.ts";

describe("a body", () => {
  it.each(["{", "not json", "{'a':1}", '{"a":1}}'])(
    "that is not JSON is refused with 422: %j",
    async (text) => {
      const { status, body } = await api("POST", "/api/v1/app", { text });
      expect(status).toBe(422);
      expect(body).toMatchObject({ detail: [{ loc: ["body"], type: "value_error.jsondecode" }] });
    },
  );

  it("that is not UTF-8 is refused with 422", async () => {
    const headers = { authorization: `Bearer ${env.POSTHORN_KEY}` };
    const bytes = new Uint8Array([0x7b, 0xff, 0x7d]);
    const request = new Request(`${ORIGIN}/api/v1/app`, { method: "POST", headers, body: bytes });
    expect((await exports.default.fetch(request)).status).toBe(422);
  });

  it("is read as JSON whatever its content type", async () => {
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const answer = await api("POST", "/api/v1/app", { text: '{"name":"curl"}', headers });
    expect(answer.status).toBe(201);
  });

  it.each([
    '{"name":"a","metadata":{"__proto__":"b"}}',
    '{"name":"a","metadata":{"\\u005f_proto__":"b"}}',
    '{"name":"a","__proto__":{"uid":"b"}}',
  ])("is refused with a key that would be left out: %s", async (text) => {
    const { status, body } = await api("POST", "/api/v1/app", { text });
    expect(status).toBe(422);
    expect(body).toMatchObject({ detail: [{ loc: ["body"], msg: 'must not hold a key named "__proto__"' }] });
  });

  it("that is missing says which fields are missing", async () => {
    const answer = await api("POST", "/api/v1/app");
    expect(answer).toMatchObject({ status: 422, body: { detail: [{ loc: ["body", "name"] }] } });
  });

  it("may be as large as the limit and no larger, with or without a length", async () => {
    const fit = `{"name":"x"}${" ".repeat(MAX_REQUEST_BODY_BYTES - 12)}`;
    expect((await api("POST", "/api/v1/app", { text: fit })).status).toBe(201);
    const tooLarge = { status: 413, body: { code: "payload_too_large" } };
    expect(await api("POST", "/api/v1/app", { text: `${fit} ` })).toMatchObject(tooLarge);
    const stream = new Blob([`${fit} `]).stream();
    const headers = { authorization: `Bearer ${env.POSTHORN_KEY}` };
    const request = new Request(`${ORIGIN}/api/v1/app`, { method: "POST", headers, body: stream });
    expect((await exports.default.fetch(request)).status).toBe(413);
  });

  it("with more bad items than anyone reads is answered with a bounded list", async () => {
    const metadata = Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`k${index}`, 1]));
    const { body } = await api("POST", "/api/v1/app", { json: { name: "a", metadata } });
    expect((body as { detail: unknown[] }).detail.length).toBe(50);
  });
});

describe("a browser", () => {
  it("may call from any origin with any header", async () => {
    const answer = await api("OPTIONS", "/api/v1/app", {
      token: null,
      headers: {
        origin: "https://elsewhere.example",
        "access-control-request-method": "PATCH",
        "access-control-request-headers": "authorization, svix-req-id",
      },
    });
    expect(answer.status).toBe(204);
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-allow-headers")).toContain("svix-req-id");
    expect(answer.headers.get("access-control-allow-methods")).toContain("PATCH");
  });

  it("can read errors too", async () => {
    const answer = await api("GET", "/api/v1/app", { token: null });
    expect(answer.headers.get("access-control-allow-origin")).toBe("*");
    expect(answer.headers.get("access-control-expose-headers")).toBe("retry-after");
  });
});

describe("a failing database", () => {
  const broken = { ...env, DB: brokenDatabase() };

  it("is answered with 503 and nothing of its words", async () => {
    const headers = { authorization: `Bearer ${env.POSTHORN_KEY}` };
    const response = await createApp().request(`${ORIGIN}/api/v1/app`, { headers }, broken);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("1");
    const detail = "The database cannot be reached; try again";
    expect(await response.json()).toEqual({ code: "unavailable", detail });
  });

  it("shows in health as 503", async () => {
    const response = await createApp().request(`${ORIGIN}/api/v1/health`, {}, broken);
    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ status: "error", database: { status: "error" } });
  });
});

/** A D1 that is down. */
function brokenDatabase(): D1Database {
  const refuse = () => {
    throw new Error("D1_ERROR: secret words");
  };
  return { prepare: refuse, batch: refuse, exec: refuse, withSession: refuse, dump: refuse };
}
