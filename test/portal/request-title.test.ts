import { describe, expect, it } from "vitest";
import { requestTitle } from "../../src/portal/pages/inbox/request-title.ts";

describe("what a request to the inbox is called", () => {
  it.each([
    ["by a header", { "x-github-event": "push" }, '{"type":"other"}', "push"],
    ["by its body's type", { "x-event-id": "1" }, '{"id":1,"type":"a.b"}', "a.b"],
    ["by another spelling of it", {}, '{"event_type":"c.d"}', "c.d"],
    ["by how it begins when the type is no text", {}, '{"type":1}', '{"type":1}'],
    ["by how it begins when it is no object", {}, "[1,\n 2]", "[1, 2]"],
    ["by how it begins when it is no JSON", {}, "hello", "hello"],
    ["so when it has none", {}, "null", "null"],
    ["so when it is empty", {}, "", "no body"],
  ])("%s", (_why, headers, body, title) => {
    expect(requestTitle({ headers, body })).toBe(title);
  });

  it("no longer than a line", () => {
    expect(requestTitle({ headers: { "x-topic": "t".repeat(500) }, body: "" })).toHaveLength(80);
    expect(requestTitle({ headers: {}, body: "b".repeat(500) })).toHaveLength(80);
  });
});
