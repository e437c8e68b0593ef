import { describe, expect, it } from "vitest";
import { inboxTokenIn, inboxUrl, newInboxToken, parseInboxUrl, toKept } from "../../src/core/inbox.ts";
import {
  MAX_INBOX_KEPT_BODY_CHARS,
  MAX_INBOX_KEPT_HEADER_CHARS,
  MAX_INBOX_KEPT_PATH_CHARS,
} from "../../src/core/limits/inbox.ts";

const random = (count: number) => new Uint8Array(count).map((_, index) => index * 7 + 1);
const TOKEN = newInboxToken(random);
const ARRIVAL = { method: "POST", path: "/inbox/x", headers: {}, body: "", bodyBytes: 0, answerStatus: 200 };

describe("an inbox's URL", () => {
  it("holds the whole of 160 random bits", () => {
    expect(newInboxToken((count) => new Uint8Array(count).fill(255))).toHaveLength(27);
    expect(newInboxToken((count) => new Uint8Array(count))).toBe("0".repeat(27));
    expect(TOKEN).toMatch(/^[0-9A-Za-z]{27}$/);
  });

  it.each([
    ["", "https://a.example"],
    ["?x=1", "https://a.example"],
    ["/below", "http://127.0.0.1:8787"],
  ])("is read back with what follows it: %j", (after, origin) => {
    expect(parseInboxUrl(inboxUrl({ origin, token: TOKEN }) + after)).toEqual({ origin, token: TOKEN });
  });

  it("is read as it will be fetched", () => {
    const origin = "https://a.example";
    expect(parseInboxUrl(`HTTPS://A.example:443/x/../inbox/${TOKEN}`)).toEqual({ origin, token: TOKEN });
  });

  it.each([
    "nonsense",
    `https://user:secret@a.example/inbox/${TOKEN}`,
    `https://a.example/inbox/${TOKEN}x`,
    `https://a.example/inbox/${TOKEN.slice(1)}`,
    `https://a.example/inboxes/${TOKEN}`,
    `https://a.example/x/inbox/${TOKEN}`,
    `https://a.example/?/inbox/${TOKEN}`,
  ])("is not %s", (url) => {
    expect(parseInboxUrl(url)).toBeNull();
  });

  it("has its token found by the path alone", () => {
    expect(inboxTokenIn(`/inbox/${TOKEN}`)).toBe(TOKEN);
    expect(inboxTokenIn("/inbox/")).toBeNull();
  });
});

describe("what an inbox keeps", () => {
  it("is bounded in every part", () => {
    const headers = { a: "1", long: "x".repeat(MAX_INBOX_KEPT_HEADER_CHARS), b: "2" };
    const body = "x".repeat(MAX_INBOX_KEPT_BODY_CHARS + 1);
    const path = "p".repeat(MAX_INBOX_KEPT_PATH_CHARS + 1);
    const kept = toKept({ ...ARRIVAL, headers, body, path, bodyBytes: body.length }, { id: 1, atMs: 2 });
    expect(kept.headers).toEqual({ a: "1", b: "2" });
    expect(kept.body).toHaveLength(MAX_INBOX_KEPT_BODY_CHARS);
    expect(kept.path).toHaveLength(MAX_INBOX_KEPT_PATH_CHARS);
    expect(kept).toMatchObject({ isCut: true, bodyBytes: MAX_INBOX_KEPT_BODY_CHARS + 1, id: 1, atMs: 2 });
  });

  it("is text that any reader shows whole", () => {
    const cutInTwo = `${"x".repeat(MAX_INBOX_KEPT_BODY_CHARS - 1)}😀`;
    expect(toKept({ ...ARRIVAL, body: "a\0b" }, { id: 1, atMs: 2 })).toMatchObject({
      body: "a\uFFFDb",
      isCut: false,
    });
    expect(toKept({ ...ARRIVAL, body: cutInTwo }, { id: 1, atMs: 2 }).body.isWellFormed()).toBe(true);
  });
});
