/** What was deleted or has ended leaves no rows behind for ever, and no secrets at all. */
import { env } from "cloudflare:workers";
import { beforeAll, describe, expect, it } from "vitest";
import { HASH_SLICES, hashSliceAt } from "../../src/core/hash-slices.ts";
import { PRUNE_DELETED_AFTER_MS, PRUNE_WINDOW_ROWS } from "../../src/core/limits/upkeep.ts";
import { DAY_MS } from "../../src/core/units.ts";
import { createServiceContext } from "../../src/service/context.ts";
import { prune } from "../../src/service/prune.ts";
import { runUpkeep } from "../../src/service/upkeep.ts";
import { pruneEndpoints } from "../../src/store/prune.ts";
import { api } from "../support/api.ts";
import { aConsumerToken, anApplication, aPublisherKey } from "../support/apps.ts";
import { anEndpointOf } from "../support/endpoints.ts";

const SOON_MS = 60_000;
const LATER_MS = PRUNE_DELETED_AFTER_MS + DAY_MS;

function contextIn(delayMs: number) {
  return { ...createServiceContext(env), nowMs: Date.now() + delayMs };
}

async function count(sql: string, ...values: unknown[]): Promise<number> {
  return (
    (await env.DB.prepare(`SELECT COUNT(*) FROM ${sql}`)
      .bind(...values)
      .first<number>("COUNT(*)")) ?? -1
  );
}

async function keyOf(appId: string): Promise<number> {
  return (
    (await env.DB.prepare("SELECT key FROM applications WHERE id = ?").bind(appId).first<number>("key")) ?? 0
  );
}

/** A run in the minute in which it is the turn of the key's slice. */
async function pruneInTurnOf(keyId: string, delayMs: number): Promise<void> {
  const hash = await env.DB.prepare("SELECT hash FROM api_keys WHERE id = ?")
    .bind(keyId)
    .first<string>("hash");
  if (hash === null) return;
  const minutes = Array.from({ length: HASH_SLICES }, (_, minute) => contextIn(delayMs + minute * 60_000));
  const turn = minutes.find(({ nowMs }) => {
    const { from, below } = hashSliceAt(nowMs);
    return from <= hash && hash < below;
  });
  if (turn === undefined) throw new Error("its turn never comes");
  await prune(turn);
}

describe("a deleted endpoint", () => {
  it("loses its secrets at once and its rows when retention ends", async () => {
    const { id: appId } = await anApplication();
    const kept = await anEndpointOf(appId);
    const { id } = await anEndpointOf(appId, { headers: { "x-team": "blue" } });
    const key = await env.DB.prepare("SELECT key FROM endpoints WHERE id = ?").bind(id).first<number>("key");
    await env.DB.prepare(
      `INSERT OR REPLACE INTO endpoint_status (app_key, endpoint_key, position, waiting, config_version, succeeded, failed,
         updated_at) VALUES (?, ?, 0, 0, 2, 0, 0, 1)`,
    )
      .bind(await keyOf(appId), key)
      .run();
    expect((await api("DELETE", `/api/v1/app/${appId}/endpoint/${id}`)).status).toBe(204);
    const row = await env.DB.prepare("SELECT * FROM endpoints WHERE id = ?").bind(id).first();
    expect(row).toMatchObject({ sealed_secrets: null, sealed_headers: null });

    await prune(contextIn(SOON_MS));
    expect(await count("endpoints WHERE id = ?", id)).toBe(1);
    await prune(contextIn(LATER_MS));
    expect(await count("endpoints WHERE id = ?", id)).toBe(0);
    expect(await count("endpoint_status WHERE endpoint_key = ?", key)).toBe(0);
    expect((await api("GET", `/api/v1/app/${appId}/endpoint/${kept.id}/secret`)).status).toBe(200);
  });

  it("is found however many others there are, a window a run", async () => {
    const { id: appId } = await anApplication();
    const appKey = await keyOf(appId);
    await env.DB.prepare(
      `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
       INSERT INTO endpoints (app_key, key, id, url, description, disabled, spans, metadata, policy, version, created_at,
         updated_at, deleted_at)
       SELECT ?1, i, 'ep_' || ?1 || '_' || i, 'https://x.example', '', 1, '[]', '{}', '{}', 1, 1, 1,
         CASE WHEN i % 10 = 0 THEN 1 END FROM n`,
    )
      .bind(appKey, PRUNE_WINDOW_ROWS + 10)
      .run();
    const first = await pruneEndpoints(env.DB, { after: { appKey, endpointKey: 0 }, beforeMs: 2 });
    expect(first).toEqual({ appKey, endpointKey: PRUNE_WINDOW_ROWS });
    expect(await count("endpoints WHERE app_key = ? AND deleted_at = 1", appKey)).toBe(1);
    await pruneEndpoints(env.DB, { after: first ?? { appKey: 0, endpointKey: 0 }, beforeMs: 2 });
    expect(await count("endpoints WHERE app_key = ? AND deleted_at = 1", appKey)).toBe(0);
    expect(await count("endpoints WHERE app_key = ?", appKey)).toBe((PRUNE_WINDOW_ROWS + 10) * 0.9);
    await env.DB.prepare("DELETE FROM endpoints WHERE app_key = ?").bind(appKey).run();
  });
});

