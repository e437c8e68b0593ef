import { describe, expect, it } from "vitest";
import { MAX_LISTEN_FRAME_CHARS } from "../../src/core/limits/delivery.ts";
import { LISTEN_URL, parseListenFrame } from "../../src/core/listen.ts";
import { checkTarget } from "../../src/core/target.ts";

const RULES = { allowHttp: false, allowPrivate: false };
const UNREADABLE = { kind: "failed", reason: "the listener's answer cannot be read" };

describe("a listener's frame", () => {
  it("is an answer, with the headers that are texts", () => {
    const frame = { type: "response", id: "1", status: 204, headers: { a: "b", c: 1 }, body: "" };
    expect(parseListenFrame(JSON.stringify(frame))).toEqual({
      id: "1",
      answer: { kind: "responded", status: 204, headers: { a: "b" }, body: "" },
    });
  });

  it("is a failure of its target", () => {
    const frame = { type: "failed", id: "1", reason: "ECONNREFUSED" };
    const answer = { kind: "failed", reason: "the listener's target: ECONNREFUSED" };
    expect(parseListenFrame(JSON.stringify(frame))).toEqual({ id: "1", answer });
  });

  it.each([
    { status: 101 },
    { status: 600 },
    { status: 200.5 },
    { status: "200" },
    { headers: [] },
    { headers: null },
    { body: 1 },
  ])("with %j has failed", (bent) => {
    const frame = { type: "response", id: "1", status: 200, headers: {}, body: "", ...bent };
    expect(parseListenFrame(JSON.stringify(frame))?.answer).toEqual(UNREADABLE);
  });

  it.each([
    "",
    "{",
    "[]",
    "1",
    "{}",
    '{"id":1}',
    `{"id":"1","body":"${"x".repeat(MAX_LISTEN_FRAME_CHARS)}"}`,
  ])("is none: %.20s", (frame) => {
    expect(parseListenFrame(frame)).toBeNull();
  });
});

describe("the address of listening", () => {
  it("is allowed as it is, and nothing like it is", () => {
    expect(checkTarget(LISTEN_URL, RULES)).toEqual({ ok: true, url: LISTEN_URL });
    for (const url of [`${LISTEN_URL}x`, LISTEN_URL.replace("https", "http"), LISTEN_URL.toUpperCase()]) {
      expect(checkTarget(url, RULES).ok).toBe(false);
    }
  });
});
