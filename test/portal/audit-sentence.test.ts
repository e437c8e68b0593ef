import { describe, expect, it } from "vitest";
import type { AuditEntryOut } from "../../src/contract/audit-log.ts";
import { isChange, RULED_OPERATIONS } from "../../src/core/operations.ts";
import { PHRASES } from "../../src/portal/pages/publisher/audit/phrases.ts";
import { ACTIONS, sentenceOf } from "../../src/portal/pages/publisher/audit/sentence.ts";

const ROOT = { kind: "root", keyId: null, name: null, sessionId: null } as const;
const ENTRY: AuditEntryOut = {
  id: "audit_1",
  timestamp: "2026-11-20T12:00:00.000Z",
  actor: ROOT,
  action: "v1.endpoint.rotate-secret",
  appId: "app_1",
  appName: "Acme",
  resourceId: "ep_1",
  fields: {},
  ip: null,
};

function textOf(entry: Partial<AuditEntryOut>): string {
  return sentenceOf({ ...ENTRY, ...entry })
    .map(({ text }) => text)
    .join("");
}

describe("an entry of the audit log as a sentence", () => {
  it.each([
    [{}, "The deployment’s own key rotated the secret of endpoint ep_1 of Acme"],
    [
      { actor: { kind: "key", keyId: "key_1", name: "ci", sessionId: null } },
      "Key ci rotated the secret of endpoint ep_1 of Acme",
    ],
    [
      { actor: { kind: "key", keyId: "key_1", name: null, sessionId: null } },
      "Key key_1 rotated the secret of endpoint ep_1 of Acme",
    ],
    [
      { actor: { kind: "session", keyId: "key_1", name: null, sessionId: "anna" } },
      "Portal session anna rotated the secret of endpoint ep_1 of Acme",
    ],
    [
      { actor: { kind: "integration", keyId: "key_1", name: "Zap", sessionId: null } },
      "Integration Zap rotated the secret of endpoint ep_1 of Acme",
    ],
    [
      { action: "v1.application.delete", resourceId: null },
      "The deployment’s own key deleted application Acme",
    ],
    [
      { action: "v1.authentication.expire-all", resourceId: null, appName: "" },
      "The deployment’s own key ended portal sessions of app_1",
    ],
    [
      { action: "v1.environment.import", appId: null, appName: null, resourceId: null },
      "The deployment’s own key imported an environment",
    ],
    [{ action: "v2.new", appId: null }, "The deployment’s own key called v2.new on ep_1"],
  ] satisfies [Partial<AuditEntryOut>, string][])("%j: %s", (entry, text) => {
    expect(textOf(entry)).toBe(text);
  });

  it("has words for every operation that the log tells of, and for no other", () => {
    const told = RULED_OPERATIONS.filter((id) => isChange({ id, method: "POST" }));
    expect(Object.keys(PHRASES).sort()).toEqual([...told].sort());
    expect(ACTIONS.map(([, text]) => text).filter((text) => /[{}]/.test(text))).toEqual([]);
  });
});
