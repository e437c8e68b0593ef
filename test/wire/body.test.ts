import { describe, expect, it } from "vitest";
import type { Dialect, EnvelopeSource, TimestampFormat } from "../../src/core/dialect.ts";
import { formatTimestamp } from "../../src/wire/body.ts";
import { BUILT_IN_DIALECTS, renderBody } from "../../src/wire/index.ts";
import { AWKWARD_PAYLOADS, anEvent, dialectNamed } from "./vectors.ts";

const SOURCES: EnvelopeSource[] = ["id", "position", "type", "timestamp", "payload", "event_id"];

function custom(names: string[], timestampFormat: TimestampFormat = "unix-millis"): Dialect {
  const fields = names.map((name, index) => ({ name, source: SOURCES[index % SOURCES.length] ?? "id" }));
  return {
    ...dialectNamed("clawget"),
    name: "custom",
    envelope: { kind: "object", fields, timestampFormat },
  };
}

function isCanonical(body: string): boolean {
  return JSON.stringify(JSON.parse(body)) === body;
}

const objectDialects = [...BUILT_IN_DIALECTS.values()].filter(({ envelope }) => envelope.kind === "object");
const payloadDialects = [...BUILT_IN_DIALECTS.values()].filter(({ envelope }) => envelope.kind === "payload");

describe.each(Object.entries(AWKWARD_PAYLOADS))("a payload with %s", (_, payload) => {
  it.each(payloadDialects)("is sent byte for byte under $name", (dialect) => {
    expect(renderBody(dialect, { event: anEvent({ payload }), appKey: 5 })).toBe(payload);
  });

  it.each(objectDialects)("survives a receiver that re-serialises it under $name", (dialect) => {
    const body = renderBody(dialect, { event: anEvent({ payload }), appKey: 5 });
    expect(isCanonical(body)).toBe(true);
    const { data, payload: own } = JSON.parse(body);
    expect(JSON.stringify(data ?? own ?? null)).toBe(JSON.stringify(JSON.parse(payload)));
  });
});

describe("an object envelope", () => {
  it("is the same text every time", () => {
    const input = { event: anEvent({ payload: AWKWARD_PAYLOADS["half a megabyte"] ?? "" }), appKey: 5 };
    expect(renderBody(custom(["a", "b", "c"]), input)).toBe(renderBody(custom(["a", "b", "c"]), input));
  });

  it("stays canonical when a publisher's own field names look like integers", () => {
    const body = renderBody(custom(["b", "10", "2", "01", "a"]), { event: anEvent(), appKey: 5 });
    expect(isCanonical(body)).toBe(true);
    expect(Object.keys(JSON.parse(body))).toEqual(["2", "10", "b", "01", "a"]);
  });

  it("carries a field named __proto__ as a field", () => {
    const body = renderBody(custom(["a", "__proto__", "c", "d", "__proto"]), { event: anEvent(), appKey: 5 });
    expect(isCanonical(body)).toBe(true);
    expect(body).toContain('"__proto__":7');
  });

  it("keeps a payload's __proto__ key and pollutes nothing", () => {
    const payload = '{"__proto__":{"polluted":true}}';
    const body = renderBody(dialectNamed("clawbook"), { event: anEvent({ payload }), appKey: 5 });
    expect(body).toContain('"data":{"__proto__":{"polluted":true}}');
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });

  it("keeps the last of two fields with one name", () => {
    const body = renderBody(custom(["a", "a"]), { event: anEvent(), appKey: 5 });
    expect(body).toBe('{"a":7}');
  });

  it("escapes field names and event types", () => {
    const event = anEvent({ eventType: 'quote"back\\slash' });
    const body = renderBody(custom(['"', "\\", "\u2028\n"]), { event, appKey: 5 });
    expect(isCanonical(body)).toBe(true);
    expect(JSON.parse(body)["\u2028\n"]).toBe('quote"back\\slash');
  });

  it.each([
    [null, null],
    ["order-17", "order-17"],
  ])("shows the publisher's event id %s as %s", (eventId, want) => {
    const body = renderBody(custom(["a", "b", "c", "d", "e", "f"]), {
      event: anEvent({ eventId }),
      appKey: 5,
    });
    expect(JSON.parse(body).f).toBe(want);
  });

  it("refuses an event without a payload as our own bug", () => {
    const input = { event: anEvent({ payload: null }), appKey: 5 };
    for (const dialect of BUILT_IN_DIALECTS.values()) {
      expect(() => renderBody(dialect, input)).toThrow("invariant broken: wire/body.renderBody: event 7");
    }
  });

  it("does not quote a payload that fails to parse in its error", () => {
    const input = { event: anEvent({ payload: "top-secret" }), appKey: 5 };
    expect(() => renderBody(dialectNamed("clawbook"), input)).toThrow(
      /^(?!.*top-secret).*event 7 is not JSON/,
    );
  });
});

describe("a timestamp", () => {
  it.each<[TimestampFormat, number, string | number]>([
    ["iso-seconds", 1_769_783_400_000, "2026-01-30T14:30:00Z"],
    ["iso-seconds", 1_769_783_400_999, "2026-01-30T14:30:00Z"],
    ["iso-millis", 1_769_783_400_007, "2026-01-30T14:30:00.007Z"],
    ["iso-offset", 1_773_057_600_999, "2026-03-09T12:00:00+00:00"],
    ["unix-seconds", 1_640_000_000_999, 1_640_000_000],
    ["unix-millis", 1_640_000_000_999, 1_640_000_000_999],
  ])("in format %s writes %d as %s", (format, atMs, want) => {
    expect(formatTimestamp(atMs, format)).toBe(want);
  });
});
