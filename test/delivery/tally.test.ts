/** What an endpoint's object counts, over restarts and over the storage of earlier versions. */

import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { expect, it } from "vitest";
import { TALLY_CARRY_ROWS } from "../../src/core/limits/figures.ts";
import { HOUR_MS } from "../../src/core/units.ts";
import type { SqlExec } from "../../src/delivery/queue-schema.ts";
import { Harness, OK } from "../support/drain-harness.ts";
import { answered } from "../support/outcomes.ts";

function withHarness(live: (harness: Harness, exec: SqlExec) => Promise<void>): Promise<void> {
  const stub = env.ENDPOINT.getByName(crypto.randomUUID());
  return runInDurableObject(stub, async (_, state) => {
    const exec: SqlExec = (query, ...bindings) =>
      state.storage.sql.exec(query, ...bindings).toArray() as ReturnType<SqlExec>;
    const harness = new Harness(exec, { policy: { retrySchedule: [60], concurrency: 6 } } as Partial<
      Harness["config"]
    >);
    await harness.meetAndSettle();
    await live(harness, exec);
  });
}

function countedIn({ drain }: Harness): { succeeded: number; failed: number } {
  const { hours } = drain.status();
  return {
    succeeded: hours.reduce((sum, { succeeded }) => sum + succeeded, 0),
    failed: hours.reduce((sum, { failed }) => sum + failed, 0),
  };
}

it.each([1, TALLY_CARRY_ROWS - 1, TALLY_CARRY_ROWS, 2 * TALLY_CARRY_ROWS + 3, 240])(
  "%d deliveries are all counted after a crash, though nothing but their own rows was written",
  (events) =>
    withHarness(async (harness) => {
      // Six at a time, as many as are sent at once: what is published here is delivered before the next.
      for (let left = events; left > 0; left -= 6) await harness.publish(Math.min(6, left));
      expect(countedIn(harness)).toEqual({ succeeded: events, failed: 0 });
      harness.crash();
      expect(countedIn(harness)).toEqual({ succeeded: events, failed: 0 });
      await harness.advance(120_000);
      const { latency } = harness.drain.ledger.takeReport({ dueAtMs: null, behind: 0 });
      expect(latency.reduce((sum, count) => sum + count, 0)).toBe(events);
    }),
);

it("tells of failures by the hour and of the last error, and counts the delivery's whole time", () =>
  withHarness(async (harness) => {
    harness.answer = (_position, attempt) => (attempt === 1 ? answered(503) : OK);
    await harness.publish(1);
    expect(harness.drain.status().lastError).toMatchObject({ statusCode: 503, failure: "status" });
    await harness.advance(90_000);
    harness.crash();
    expect(countedIn(harness)).toEqual({ succeeded: 1, failed: 1 });
    const told = harness.reports.at(-1);
    expect(told?.hours.at(-1)?.slice(1)).toEqual([1, 1]);
    // 60 s with jitter lie in the buckets from 45 to 92 s.
    const bucket = told?.latency.findIndex((count) => count > 0) ?? 0;
    expect(2 ** (bucket / 2)).toBeGreaterThan(40_000);
    expect(2 ** (bucket / 2)).toBeLessThan(95_000);
    await harness.advance(25 * HOUR_MS);
    expect(countedIn(harness)).toEqual({ succeeded: 0, failed: 0 });
  }));

it("does not count a resend by hand as a delivery's time", () =>
  withHarness(async (harness) => {
    await harness.publish(1);
    await harness.advance(60_000);
    harness.drain.resend(1);
    await harness.advance(60_000);
    const { latency, succeeded } = harness.drain.ledger.takeReport({ dueAtMs: null, behind: 0 });
    expect(succeeded).toBe(2);
    expect(latency.reduce((sum, count) => sum + count, 0)).toBe(1);
  }));

it("finds the last day's attempts in the log of an object that did not count them", () =>
  withHarness(async (harness, exec) => {
    harness.answer = (position, attempt) => (position === 3 && attempt === 1 ? answered(500) : OK);
    await harness.publish(5);
    await harness.advance(120_000);
    exec("UPDATE state SET tally = NULL");
    exec("UPDATE first_tries SET object_tally = NULL");
    harness.crash();
    expect(countedIn(harness)).toEqual({ succeeded: 5, failed: 1 });
    expect(harness.drain.status().lastError).toMatchObject({ statusCode: 500, failure: "status" });
    await harness.publish(1);
    harness.crash();
    expect(countedIn(harness)).toEqual({ succeeded: 6, failed: 1 });
  }));

it("says how far it is behind what it knows of, and that it is not once all is delivered", () =>
  withHarness(async (harness) => {
    harness.answer = null;
    await harness.publish(4);
    harness.drain.ledger.reportLost();
    await harness.advance(40_000);
    expect(harness.reports.at(-1)?.behind).toBe(4);
    while (harness.open.length > 0) await harness.open[0]?.finish(OK);
    await harness.advance(60_000);
    expect(harness.reports.at(-1)).toMatchObject({ behind: 0, succeeded: 4 });
  }));
