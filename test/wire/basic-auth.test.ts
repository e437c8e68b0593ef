import { expect, it } from "vitest";
import { takeCredentials } from "../../src/wire/basic-auth.ts";

const basic = (pair: string) => `Basic ${Buffer.from(pair, "utf8").toString("base64")}`;

it.each<[given: string, url: string, pair: string]>([
  ["https://user:pass@example.com", "https://example.com/", "user:pass"],
  ["https://user@example.com/a?b=c", "https://example.com/a?b=c", "user:"],
  ["https://:token@example.com/", "https://example.com/", ":token"],
  ["https://a%40b.example:p%3Aq%25@example.com:8443/", "https://example.com:8443/", "a@b.example:p:q%"],
  ["https://user:100%@example.com/", "https://example.com/", "user:100%"],
  ["https://jürgen:pässword@example.com/", "https://example.com/", "jürgen:pässword"],
])("of %s are the header's, not the URL's any more", (given, url, pair) => {
  expect(takeCredentials(given)).toEqual({ url, authorization: basic(pair) });
});

it.each(["https://example.com/", "https://example.com/a@b:c", "https://@example.com/", "no url"])(
  "are not there in %s",
  (given) => {
    expect(takeCredentials(given)).toBeNull();
  },
);
