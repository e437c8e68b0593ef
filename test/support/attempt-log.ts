/** The tables of one object, and what to put into them and ask of them. */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import {
  type AttemptQuery,
  type DeliveryQuery,
  EVERY_ATTEMPT,
  EVERY_DELIVERY,
} from "../../src/core/attempt-log.ts";
import type { EventHeader } from "../../src/core/event.ts";
import { Queue } from "../../src/delivery/queue.ts";
import { AttemptReader } from "../../src/delivery/queue-attempts.ts";
import { DeliveryReader } from "../../src/delivery/queue-deliveries.ts";
import type { SqlExec } from "../../src/delivery/queue-schema.ts";
import type { Attempted } from "./attempts.ts";

export const T0 = Date.UTC(2026, 10, 20, 12);
export const MINUTE = 60_000;

export type Log = { queue: Queue; attempts: AttemptReader; deliveries: DeliveryReader; exec: SqlExec };

/** The tables of one object, in real object storage. */
export async function withLog(test: (log: Log) => void, maxScan?: number): Promise<void> {
  const stub = env.ENDPOINT.getByName(`1.${crypto.randomUUID()}`);
  await runInDurableObject(stub, (_instance, state) => {
    const exec: SqlExec = (query, ...bindings) => state.storage.sql.exec(query, ...bindings).toArray();
    test({
      exec,
      queue: new Queue(exec),
      attempts: new AttemptReader(exec, maxScan),
      deliveries: new DeliveryReader(exec, maxScan),
    });
  });
}

/** An event accepted `position` minutes after T0. */
export function anEvent(position: number, fields: Partial<EventHeader> = {}): EventHeader {
  const createdAtMs = T0 + position * MINUTE;
  const rest = { eventType: "a", eventId: null, channels: null, tags: null, deliverAtMs: null };
  return { position, createdAtMs, ...rest, ...fields };
}

/** A successful first attempt, a second after its event was accepted. */
export function anAttempt(event: EventHeader, fields: Partial<Attempted> = {}): Attempted {
  return {
    event,
    startedAtMs: event.createdAtMs + 1000,
    durationMs: 5,
    trigger: 0,
    status: 0,
    statusCode: 200,
    url: "https://example.com/",
    response: "fine",
    failure: null,
    nextAtMs: null,
    exchange: { requestHeaders: { a: "1" }, responseHeaders: { b: "2" } },
    ...fields,
  };
}

export const failed = { status: 2, statusCode: 500, failure: "status", response: "no" } as const;

const NEWEST_FIRST = { from: null, ascending: false, count: 100 };

export function attemptQuery(fields: Partial<AttemptQuery> = {}): AttemptQuery {
  return { ...EVERY_ATTEMPT, ...NEWEST_FIRST, withResponse: true, ...fields };
}

export function deliveryQuery(fields: Partial<DeliveryQuery> = {}): DeliveryQuery {
  return { ...EVERY_DELIVERY, ...NEWEST_FIRST, ...fields };
}
