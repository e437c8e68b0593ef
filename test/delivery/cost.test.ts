/**
 * What an event costs, counted: D1 round trips, rows written in D1, rows written in the endpoint's object (each setting
 * of its alarm is one). Rows are the bill (design §3), so a change that writes more must be meant.
 */
import { createExecutionContext, runInDurableObject, waitOnExecutionContext } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, expect, it } from "vitest";
import { type D1Meter, meteredD1 } from "../../scripts/bench/metered/metered-d1.ts";
import { LogWriterObject } from "../../src/accept/log-writer.ts";
import { MAX_BATCH_MESSAGES } from "../../src/core/limits/publishing.ts";
import { PURGE_INTERVAL_MS, RETENTION_MS } from "../../src/core/limits/upkeep.ts";
import type { SqlExec } from "../../src/delivery/queue-schema.ts";
import type { Env } from "../../src/env.ts";
import { createApp } from "../../src/http/app.ts";
import { hashToken } from "../../src/service/access/tokens.ts";
import { ORIGIN } from "../support/api.ts";
import { anApplication, aPublisherKey } from "../support/apps.ts";
import { Harness, OK } from "../support/drain-harness.ts";
import { anEndpointOf } from "../support/endpoints.ts";
import { answered } from "../support/outcomes.ts";

const app = createApp();
const FAN_OUT = 10;
const NOBODY_LISTENS = "http://127.0.0.1:9/";

type Publisher = {
  appId: string;
  token: string;
  post: (path: string, body: object, key?: string) => Promise<number>;
};
type Metered = { meter: D1Meter; env: Env };

/** The Worker writes to the log by itself. */
function withoutWriter(): Metered {
  const meter = { roundTrips: 0, rowsRead: 0, rowsWritten: 0 };
  return { meter, env: { ...env, POSTHORN_LOG_WRITERS: "0", DB: meteredD1(env.DB, meter) } };
}

/** It writes through a log writer, whose database is counted too. */
async function throughWriter(): Promise<Metered> {
  const direct = withoutWriter();
  const stub = env.LOG_WRITER.getByName(crypto.randomUUID());
  const writer = await runInDurableObject(stub, (_, state) => new LogWriterObject(state, direct.env));
  const namespace = { getByName: () => writer } as unknown as Env["LOG_WRITER"];
  return { meter: direct.meter, env: { ...direct.env, POSTHORN_LOG_WRITERS: "1", LOG_WRITER: namespace } };
}

/** An application and a key of its publisher that the Worker has seen before; the meter starts there. */
async function aPublisher({ meter, env: metered }: Metered, endpoints = 0): Promise<Publisher> {
  const { id: appId } = await anApplication();
  for (let n = 0; n < endpoints; n++) await anEndpointOf(appId, { url: NOBODY_LISTENS });
  const { token } = await aPublisherKey();
  let context = createExecutionContext();
  const post = async (path: string, body: object, key?: string) => {
    const headers = new Headers({ authorization: `Bearer ${token}`, "content-type": "application/json" });
    if (key !== undefined) headers.set("idempotency-key", key);
    const request = new Request(`${ORIGIN}/api/v1/app/${appId}/${path}`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    context = createExecutionContext();
    const response = await app.fetch(request, metered, context);
    await response.text();
    return response.status;
  };
  expect(await post("msg", MESSAGE)).toBe(202);
  // Once an hour a key's use is written down, after the answer.
  await waitOnExecutionContext(context);
  const used = await env.DB.prepare("SELECT last_used_at AS at FROM api_keys WHERE hash = ?")
    .bind(await hashToken(token))
    .first<{ at: number | null }>();
  expect(used?.at).toBeGreaterThan(0);
  meter.roundTrips = 0;
  meter.rowsRead = 0;
  meter.rowsWritten = 0;
  return { appId, token, post };
}

const MESSAGE = { eventType: "invoice.paid", payload: { invoice: 1 } };
const BATCH = { messages: Array.from({ length: MAX_BATCH_MESSAGES }, () => MESSAGE) };

describe.each([
  { how: "by itself", metered: async () => withoutWriter() },
  { how: "through the log writer", metered: throughWriter },
])("a publish call, the Worker writing $how", ({ metered }) => {
  it("costs one D1 round trip and 1 row, its key's check included", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    expect(await post("msg", MESSAGE)).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 1, rowsWritten: 1 });
  });

  it("costs one D1 round trip and 2 rows with an idempotency key", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    expect(await post("msg", MESSAGE, crypto.randomUUID())).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 1, rowsWritten: 2 });
  });

  it("costs one D1 round trip and 2 rows with an event id, and with both", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    expect(await post("msg", { ...MESSAGE, eventId: crypto.randomUUID() })).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 1, rowsWritten: 2 });
    expect(await post("msg", { ...MESSAGE, eventId: crypto.randomUUID() }, crypto.randomUUID())).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 2, rowsWritten: 4 });
  });

  it("costs one D1 round trip and no row when it is repeated", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    await post("msg", MESSAGE, "the same key");
    worker.meter.rowsWritten = 0;
    expect(await post("msg", MESSAGE, "the same key")).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 2, rowsWritten: 0 });
  });

  it("costs one D1 round trip for a batch of 100, and 1 row an event, 2 with a key", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    expect(await post("msg/batch", BATCH)).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 1, rowsWritten: MAX_BATCH_MESSAGES });
    expect(await post("msg/batch", BATCH, crypto.randomUUID())).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 2, rowsWritten: 3 * MAX_BATCH_MESSAGES });
  });

  it("reads no more rows when thousands of keys have gathered", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker);
    const rowsReadByOne = async () => {
      worker.meter.rowsRead = 0;
      expect(await post("msg", MESSAGE, crypto.randomUUID())).toBe(202);
      return worker.meter.rowsRead;
    };
    await rowsReadByOne();
    const before = await rowsReadByOne();
    for (let n = 0; n < 20; n++) expect(await post("msg/batch", BATCH, crypto.randomUUID())).toBe(202);
    expect(await rowsReadByOne()).toBe(before);
  });

  it("costs no more in D1 for ten endpoints than for none", async () => {
    const worker = await metered();
    const { post } = await aPublisher(worker, FAN_OUT);
    expect(await post("msg", MESSAGE, crypto.randomUUID())).toBe(202);
    expect(worker.meter).toMatchObject({ roundTrips: 1, rowsWritten: 2 });
  });
});

