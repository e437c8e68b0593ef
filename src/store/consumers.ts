/** Agents that pull: what each has acknowledged and been handed. The only owner of `consumers`. */
import { type Acks, NO_ACKS } from "../core/acks.ts";
import type { Lease } from "../core/leases.ts";

export type ConsumerAddress = { appKey: number; name: string };

export type ConsumerState = { acks: Acks; leases: readonly Lease[] };

type Row = { acked_up_to: number; acked_beyond: string; leases: string; updated_at: number };

/** A consumer that nobody has heard of has acknowledged nothing. */
export async function readConsumer(db: D1Database, address: ConsumerAddress): Promise<ConsumerState> {
  return stateOf(await find(db, address));
}

export type NamedConsumer = ConsumerState & { name: string; updatedAtMs: number };

/** Null when nobody has heard of the consumer. */
export async function findConsumer(db: D1Database, address: ConsumerAddress): Promise<NamedConsumer | null> {
  const row = await find(db, address);
  return row === null ? null : { ...stateOf(row), name: address.name, updatedAtMs: row.updated_at };
}

/** By name, beyond a name. */
export async function listConsumers(
  db: D1Database,
  { appKey, after, limit }: { appKey: number; after: string; limit: number },
): Promise<NamedConsumer[]> {
  const { results } = await db
    .prepare(
      `SELECT name, acked_up_to, acked_beyond, leases, updated_at FROM consumers
       WHERE app_key = ?1 AND name > ?2 ORDER BY name LIMIT ?3`,
    )
    .bind(appKey, after, limit)
    .all<Row & { name: string }>();
  return results.map((row) => ({ ...stateOf(row), name: row.name, updatedAtMs: row.updated_at }));
}

/** Forgets a consumer; false when there is none of that name. */
export async function deleteConsumer(db: D1Database, { appKey, name }: ConsumerAddress): Promise<boolean> {
  const gone = await db
    .prepare("DELETE FROM consumers WHERE app_key = ? AND name = ? RETURNING name")
    .bind(appKey, name)
    .first();
  return gone !== null;
}

export type ChangeOutcome<T> = { kind: "changed"; value: T } | { kind: "contended" };
export type Change<T> = { state: ConsumerState | null; value: T };

const MAX_TRIES = 8;

/**
 * Reads, decides, and writes if nobody has written meanwhile, else again: two workers of one consumer must not undo each
 * other's acknowledgements. `decide` says what it becomes (null: as it is) and what to answer.
 */
export async function changeConsumer<T>(
  db: D1Database,
  { address, nowMs }: { address: ConsumerAddress; nowMs: number },
  decide: (state: ConsumerState, isNew: boolean) => Change<T> | Promise<Change<T>>,
): Promise<ChangeOutcome<T>> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const before = await find(db, address);
    const { state, value } = await decide(stateOf(before), before === null);
    if (state === null || (await replace(db, { address, nowMs, before, state }))) {
      return { kind: "changed", value };
    }
  }
  return { kind: "contended" };
}

function find(db: D1Database, { appKey, name }: ConsumerAddress): Promise<Row | null> {
  return db
    .prepare(
      "SELECT acked_up_to, acked_beyond, leases, updated_at FROM consumers WHERE app_key = ? AND name = ?",
    )
    .bind(appKey, name)
    .first<Row>();
}

type Replacement = { address: ConsumerAddress; nowMs: number; before: Row | null; state: ConsumerState };

async function replace(db: D1Database, { address, nowMs, before, state }: Replacement): Promise<boolean> {
  const { acks, leases } = state;
  const after = [acks.upTo, JSON.stringify(acks.beyond), JSON.stringify(leases)];
  const { appKey, name } = address;
  const written =
    before === null
      ? await db
          .prepare(
            `INSERT INTO consumers (app_key, name, acked_up_to, acked_beyond, leases, created_at, updated_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6) ON CONFLICT DO NOTHING RETURNING name`,
          )
          .bind(appKey, name, ...after, nowMs)
          .first()
      : await db
          .prepare(
            `UPDATE consumers SET acked_up_to = ?3, acked_beyond = ?4, leases = ?5, updated_at = ?6
             WHERE app_key = ?1 AND name = ?2 AND acked_up_to = ?7 AND acked_beyond = ?8 AND leases = ?9
             RETURNING name`,
          )
          .bind(appKey, name, ...after, nowMs, before.acked_up_to, before.acked_beyond, before.leases)
          .first();
  return written !== null;
}

function stateOf(row: Row | null): ConsumerState {
  if (row === null) return { acks: NO_ACKS, leases: [] };
  return {
    acks: { upTo: row.acked_up_to, beyond: JSON.parse(row.acked_beyond) },
    leases: JSON.parse(row.leases),
  };
}
