import { describe, expect, it } from "vitest";
import { auditFields } from "../../src/core/audit.ts";
import { MAX_AUDIT_FIELDS, MAX_AUDIT_VALUE_CHARS } from "../../src/core/limits/upkeep.ts";

const known = new Set(["url", "disabled", "description", "eventTypes", "secret", "headers", "key", "uid"]);

describe("what the audit log keeps of a body", () => {
  it.each([
    [
      { disabled: true, description: "CRM" },
      { disabled: "true", description: "CRM" },
    ],
    [{ eventTypes: ["a", "b"] }, { eventTypes: "a, b" }],
    [{ eventTypes: [] }, { eventTypes: "all" }],
    [{ uid: [] }, { uid: "none" }],
    [
      { eventTypes: null, uid: null },
      { eventTypes: "all", uid: "none" },
    ],
    [{ eventTypes: [{ a: 1 }] }, { eventTypes: null }],
    [
      { secret: "whsec_1", headers: { a: "b" }, key: "k" },
      { secret: null, headers: null, key: null },
    ],
    [{ url: "https://user:pass@example.com:8443/p/T0/x?token=1#f" }, { url: "https://example.com:8443" }],
    [{ url: "nonsense" }, { url: null }],
    [{ url: "mailto:someone@example.com" }, { url: null }],
    [{ whsec_unknown: 1 }, {}],
    [[1, 2], {}],
    ["text", {}],
    [null, {}],
  ])("%j: %j", (body, fields) => {
    expect(auditFields(body, known)).toEqual(fields);
  });

  it("is bounded", () => {
    const long = auditFields({ description: "x".repeat(10_000) }, known)["description"];
    expect(long).toHaveLength(MAX_AUDIT_VALUE_CHARS + 1);
    const names = Array.from({ length: 100 }, (_, n) => `field${n}`);
    const many = Object.fromEntries(names.map((name) => [name, 1]));
    expect(Object.keys(auditFields(many, new Set(names)))).toHaveLength(MAX_AUDIT_FIELDS);
  });
});