it("lets fifty concurrent calls through the log writer share D1 round trips", async () => {
  const worker = await throughWriter();
  const { post } = await aPublisher(worker);
  const statuses = await Promise.all(
    Array.from({ length: 50 }, () => post("msg", MESSAGE, crypto.randomUUID())),
  );
  expect(new Set(statuses)).toEqual(new Set([202]));
  expect(worker.meter.rowsWritten).toBe(100);
  expect(worker.meter.roundTrips).toBeLessThan(25);
});

type Spent = {
  /** Rows of SQL in the object. */
  rows: number;
  /** Settings of its alarm, each billed as a row. */
  armings: number;
  /** Rows of `endpoint_status` in D1. */
  reports: number;
  sent: number;
};

/** Runs a life of the endpoint over real storage; what it wrote from the first event on. */
async function spending(
  policy: Partial<Harness["config"]["policy"]>,
  live: (harness: Harness) => Promise<void>,
): Promise<Spent> {
  const stub = env.ENDPOINT.getByName(`1.cost-${crypto.randomUUID()}`);
  return runInDurableObject(stub, async (_instance, state) => {
    let rows = 0;
    const exec: SqlExec = (query, ...bindings) => {
      const cursor = state.storage.sql.exec(query, ...bindings);
      const result = cursor.toArray();
      rows += cursor.rowsWritten;
      return result as ReturnType<SqlExec>;
    };
    const harness = new Harness(exec, { policy } as Partial<Harness["config"]>);
    await harness.meetAndSettle();
    const count = (): Spent => ({
      rows,
      armings: harness.armings,
      reports: harness.reports.length,
      sent: harness.sent.length,
    });
    const before = count();
    await live(harness);
    expect(harness.errors).toEqual([]);
    const after = count();
    return {
      rows: after.rows - before.rows,
      armings: after.armings - before.armings,
      reports: after.reports - before.reports,
      sent: after.sent - before.sent,
    };
  });
}

const EVENTS = 100;
const RETRY_SECONDS = 60;
const LONG_ENOUGH_MS = 400_000;

/*
 * Measured, rows + alarms (status rows in D1):
 *   first-try success, one event alone       1 + 1 (1)
 *   first-try success, 100 events          101 + 1 (1)   1.02 an event
 *   first-try success, 1,000/s for 6 s    6001 + 7 (1)   1.001 an event
 *   1,000, six at a time, in bursts     1000 + 11 (1)  1.01 an event, whatever the order in which they end
 *   FIFO, 100 events                       100 + 3 (1)   1.03 an event
 *   one retry, then success, one event       8 + 3 (2)
 *   exhausted after 3 attempts, one event   13 + 5 (3)
 */
