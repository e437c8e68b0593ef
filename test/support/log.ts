import { env } from "cloudflare:workers";
import { keyedId, newKey } from "../../src/core/ids.ts";
import type { NewEvent } from "../../src/store/event-append.ts";

export const random = (count: number) => crypto.getRandomValues(new Uint8Array(count));

/** An event to append, with overrides. */
export function aNewEvent(overrides: Partial<NewEvent> = {}): NewEvent {
  return {
    eventType: "order.created",
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payloadExpiresAtMs: null,
    payload: '{"n":1}',
    idempotencyHash: null,
    ...overrides,
  };
}

/** A stored application; returns its key and id. */
export async function anApplication(): Promise<{ key: number; id: string }> {
  const key = newKey(random);
  const id = keyedId("app_", key, Date.now(), random);
  await env.DB.prepare(
    `INSERT INTO applications (key, id, name, metadata, policy, created_at, updated_at)
     VALUES (?, ?, 'test', '{}', '{}', 1, 1)`,
  )
    .bind(key, id)
    .run();
  return { key, id };
}
