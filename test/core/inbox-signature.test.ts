import { describe, expect, it } from "vitest";
import {
  type CheckedSigner,
  type SignatureCase,
  type SignatureFinding,
  signatureOf,
} from "../../src/core/inbox-signature.ts";

const VALID: SignatureFinding = { kind: "valid", oldUntilMs: null };
const MISMATCH: SignatureFinding = { kind: "mismatch" };
const MISSING: SignatureFinding = { kind: "missing_header", header: "Webhook-Id", like: null };

function signer(endpointId: string, ...findings: SignatureFinding[]): CheckedSigner {
  return { endpointId, changedAtMs: 50, findings };
}

function judged(signers: CheckedSigner[], rest: Partial<SignatureCase> = {}) {
  return signatureOf({ receivedAtMs: 100, signers, hasMore: false, isBodyWhole: true, ...rest });
}

describe("the verdict on a kept request", () => {
  it.each<[string, SignatureFinding[], object]>([
    ["valid with the current secret", [VALID, MISMATCH], { verdict: "valid", reason: null }],
    [
      "valid with one that was rotated away",
      [MISMATCH, { kind: "valid", oldUntilMs: 1_700_000_000_000 }],
      { verdict: "valid", reason: "signed with the secret before, valid until 2023-11-14T22:13:20Z" },
    ],
    ["not valid with any", [MISMATCH, MISMATCH], { verdict: "not_valid", endpointId: "a" }],
    ["out of time", [{ kind: "out_of_time", ageSeconds: -301 }], { verdict: "out_of_time", endpointId: "a" }],
    ["not signed", [MISSING], { verdict: "not_signed", reason: "the header webhook-id is missing" }],
    [
      "signed as under another dialect",
      [{ kind: "missing_header", header: "a", like: "svix" }],
      { reason: "the header a is missing, but it is signed as under the dialect svix" },
    ],
    ["not signed in time's own words", [{ kind: "bad_timestamp" }], { verdict: "not_valid" }],
    ["of an endpoint that signs nothing", [{ kind: "no_secret" }], { verdict: "no_secret" }],
    ["of secrets that cannot be read", [{ kind: "unreadable" }], { verdict: "undecided" }],
    ["as unfit as the secret", [{ kind: "bad_secret", reason: "too odd" }], { reason: "too odd" }],
  ])("is %s", (_, findings, expected) => {
    expect(judged([signer("a", ...findings)])).toMatchObject({ ...expected, changedAtMs: null });
  });

  it("is what one of several endpoints says for it, and of none when none does", () => {
    const valid = judged([signer("a", MISMATCH), signer("b", VALID)]);
    expect(valid).toMatchObject({ verdict: "valid", endpointId: "b" });
    expect(judged([signer("a", MISSING), signer("b", MISMATCH)])).toMatchObject({
      verdict: "not_valid",
      endpointId: null,
      reason: "signed with another secret, or over another body; 2 endpoints point here",
    });
    expect(judged([])).toMatchObject({ verdict: "no_endpoint", endpointId: null });
  });

  it("is not given against a request when not all endpoints, or not all of the body, were looked at", () => {
    expect(judged([signer("a", MISMATCH)], { hasMore: true })).toMatchObject({
      verdict: "undecided",
      endpointId: null,
    });
    expect(judged([signer("a", MISMATCH)], { isBodyWhole: false })).toMatchObject({ verdict: "undecided" });
    expect(judged([signer("a", MISSING)], { isBodyWhole: false })).toMatchObject({ verdict: "not_signed" });
    expect(judged([signer("a", VALID)], { hasMore: true, isBodyWhole: false })).toMatchObject({
      verdict: "valid",
    });
  });

  it("says when what it goes by was changed since, unless it is for the request", () => {
    const later = { ...signer("a", MISMATCH), changedAtMs: 101 };
    expect(judged([signer("b", MISMATCH), later])).toMatchObject({ verdict: "not_valid", changedAtMs: 101 });
    expect(judged([{ ...later, findings: [VALID] }])).toMatchObject({ verdict: "valid", changedAtMs: null });
    expect(judged([{ ...later, changedAtMs: 100 }])).toMatchObject({ changedAtMs: null });
  });
});