describe("the endpoint's object", () => {
  it("writes 1 row for each of 100 events delivered at first attempt, and 2 to settle them all", async () => {
    const spent = await spending({}, async (harness) => {
      await harness.publish(EVENTS);
      await harness.advance(10_000);
    });
    expect(spent).toEqual({ rows: EVENTS + 1, armings: 1, reports: 1, sent: EVENTS });
  });

  it("writes 2 rows and a status row for one event alone: its attempt, and an alarm shared by nobody", async () => {
    const spent = await spending({}, async (harness) => {
      await harness.publish(1);
      await harness.advance(10_000);
    });
    expect(spent).toEqual({ rows: 1, armings: 1, reports: 1, sent: 1 });
  });

  it("tells of events that come one by one in a status row every 30 seconds, of the first that fails at once", async () => {
    const spent = await spending({ retrySchedule: [] }, async (harness) => {
      for (let n = 0; n < 10; n++) {
        await harness.publish(1);
        await harness.advance(3000);
      }
      expect(harness.reports.length).toBeLessThanOrEqual(3);
      harness.answer = () => answered(500);
      await harness.publish(1);
      await harness.advance(3000);
      expect(harness.reports.at(-1)).toMatchObject({ position: 11, succeeded: 10, failed: 1 });
    });
    expect(spent.rows).toBeLessThanOrEqual(10 + 3);
    expect(spent.armings).toBe(11);
  });

  it("writes no more than 1.02 rows an event under load, alarms included", async () => {
    const spent = await spending({}, async (harness) => {
      for (let n = 0; n < 60; n++) {
        await harness.publish(EVENTS);
        await harness.advance(100);
      }
      await harness.advance(20_000);
    });
    expect(spent.sent).toBe(60 * EVENTS);
    expect((spent.rows + spent.armings) / spent.sent).toBeLessThan(1.02);
    expect(spent.reports).toBeLessThanOrEqual(2);
  });

  it("writes 1 row an event also when six at a time are in flight and end in any order", async () => {
    const total = 1000;
    let seed = 1;
    const below = (limit: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % limit;
    };
    const spent = await spending({ concurrency: 6 }, async (harness) => {
      harness.answer = null;
      let mostOpen = 0;
      for (let round = 0; round < 1000 && (harness.sent.length < total || harness.open.length > 0); round++) {
        const count = Math.min(below(30), total - harness.events.length);
        if (count > 0) await harness.publish(count);
        mostOpen = Math.max(mostOpen, harness.open.length);
        for (let ends = below(30); ends > 0 && harness.open.length > 0; ends--)
          await harness.open[below(harness.open.length)]?.finish(OK);
        await harness.advance(below(300));
      }
      await harness.advance(60_000);
      expect(mostOpen).toBe(6);
    });
    expect(spent.sent).toBe(total);
    expect(spent.rows).toBeLessThanOrEqual(1.02 * total);
  });

  it("writes 1 row an event in order too", async () => {
    const spent = await spending({ ordering: "fifo" }, async (harness) => {
      await harness.publish(EVENTS);
      await harness.advance(10_000);
    });
    expect(spent.sent).toBe(EVENTS);
    expect(spent.rows - EVENTS).toBeLessThanOrEqual(2);
    expect(spent.armings).toBeLessThanOrEqual(5);
  });

  it("writes 6 rows for an event that succeeds at its second attempt: two a logged attempt, two for the wait", async () => {
    const spent = await spending({ retrySchedule: [RETRY_SECONDS] }, async (harness) => {
      harness.answer = (_position, attempt) => (attempt === 1 ? answered(500) : OK);
      await harness.publish(1);
      await harness.advance(LONG_ENOUGH_MS);
    });
    expect(spent.sent).toBe(2);
    expect(spent.rows).toBeLessThanOrEqual(6 + 2);
    expect(spent.armings).toBeLessThanOrEqual(3);
    expect(spent.reports).toBeLessThanOrEqual(2);
  });

  it("writes 10 rows for an event whose three attempts all fail", async () => {
    const spent = await spending({ retrySchedule: [RETRY_SECONDS, RETRY_SECONDS] }, async (harness) => {
      harness.answer = () => answered(500);
      await harness.publish(1);
      await harness.advance(LONG_ENOUGH_MS);
    });
    expect(spent.sent).toBe(3);
    expect(spent.rows).toBeLessThanOrEqual(10 + 3);
    expect(spent.armings).toBeLessThanOrEqual(5);
    expect(spent.reports).toBeLessThanOrEqual(3);
  });

  it("writes for each of ten endpoints what it writes for one", async () => {
    const each: Spent[] = [];
    for (let endpoint = 0; endpoint < FAN_OUT; endpoint++) {
      each.push(
        await spending({}, async (harness) => {
          await harness.publish(EVENTS);
          await harness.advance(10_000);
        }),
      );
    }
    const rows = each.reduce((sum, spent) => sum + spent.rows + spent.armings, 0);
    expect(rows).toBe(FAN_OUT * (EVENTS + 2));
  });

  it("removes each attempt after retention for 1 row", async () => {
    const spent = await spending({}, async (harness) => {
      await harness.publish(EVENTS);
      await harness.advance(10_000);
      await harness.advance(RETENTION_MS + PURGE_INTERVAL_MS);
      await harness.drain.catchUp();
      await harness.advance(10_000);
    });
    expect(rowsBeyondDelivering(spent)).toBeGreaterThanOrEqual(EVENTS);
    expect(rowsBeyondDelivering(spent)).toBeLessThanOrEqual(EVENTS + 2);
  });
});

/** What was written beyond delivering and settling 100 events. */
function rowsBeyondDelivering({ rows }: Spent): number {
  return rows - (EVENTS + 1);
}
