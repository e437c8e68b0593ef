import { IDEMPOTENCY_TTL_MS, MAX_CALL_MS } from "../core/limits/requests.ts";
import { PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";

/** Who may run a call: `mine`: the asker; otherwise somebody else's answer, sealed, or none yet. */
export type Claim = { mine: true } | { mine: false; sealedAnswer: string | null };

export type CallRun = { hash: string; owner: string };

/** Claims a call unless it is answered or under way. One that has been under way for too long has died. */
export async function claimCall(db: D1Database, { hash, owner }: CallRun, nowMs: number): Promise<Claim> {
  const [claimed, found] = await db.batch<{ sealed_answer: string | null }>([
    db
      .prepare(
        `INSERT INTO idempotency_keys (hash, owner, started_at) VALUES (?1, ?2, ?3)
         ON CONFLICT (hash) DO UPDATE SET owner = ?2, started_at = ?3, sealed_answer = NULL
         WHERE started_at <= ?4 OR (sealed_answer IS NULL AND started_at <= ?5) RETURNING sealed_answer`,
      )
      .bind(hash, owner, nowMs, nowMs - IDEMPOTENCY_TTL_MS, nowMs - MAX_CALL_MS),
    db.prepare("SELECT sealed_answer FROM idempotency_keys WHERE hash = ?").bind(hash),
  ]);
  if (claimed?.results.length === 1) return { mine: true };
  return { mine: false, sealedAnswer: found?.results[0]?.sealed_answer ?? null };
}

/** Only whoever runs the call may answer it: one that was taken for dead may not. */
export async function answerCall(
  db: D1Database,
  { hash, owner }: CallRun,
  sealedAnswer: string,
): Promise<void> {
  await db
    .prepare("UPDATE idempotency_keys SET sealed_answer = ?3 WHERE hash = ?1 AND owner = ?2")
    .bind(hash, owner, sealedAnswer)
    .run();
}

/** Forgets a call, so that its repetition runs again. */
export async function releaseCall(db: D1Database, { hash, owner }: CallRun): Promise<void> {
  await db.prepare("DELETE FROM idempotency_keys WHERE hash = ? AND owner = ?").bind(hash, owner).run();
}

/** Removes answers that bind no longer, one chunk at most; true if more may remain. */
export async function purgeCalls(db: D1Database, nowMs: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `DELETE FROM idempotency_keys WHERE hash IN (
         SELECT hash FROM idempotency_keys WHERE started_at <= ? LIMIT ?)`,
    )
    .bind(nowMs - IDEMPOTENCY_TTL_MS, PURGE_CHUNK_ROWS)
    .run();
  return meta.changes === PURGE_CHUNK_ROWS;
}
