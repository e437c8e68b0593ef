import { describe, expect, it } from "vitest";
import {
  EndpointIn,
  EndpointPatch,
  EndpointSecretRotateIn,
  toEndpointOut,
} from "../../src/contract/endpoints.ts";
import { MAX_SECRET_GRACE_SECONDS } from "../../src/core/limits/secrets.ts";

const URL_TEXT = "https://example.com/";

describe("an endpoint in a request", () => {
  it.each([
    { name: "newer names", body: { throttleRate: 2, eventTypes: ["a"] } },
    { name: "older names", body: { rateLimit: 2, filterTypes: ["a"] } },
    { name: "both names of the rate", body: { throttleRate: 2, rateLimit: 3, filterTypes: ["a"] } },
  ])("is read from $name as one rate and one filter", ({ body }) => {
    const { ratePerSecond, eventTypes } = EndpointIn.parse({ url: URL_TEXT, ...body });
    expect({ ratePerSecond, eventTypes }).toEqual({ ratePerSecond: 2, eventTypes: ["a"] });
  });

  it("unsets the rate by null in either name, the newer one deciding", () => {
    expect(EndpointPatch.parse({ rateLimit: null }).ratePerSecond).toBeNull();
    expect(EndpointPatch.parse({ throttleRate: null, rateLimit: 3 }).ratePerSecond).toBeNull();
    expect(EndpointPatch.parse({}).ratePerSecond).toBeUndefined();
  });

  it("counts repeated event types and channels once", () => {
    const { eventTypes, channels } = EndpointIn.parse({
      url: URL_TEXT,
      eventTypes: ["b", "a", "b"],
      channels: ["c", "c"],
    });
    expect({ eventTypes, channels }).toEqual({ eventTypes: ["b", "a"], channels: ["c"] });
  });

  it.each([
    {
      name: "both names of the filter",
      body: { eventTypes: ["a"], filterTypes: null },
      path: ["filterTypes"],
    },
    { name: "no URL", body: { url: undefined }, path: ["url"] },
    { name: "a rate of 0", body: { rateLimit: 0 }, path: ["rateLimit"] },
    { name: "a rate beyond 16 bits", body: { throttleRate: 65_536 }, path: ["throttleRate"] },
    { name: "a channel with a space", body: { channels: ["a b"] }, path: ["channels", 0] },
    { name: "an event type with a slash", body: { eventTypes: ["a/b"] }, path: ["eventTypes", 0] },
    { name: "a null description", body: { description: null }, path: ["description"] },
    { name: "a control character", body: { description: "\0" }, path: ["description"] },
    { name: "too much metadata", body: { metadata: { a: "x".repeat(4096) } }, path: ["metadata"] },
  ])("is refused with $name", ({ body, path }) => {
    const { error } = EndpointIn.safeParse({ url: URL_TEXT, ...body });
    expect(error?.issues[0]?.path).toEqual(path);
  });

  it("ignores keys nobody knows", () => {
    expect(EndpointPatch.safeParse({ somethingNew: 1 }).success).toBe(true);
  });
});

describe("an endpoint in an answer", () => {
  it("has rate and filter under both names, and times as text", () => {
    const shown = toEndpointOut({
      endpointId: "ep_x",
      uid: null,
      url: URL_TEXT,
      description: "",
      ratePerSecond: 3,
      disabled: false,
      eventTypes: ["a"],
      channels: null,
      metadata: {},
      createdAtMs: 0,
      updatedAtMs: 1,
    });
    expect(shown).toMatchObject({
      throttleRate: 3,
      rateLimit: 3,
      eventTypes: ["a"],
      filterTypes: ["a"],
      version: 1,
      createdAt: "1970-01-01T00:00:00.000Z",
      updatedAt: "1970-01-01T00:00:00.001Z",
    });
  });
});

describe("a rotation", () => {
  it.each([0, MAX_SECRET_GRACE_SECONDS])("may have a grace of %d s", (gracePeriodSeconds) => {
    expect(EndpointSecretRotateIn.safeParse({ gracePeriodSeconds }).success).toBe(true);
  });

  it.each([-1, MAX_SECRET_GRACE_SECONDS + 1])("may not have a grace of %d s", (gracePeriodSeconds) => {
    expect(EndpointSecretRotateIn.safeParse({ gracePeriodSeconds }).success).toBe(false);
  });
});
