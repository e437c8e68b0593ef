import { describe, expect, it } from "vitest";
import { checkCustomHeaders, splitSensitiveHeaders } from "../../src/core/custom-headers.ts";

describe("custom headers", () => {
  it.each<[string, Record<string, string>]>([
    ["none", {}],
    [
      "names and values as they are",
      { "X-Team": "ops", authorization: "Bearer a.b", "!#$%&'*+-.^_`|~1": "~ \t!" },
    ],
    ["an empty value", { "X-Empty": "" }],
    ["the longest name and value", { ["x".repeat(256)]: "v".repeat(4096) }],
    ["fifty of them", manyHeaders(50)],
    ["names that only resemble reserved ones", { webhook: "1", cf: "1", "x-fd": "1", hosts: "1" }],
  ])("accepts %s", (_, headers) => {
    expect(checkCustomHeaders(headers)).toEqual({ ok: true });
  });

  it.each(["user-agent", "Keep-Alive", "PROXY-AUTHENTICATE", "proxy-authorization", "te", "trailers"])(
    "refuses %s, in any case, because the service sets it",
    (name) => expectRefused({ [name]: "x" }, name, "is set by the service"),
  );

  it.each([
    "transfer-encoding",
    "upgrade",
    "age",
    "cache-control",
    "clear-site-data",
    "expires",
    "pragma",
    "warning",
    "content-length",
    "content-type",
    "content-encoding",
    "content-language",
    "content-location",
    "host",
    "connection",
    "expect",
  ])("refuses %s", (name) => expectRefused({ [name]: "x" }, name, "is set by the service"));

  it.each([
    "X-Amz-Date",
    "x-amzn-trace-id",
    "x-google",
    "x-googles",
    "x-goog-a",
    "x-gfe",
    "x-azure-ref",
    "x-fd-a",
    "x-svix-a",
    "svix-id",
    "Webhook-Signature",
    "CF-Connecting-IP",
    "X-Forwarded-For",
  ])("refuses %s for its prefix", (name) => expectRefused({ [name]: "x" }, name, "reserved prefix"));

  it("refuses the reserved names it is given, in any case", () => {
    const check = checkCustomHeaders({ "x-webhook-signature": "x" }, ["X-Webhook-Signature"]);
    expect(check).toMatchObject({ ok: false, header: "x-webhook-signature" });
    expect(checkCustomHeaders({ "x-webhook-signature": "x" })).toEqual({ ok: true });
  });

  it.each(["", "a b", "a:b", "ä", "a\r\nb", "a\0", "(a)", "a/b"])("refuses the name %j", (name) =>
    expectRefused({ [name]: "x" }, name, "not a valid header name"),
  );

  it.each(["a\r\nX-Evil: 1", "a\n", "a\r", "a\0b", "ä", "\u2028", "a\x7f", "\x1b[0m"])(
    "refuses the value %j",
    (value) => expectRefused({ "x-a": value }, "x-a", "visible ASCII"),
  );

  it.each([" a", "a ", "\ta", " "])("refuses the padded value %j", (value) =>
    expectRefused({ "x-a": value }, "x-a", "white space"),
  );

  it("refuses a name or value one character too long, and repeats no more than the name's start", () => {
    expectRefused({ ["x".repeat(257)]: "v" }, "x".repeat(256), "more than 256");
    expectRefused({ "x-a": "v".repeat(4097) }, "x-a", "more than 4096");
  });

  it("refuses the fifty-first header", () => {
    expectRefused(manyHeaders(51), "x-50", "more than the 50 headers");
  });

  it("refuses two names that differ only in case", () => {
    expectRefused({ "X-Team": "a", "x-team": "b" }, "x-team", "given twice");
  });

  it("never repeats a value in a reason", () => {
    const check = checkCustomHeaders({ "x-a": "hunter2\n" });
    expect(JSON.stringify(check)).not.toContain("hunter2");
  });

  it("shows sensitive headers by name only, keeping every name's case", () => {
    const headers = { Authorization: "Bearer a", "X-API-Key": "b", "x-auth-token": "c", "X-Team": "ops" };
    expect(splitSensitiveHeaders(headers)).toEqual({
      headers: { "X-Team": "ops" },
      sensitive: ["Authorization", "X-API-Key", "x-auth-token"],
    });
  });

  it("takes no harm from a header named __proto__", () => {
    const headers = JSON.parse('{"__proto__": "x"}') as Record<string, string>;
    expect(checkCustomHeaders(headers)).toEqual({ ok: true });
    expect(JSON.stringify(splitSensitiveHeaders(headers).headers)).toBe('{"__proto__":"x"}');
  });
});

function manyHeaders(count: number): Record<string, string> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, "v"]));
}

function expectRefused(headers: Record<string, string>, header: string, reason: string): void {
  expect(checkCustomHeaders(headers)).toEqual({ ok: false, header, reason: expect.stringContaining(reason) });
}
