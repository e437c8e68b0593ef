import { describe, expect, it } from "vitest";
import { readFrame } from "../../src/cli/listener.ts";

const REQUEST = {
  type: "request",
  id: "1",
  headers: { a: "b" },
  body: "{}",
  event: { id: "msg_1", type: "a.b" },
};

describe("a frame from the server", () => {
  it("is a request, or the end", () => {
    expect(readFrame(JSON.stringify(REQUEST))).toEqual(REQUEST);
    expect(readFrame('{"type":"end","code":4409,"reason":"x"}')).toEqual({ type: "end", code: 4409 });
  });

  it.each([
    "",
    "{",
    "null",
    '{"type":"pong"}',
    '{"type":"end"}',
    JSON.stringify({ ...REQUEST, id: 1 }),
    JSON.stringify({ ...REQUEST, event: null }),
    JSON.stringify({ ...REQUEST, headers: [] }),
  ])("means nothing: %s", (text) => {
    expect(readFrame(text)).toBeNull();
  });
});
