import { describe, expect, it } from "vitest";
import { DialectIn, DialectOut, NewDialectPath, toDialectOut } from "../../src/contract/dialects.ts";
import { MAX_DIALECT_FIELDS } from "../../src/core/limits/resources.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";

const PAYLOAD = { name: "data", source: "payload" };

function envelope(fields: object[]) {
  return { envelope: { kind: "object", fields } };
}

function hmac(header: string) {
  return { signature: { scheme: "body-hmac", header } };
}

describe("a dialect's definition", () => {
  it.each([...BUILT_IN_DIALECTS.values()])("can say all that the built-in $name says", (dialect) => {
    const { name, ...document } = dialect;
    expect(DialectIn.parse(document)).toEqual(document);
    expect(NewDialectPath.safeParse({ name }).success).toBe(true);
    expect(DialectOut.parse(toDialectOut(dialect, true))).toEqual({ ...dialect, builtIn: true });
  });

  it("may leave everything out", () => {
    expect(DialectIn.parse({})).toEqual({});
  });

  it("fills in the small print of an envelope and of a signature", () => {
    expect(DialectIn.parse({ ...envelope([PAYLOAD]), ...hmac("X-Acme") })).toEqual({
      envelope: { kind: "object", fields: [PAYLOAD], timestampFormat: "iso-millis" },
      signature: {
        scheme: "body-hmac",
        header: "X-Acme",
        valuePrefix: "",
        encoding: "hex",
        secretOptional: false,
      },
    });
  });

  it.each([
    { name: "two fields of one name", document: envelope([PAYLOAD, { name: "data", source: "id" }]) },
    { name: "no payload", document: envelope([{ name: "id", source: "id" }]) },
    { name: "two payloads", document: envelope([PAYLOAD, { name: "again", source: "payload" }]) },
    {
      name: "a field that objects would put first",
      document: envelope([PAYLOAD, { name: "7", source: "id" }]),
    },
    { name: "a field without a name", document: envelope([PAYLOAD, { name: "", source: "id" }]) },
    { name: "a field from nowhere", document: envelope([PAYLOAD, { name: "x", source: "secret" }]) },
    {
      name: "too many fields",
      document: envelope([
        PAYLOAD,
        ...Array.from({ length: MAX_DIALECT_FIELDS }, (_, index) => ({ name: `f${index}`, source: "id" })),
      ]),
    },
    { name: "a signature header that is no token", document: hmac("X Acme") },
    { name: "a signature header of the connection", document: hmac("Content-Length") },
    {
      name: "its signature header as a fixed one",
      document: { ...hmac("X-Acme"), headers: { "x-acme": "c" } },
    },
    {
      name: "a header of its own prefix as a fixed one",
      document: { signature: { scheme: "standard", headerPrefix: "acme" }, headers: { "Acme-ID": "c" } },
    },
    { name: "a fixed content type", document: { headers: { "Content-Type": "text/plain" } } },
    { name: "a header that is no token", document: { headers: { "a b": "c" } } },
    { name: "a header of the connection", document: { headers: { Host: "c" } } },
    { name: "a header value with a line break", document: { headers: { "X-A": "b\r\nc: d" } } },
    {
      name: "a standard header prefix that is no token",
      document: { signature: { scheme: "standard", headerPrefix: "a b" } },
    },
    { name: "a retried 2xx", document: { retried: { statuses: [[100, 200]] } } },
    { name: "a range around all 2xx", document: { retried: { statuses: [[100, 599]] } } },
    { name: "a range upside down", document: { retried: { statuses: [[599, 500]] } } },
    {
      name: "overlapping ranges",
      document: {
        retried: {
          statuses: [
            [400, 500],
            [500, 599],
          ],
        },
      },
    },
    {
      name: "descending ranges",
      document: {
        retried: {
          statuses: [
            [500, 599],
            [400, 499],
          ],
        },
      },
    },
    { name: "a status below 100", document: { retried: { statuses: [[99, 199]] } } },
    { name: "a status above 999", document: { retried: { statuses: [[500, 1000]] } } },
    { name: "a timeout beyond the limit", document: { timeoutSeconds: 31 } },
    { name: "an id prefix with a space", document: { idPrefix: "a b" } },
  ])("is refused with $name", ({ document }) => {
    expect(DialectIn.safeParse(document).success).toBe(false);
  });

  it.each(["webhook-signature", "Svix-Signature", "X-Webhook-Signature", "X-Hub-Signature-256"])(
    "may sign in %s",
    (header) => {
      expect(DialectIn.safeParse(hmac(header)).success).toBe(true);
    },
  );
});
