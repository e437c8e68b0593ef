import { describe, expect, it } from "vitest";
import { isChange, RULED_OPERATIONS, scopesFor } from "../../src/core/operations.ts";
import { type Capability, grantedCapabilities, type Principal } from "../../src/core/principal.ts";
import {
  capabilitiesOf,
  missingScopes,
  SCOPES,
  type Scope,
  scopesToGrant,
  scopesToLend,
} from "../../src/core/scopes.ts";

const key = (scopes: string[] | null): Principal => ({ kind: "publisher", keyId: "k", scopes });

describe("the scopes that a caller lacks", () => {
  it.each([
    [{ kind: "root" }, ["read", "keys"], []],
    [key(null), ["read", "keys"], []],
    [key(["read"]), ["read"], []],
    [key(["read"]), ["read", "keys"], ["keys"]],
    [key(["publish"]), [], []],
    [key([]), ["read"], ["read"]],
    // A name of some other version opens nothing.
    [key(["everything"]), ["read"], ["read"]],
    [{ kind: "consumer", keyId: "k", appKey: 1, capabilities: [], featureFlags: [] }, ["keys"], []],
  ] satisfies [Principal, Scope[], Scope[]][])("%j of %j: %j", (principal, needed, missing) => {
    expect(missingScopes(principal, needed)).toEqual(missing);
  });
});

describe("what an operation needs", () => {
  it.each([
    ["GET", "v1.endpoint.list", ["read"]],
    ["GET", "a.route.of.tomorrow", ["read"]],
    ["POST", "a.route.of.tomorrow", null],
    ["GET", "v1.endpoint.get-secret", ["manage"]],
    ["GET", "v1.integration.get-key", ["portal", "read", "replay", "manage"]],
    ["POST", "v1.message.create", ["publish"]],
    ["POST", "v1.message-attempt.resend", ["replay"]],
    ["PATCH", "v1.endpoint.patch", ["manage"]],
    ["POST", "v1.api-key.create", ["keys"]],
    ["POST", "v1.environment.export", ["read"]],
    ["GET", "v1.authentication.whoami", []],
    ["POST", "clawbook.webhook.create", null],
  ])("%s %s: %j", (method, id, needed) => {
    expect(scopesFor({ id, method })).toEqual(needed);
  });
});

describe("what the audit log tells of", () => {
  it.each([
    ["POST", "v1.endpoint.create", true],
    ["POST", "v1.message.create", false],
    ["GET", "v1.endpoint.get-secret", false],
    ["GET", "a.route.of.tomorrow", false],
    ["POST", "a.route.of.tomorrow", true],
  ])("%s %s: %s", (method, id, told) => {
    expect(isChange({ id, method })).toBe(told);
  });

  it("names each operation once", () => {
    expect(new Set(RULED_OPERATIONS).size).toBe(RULED_OPERATIONS.length);
  });
});

describe("nobody gives away more than they have", () => {
  it("a key with scopes needs each scope of the key it makes, and all of them for one without", () => {
    expect(missingScopes(key(["keys", "read"]), scopesToGrant(["read"]))).toEqual([]);
    expect(missingScopes(key(["keys", "read"]), scopesToGrant(["read", "manage"]))).toEqual(["manage"]);
    expect(missingScopes(key(["keys", "read"]), scopesToGrant(null))).toEqual([
      "publish",
      "replay",
      "manage",
      "portal",
    ]);
    expect(missingScopes(key([...SCOPES]), scopesToGrant(null))).toEqual([]);
  });

  it.each([
    [null, null],
    [[], []],
    [
      ["read", "replay"],
      ["ViewBase", "CreateAttempts"],
    ],
    [["manage"], ["ViewEndpointSecret", "ManageEndpointSecret", "ManageTransformations", "ManageEndpoint"]],
    [["publish", "keys", "portal"], []],
  ])("scopes %j are as good within an application as capabilities %j", (scopes, capabilities) => {
    expect(capabilitiesOf(scopes)).toEqual(capabilities);
  });

  it.each([
    [null, true, ["read"]],
    [[], false, ["read"]],
    [["CreateAttempts"], false, ["read", "replay"]],
    [["ViewEndpointSecret"], false, ["read", "manage"]],
    [null, false, ["read", "replay", "manage"]],
  ] satisfies [Capability[] | null, boolean, Scope[]][])(
    "a consumer's capabilities %j, read-only %s, need %j",
    (asked, readOnly, needed) => {
      expect(scopesToLend(grantedCapabilities(asked, readOnly))).toEqual(needed);
    },
  );
});
