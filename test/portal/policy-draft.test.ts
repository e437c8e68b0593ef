/** A delivery policy on its way through the portal's form. */
import { describe, expect, it } from "vitest";
import { toDialectOut } from "../../src/contract/dialects.ts";
import { DEFAULT_BREAKER } from "../../src/core/breaker.ts";
import { invariant } from "../../src/core/invariant.ts";
import { type DeliveryPolicy, effectivePolicy } from "../../src/core/policy.ts";
import { changesOf, inheritedPolicy, textsOf } from "../../src/portal/pages/endpoints/policy-draft.ts";
import { BUILT_IN_DIALECTS } from "../../src/wire/index.ts";

function dialect(name: string) {
  const found = BUILT_IN_DIALECTS.get(name);
  invariant(found, `test: ${name} is built in`);
  return found;
}

describe("what an endpoint inherits", () => {
  const cases: [application: DeliveryPolicy, endpoint: DeliveryPolicy][] = [
    [{}, { retrySchedule: [1], jitter: false, breaker: "off" }],
    [{}, { dialect: "clawbook", timeoutSeconds: 3 }],
    [
      { dialect: "clawget", retrySchedule: [2, 2] },
      { dialect: "clawbook", retrySchedule: [1] },
    ],
    [
      { timeoutSeconds: 9, ordering: "fifo", breaker: "off" },
      { ordering: "none", timeoutSeconds: 1 },
    ],
  ];

  it.each(cases)(
    "under an application's %j, where it sets %j, is what holds once that is reset",
    (application, endpoint) => {
      const applied = dialect(application.dialect ?? "standard");
      const own = dialect(endpoint.dialect ?? applied.name);
      const ofApplication = effectivePolicy({}, application, applied);
      const inherited = inheritedPolicy(
        { ...ofApplication.policy, sources: ofApplication.sources },
        toDialectOut(own, true),
      );
      const { dialect: _, ...rest } = effectivePolicy({}, application, own).policy;
      expect(inherited).toEqual({ ...rest, dialect: applied.name });
    },
  );
});

describe("what is sent of a form", () => {
  const { policy } = effectivePolicy({}, {}, dialect("standard"));

  it("is nothing where nothing was changed, or it was changed back", () => {
    expect(changesOf(policy, {})).toEqual({});
    expect(changesOf(policy, textsOf(policy))).toEqual({});
  });

  it("is what was changed, and no more", () => {
    expect(changesOf(policy, { retrySchedule: "1 2,3", jitter: "no", timeoutSeconds: "15" })).toEqual({
      retrySchedule: [1, 2, 3],
      jitter: false,
    });
    expect(changesOf(policy, { breaker: { ...textsOf(policy).breaker, mode: "off" } })).toEqual({
      breaker: "off",
    });
    expect(changesOf(policy, { breaker: { ...textsOf(policy).breaker, failures: "3" } })).toEqual({
      breaker: { ...DEFAULT_BREAKER, failures: 3 },
    });
  });
});
