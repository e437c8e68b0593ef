/** The circuit breaker as an endpoint's policy sets it, in its object. */
import { describe, expect, it } from "vitest";
import type { AttemptOutcome } from "../../src/core/attempt.ts";
import { DEFAULT_BREAKER } from "../../src/core/breaker.ts";
import type { EndpointConfig } from "../../src/core/endpoint.ts";
import { type Harness, withDrain } from "../support/drain-harness.ts";

const DOWN: AttemptOutcome = { kind: "timeout", timeoutMs: 15_000 };
const QUICK = { failures: 2, minSpanSeconds: 0, firstProbeSeconds: 10, maxProbeSeconds: 10 };
const retrySchedule = [3600];

function isOpen(h: Harness): boolean {
  return (h.drain.ledger.breaker?.openUntilMs ?? null) !== null;
}

describe("an endpoint's circuit breaker", () => {
  it("opens by its own thresholds", () =>
    withDrain({ policy: { retrySchedule, concurrency: 1, breaker: QUICK } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(5);
      await h.advance(9_000);
      expect(h.sent).toHaveLength(2);
      await h.advance(10_000);
      expect(h.sent).toHaveLength(3);
    }));

  it("that is off lets everything through, however long nothing is answered", () =>
    withDrain({ policy: { retrySchedule, breaker: "off" } }, async (h) => {
      h.answer = () => DOWN;
      for (let minute = 0; minute < 5; minute++) {
        await h.publish(30);
        await h.advance(60_000);
      }
      expect(h.sent).toHaveLength(150);
      expect(h.drain.ledger.breaker).toBeNull();
    }));

  it.each([
    ["off", "off"],
    ["other thresholds", { ...QUICK, failures: 50 }],
  ] as const)("is closed when it is set to %s, and what waited behind it is sent", (_, breaker) =>
    withDrain({ policy: { retrySchedule, concurrency: 1, breaker: QUICK } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(5);
      await h.advance(1_000);
      expect(isOpen(h)).toBe(true);
      await h.changeConfig({ policy: { ...h.config.policy, breaker } });
      await h.advance(1_000);
      expect(h.sent.map(({ position }) => position)).toEqual([1, 2, 3, 4, 5]);
    }),
  );

  it("stays open when something else of the policy changes", () =>
    withDrain({ policy: { retrySchedule, concurrency: 1, breaker: QUICK } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(5);
      await h.advance(1_000);
      await h.changeConfig({ policy: { ...h.config.policy, timeoutSeconds: 3 } });
      expect(isOpen(h)).toBe(true);
    }));

  it("is the default one for an object that stored its configuration before there was a choice", () =>
    withDrain({ policy: { retrySchedule: [5, 5, 5, 5] } }, async (h) => {
      h.answer = () => DOWN;
      await h.publish(10);
      const state = h.queue.loadState();
      const { breaker: _, ...policy } = h.config.policy;
      h.queue.saveState({ ...state, config: { ...h.config, policy } as EndpointConfig });
      h.crash();
      await h.advance(70_000);
      await h.publish(10);
      await h.advance(30_000);
      expect(isOpen(h)).toBe(true);
      await h.changeConfig({ policy: { ...h.config.policy, breaker: DEFAULT_BREAKER } });
      expect(isOpen(h)).toBe(true);
    }));
});
