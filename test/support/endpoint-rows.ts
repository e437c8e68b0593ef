import { env } from "cloudflare:workers";
import { keyedId } from "../../src/core/ids.ts";
import { type InsertOutcome, insertEndpoint, type NewEndpoint } from "../../src/store/endpoint-changes.ts";

function random(count: number): Uint8Array {
  return crypto.getRandomValues(new Uint8Array(count));
}

let nextKey = 1_000_000;

/** A bare application row; gives back its key. */
export async function insertApplication(policy: object = {}): Promise<number> {
  const key = nextKey++;
  await env.DB.prepare(
    `INSERT INTO applications (key, id, name, metadata, policy, created_at, updated_at)
     VALUES (?1, ?2, 'test', '{}', ?3, 0, 0)`,
  )
    .bind(key, keyedId("app_", key, Date.now(), random), JSON.stringify(policy))
    .run();
  return key;
}

export function anEndpoint(overrides: Partial<NewEndpoint> & { appKey: number }): NewEndpoint {
  const endpointKey = overrides.endpointKey ?? nextKey++;
  return {
    endpointKey,
    endpointId: keyedId("ep_", endpointKey, 1_800_000_000_000 + endpointKey * 4, random),
    uid: null,
    url: "https://example.com/hook",
    description: "",
    ratePerSecond: null,
    disabled: false,
    disabledReason: null,
    eventTypes: null,
    channels: null,
    metadata: {},
    policy: {},
    sealedSecrets: "sealed",
    sealedHeaders: null,
    applicationPolicy: {},
    createdAtMs: 1_800_000_000_000,
    ...overrides,
  };
}

export async function insertAnEndpoint(
  overrides: Partial<NewEndpoint> & { appKey: number },
): Promise<NewEndpoint & { outcome: InsertOutcome }> {
  const endpoint = anEndpoint(overrides);
  return { ...endpoint, outcome: await insertEndpoint(env.DB, endpoint) };
}

/** Appends an event as publishing does: at the position after the newest. */
export function appendEvent(appKey: number, eventType = "test"): D1PreparedStatement {
  return env.DB.prepare(
    `INSERT INTO events (app_key, position, created_at, event_type, payload)
     VALUES (?1, COALESCE((SELECT MAX(position) FROM events WHERE app_key = ?1), 0) + 1, 0, ?2, '{}')
     RETURNING position`,
  ).bind(appKey, eventType);
}