describe("a deleted application", () => {
  it("loses its endpoints' secrets at once, and everything when retention ends", async () => {
    const { id } = await anApplication();
    const appKey = await keyOf(id);
    await anEndpointOf(id);
    for (const eventId of ["a", "b"]) {
      const json = { eventType: "invoice.paid", eventId, payload: {} };
      expect((await api("POST", `/api/v1/app/${id}/msg`, { json })).status).toBe(202);
    }
    expect((await api("DELETE", `/api/v1/app/${id}`)).status).toBe(204);
    expect(await count("endpoints WHERE app_key = ? AND sealed_secrets IS NOT NULL", appKey)).toBe(0);

    await runUpkeep(contextIn(SOON_MS));
    expect(await count("applications WHERE key = ?", appKey)).toBe(1);
    expect(await count("endpoints WHERE app_key = ?", appKey)).toBe(1);

    await runUpkeep(contextIn(LATER_MS));
    expect(await count("applications WHERE key = ?", appKey)).toBe(0);
    for (const table of ["endpoints", "endpoint_status", "events", "event_keys"]) {
      expect([table, await count(`${table} WHERE app_key = ?`, appKey)]).toEqual([table, 0]);
    }
  });

  it("leaves the others as they are", async () => {
    const { id } = await anApplication();
    await anEndpointOf(id);
    await runUpkeep(contextIn(LATER_MS));
    expect((await api("GET", `/api/v1/app/${id}/endpoint`)).body).toMatchObject({ data: [{}] });
  });
});

describe("a key or token", () => {
  let ids: Record<"live" | "revoked" | "expired" | "unexpired" | "orphan", string>;

  beforeAll(async () => {
    const known = new Set<string>();
    const made = async (make: () => Promise<unknown>): Promise<string> => {
      const list = async () =>
        (await env.DB.prepare("SELECT id FROM api_keys").all<{ id: string }>()).results.map(({ id }) => id);
      for (const id of await list()) known.add(id);
      await make();
      return (await list()).find((id) => !known.has(id)) ?? "";
    };
    const { id: appId } = await anApplication();
    const { id: goneId } = await anApplication();
    const revoked = await aPublisherKey();
    ids = {
      live: await made(() => aPublisherKey()),
      revoked: revoked.id,
      expired: await made(() => aConsumerToken(appId, { expiry: 3600 })),
      unexpired: await made(() => aPublisherKey()),
      orphan: await made(() => aConsumerToken(goneId)),
    };
    await env.DB.prepare("UPDATE api_keys SET revoked_at = ? WHERE id = ?")
      .bind(Date.now(), revoked.id)
      .run();
    await env.DB.prepare("UPDATE api_keys SET expires_at = ? WHERE id = ?")
      .bind(Date.now() + 10 * LATER_MS, ids.unexpired)
      .run();
    expect((await api("DELETE", `/api/v1/app/${goneId}`)).status).toBe(204);
  });

  const left = async () => {
    const entries = Object.entries(ids);
    const found = await Promise.all(entries.map(([, id]) => count("api_keys WHERE id = ?", id)));
    return entries.flatMap(([name], index) => (found[index] === 1 ? [name] : []));
  };

  it("stays for a while after its end, unless its application is gone", async () => {
    for (const id of Object.values(ids)) await pruneInTurnOf(id, SOON_MS);
    expect(await left()).toEqual(["live", "revoked", "expired", "unexpired"]);
  });

  it("is gone when retention has ended after its revocation or expiry, and no other is", async () => {
    for (const id of Object.values(ids)) await pruneInTurnOf(id, LATER_MS);
    expect(await left()).toEqual(["live", "unexpired"]);
  });
});
