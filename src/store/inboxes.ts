/** The only owner of `inboxes`. */
import type { InboxAnswer } from "../core/inbox.ts";

export type InboxRecord = {
  appKey: number;
  token: string;
  origin: string;
  answer: InboxAnswer;
  createdAtMs: number;
};

type InboxRow = {
  app_key: number;
  token: string;
  origin: string;
  answer_status: number;
  answer_body: string;
  answer_delay_ms: number;
  created_at: number;
};

function toInbox(row: InboxRow): InboxRecord {
  const { answer_status: status, answer_body: body, answer_delay_ms: delayMs } = row;
  return {
    appKey: row.app_key,
    token: row.token,
    origin: row.origin,
    answer: { status, body, delayMs },
    createdAtMs: row.created_at,
  };
}

export async function findInbox(db: D1Database, appKey: number): Promise<InboxRecord | null> {
  const row = await db.prepare("SELECT * FROM inboxes WHERE app_key = ?").bind(appKey).first<InboxRow>();
  return row === null ? null : toInbox(row);
}

/** Of a deleted application there is none, also before its rows are pruned. */
export async function findInboxByToken(db: D1Database, token: string): Promise<InboxRecord | null> {
  const row = await db
    .prepare(
      `SELECT i.* FROM inboxes i JOIN applications a ON a.key = i.app_key AND a.deleted_at IS NULL
       WHERE i.token = ?`,
    )
    .bind(token)
    .first<InboxRow>();
  return row === null ? null : toInbox(row);
}

/** Adds it, or changes what the one that is there answers: its address stays. Null: the application is gone. */
export async function saveInbox(
  db: D1Database,
  { appKey, token, origin, answer, createdAtMs }: InboxRecord,
): Promise<InboxRecord | null> {
  const row = await db
    .prepare(
      `INSERT INTO inboxes (app_key, token, origin, answer_status, answer_body, answer_delay_ms, created_at)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE EXISTS (SELECT 1 FROM applications WHERE key = ?1 AND deleted_at IS NULL)
       ON CONFLICT (app_key) DO UPDATE SET answer_status = ?4, answer_body = ?5, answer_delay_ms = ?6
       RETURNING *`,
    )
    .bind(appKey, token, origin, answer.status, answer.body, answer.delayMs, createdAtMs)
    .first<InboxRow>();
  return row === null ? null : toInbox(row);
}

/** The token that it had; null: there was none. */
export async function deleteInbox(db: D1Database, appKey: number): Promise<string | null> {
  return db
    .prepare("DELETE FROM inboxes WHERE app_key = ? RETURNING token")
    .bind(appKey)
    .first<string>("token");
}
