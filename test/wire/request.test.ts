import { describe, expect, it } from "vitest";
import type { Dialect } from "../../src/core/dialect.ts";
import { BUILT_IN_DIALECTS, buildRequest, type RequestInput, USER_AGENT } from "../../src/wire/index.ts";
import { anEvent, current, dialectNamed } from "./vectors.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

function anInput(overrides: Partial<RequestInput> = {}): RequestInput {
  return {
    dialect: dialectNamed("standard"),
    event: anEvent(),
    appKey: 5,
    secrets: [current(SECRET)],
    customHeaders: {},
    nowMs: 1_790_000_000_000,
    ...overrides,
  };
}

describe("custom headers", () => {
  it("go out with the case they were given in", async () => {
    const { headers } = await buildRequest(
      anInput({ customHeaders: { "X-Api-Key": "k", authorization: "b" } }),
    );
    expect(headers).toMatchObject({ "X-Api-Key": "k", authorization: "b" });
  });

  it.each([...BUILT_IN_DIALECTS.values()])(
    "never override ours under $name, whatever their case",
    async (dialect) => {
      const ours = (await buildRequest(anInput({ dialect }))).headers;
      const shout = Object.keys(ours).map((name) => [name.toUpperCase(), "forged"]);
      const customHeaders = Object.fromEntries([...shout, ["X-Other", "kept"]]);
      const { headers } = await buildRequest(anInput({ dialect, customHeaders }));
      expect(headers).toEqual({ ...ours, "X-Other": "kept" });
    },
  );

  it("come once when two of them differ only in case", async () => {
    const { headers } = await buildRequest(anInput({ customHeaders: { "X-A": "1", "x-a": "2" } }));
    expect(new Headers(headers).get("x-a")).toBe("1");
  });

  it("may be named __proto__", async () => {
    const customHeaders = Object.fromEntries([["__proto__", "value"]]);
    const { headers } = await buildRequest(anInput({ customHeaders }));
    expect(Object.entries(headers)).toContainEqual(["__proto__", "value"]);
  });
});

describe("a dialect's own headers", () => {
  const dialect: Dialect = {
    ...dialectNamed("standard"),
    headers: { "User-Agent": "Vendor/2", "Webhook-Signature": "forged", "X-Vendor": "yes" },
  };

  it("replace the user agent but never the signature, and win over custom ones", async () => {
    const { headers } = await buildRequest(anInput({ dialect, customHeaders: { "x-vendor": "no" } }));
    const sent = new Headers(headers);
    expect(sent.get("user-agent")).toBe("Vendor/2");
    expect(sent.get("x-vendor")).toBe("yes");
    expect(sent.get("webhook-signature")).toMatch(/^v1,[^ ]+$/);
  });
});

describe("two attempts of one delivery", () => {
  it.each([...BUILT_IN_DIALECTS.values()])("carry the same id and body under $name", async (dialect) => {
    const first = await buildRequest(anInput({ dialect }));
    const second = await buildRequest(anInput({ dialect, nowMs: 1_790_000_999_000 }));
    expect(second.body).toBe(first.body);
    for (const name of ["webhook-id", "svix-id"]) expect(second.headers[name]).toBe(first.headers[name]);
  });

  it("carry a fresh timestamp and signature", async () => {
    const first = await buildRequest(anInput());
    const second = await buildRequest(anInput({ nowMs: 1_790_000_999_999 }));
    expect(second.headers["webhook-timestamp"]).toBe("1790000999");
    expect(second.headers["webhook-signature"]).not.toBe(first.headers["webhook-signature"]);
  });
});

it("names itself and its content type", async () => {
  const { headers } = await buildRequest(anInput());
  expect(headers).toMatchObject({ "content-type": "application/json", "user-agent": USER_AGENT });
});

it.each([...BUILT_IN_DIALECTS.values()])(
  "goes out unsigned under $name rather than failing without a secret",
  async (dialect) => {
    const { headers } = await buildRequest(anInput({ dialect, secrets: [] }));
    expect(Object.keys(headers).filter((name) => /signature/i.test(name))).toEqual([]);
  },
);
