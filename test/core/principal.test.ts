import { describe, expect, it } from "vitest";
import {
  CAPABILITIES,
  grantedCapabilities,
  mayReach,
  mayUse,
  type Principal,
  packGrants,
  unpackGrants,
} from "../../src/core/principal.ts";

describe("capabilities", () => {
  it.each([
    ["all by default", null, false, [...CAPABILITIES]],
    ["never less than looking", ["CreateAttempts"], false, ["ViewBase", "CreateAttempts"]],
    ["looking only when read-only", null, true, ["ViewBase"]],
    [
      "no more than looking when read-only",
      ["ManageEndpoint", "ViewEndpointSecret"],
      true,
      ["ViewBase", "ViewEndpointSecret"],
    ],
  ] as const)("are %s", (_, asked, readOnly, want) => {
    expect(grantedCapabilities(asked, readOnly)).toEqual(want);
  });

  it("to manage an endpoint include seeing and rotating its secret", () => {
    const token = (capabilities: string[]): Principal => ({
      kind: "consumer",
      keyId: "k",
      appKey: 1,
      capabilities,
      featureFlags: [],
    });
    expect(mayUse(token(["ManageEndpoint"]), "ViewEndpointSecret")).toBe(true);
    expect(mayUse(token(["ViewEndpointSecret"]), "ManageEndpointSecret")).toBe(false);
    expect(mayUse({ kind: "publisher", keyId: "k", scopes: null }, "ManageEndpoint")).toBe(true);
  });
});

describe("what a token reaches", () => {
  it.each([
    [{ kind: "root" }, true],
    [{ kind: "publisher", keyId: "k", scopes: null }, true],
    [{ kind: "consumer", keyId: "k", appKey: 1, capabilities: [], featureFlags: [] }, true],
    [{ kind: "consumer", keyId: "k", appKey: 2, capabilities: [], featureFlags: [] }, false],
  ] satisfies [Principal, boolean][])("%j reaches application 1: %s", (principal, want) => {
    expect(mayReach(principal, 1)).toBe(want);
  });
});

describe("stored grants", () => {
  it("give back the capabilities and the flags they were made of", () => {
    const packed = packGrants(["ViewBase", "CreateAttempts"], ["beta", "flag"]);
    expect(unpackGrants(packed)).toEqual({
      capabilities: ["ViewBase", "CreateAttempts"],
      featureFlags: ["beta", "flag"],
    });
  });
});
