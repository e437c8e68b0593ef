/** What an inbox keeps: the only owner of its object's SQL. */
import type { KeptRequest } from "../core/inbox.ts";
import { MAX_INBOX_REQUESTS } from "../core/limits/inbox.ts";
import type { SqlExec } from "./queue-schema.ts";

type Row = {
  id: number;
  at: number;
  method: string;
  path: string;
  headers: string;
  body: string;
  body_bytes: number;
  is_cut: number;
  answer_status: number;
};

export class ReceivedRequests {
  readonly #exec: SqlExec;

  /** Makes the table where there is none: an inbox that is empty has none. */
  constructor(exec: SqlExec) {
    this.#exec = exec;
    exec(`CREATE TABLE IF NOT EXISTS requests (id INTEGER PRIMARY KEY, at INTEGER NOT NULL, method TEXT NOT NULL,
      path TEXT NOT NULL, headers TEXT NOT NULL, body TEXT NOT NULL, body_bytes INTEGER NOT NULL,
      is_cut INTEGER NOT NULL, answer_status INTEGER NOT NULL)`);
  }

  /** Beyond every id that is there, and every one that was before that time. */
  nextId(atMs: number): number {
    const [row] = this.#exec("SELECT MAX(id) AS newest FROM requests");
    return Math.max(atMs, Number(row?.["newest"] ?? 0) + 1);
  }

  /** Adds one; the oldest beyond as many as there may be go. */
  add(request: KeptRequest): void {
    this.#exec(
      "INSERT INTO requests VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
      request.id,
      request.atMs,
      request.method,
      request.path,
      JSON.stringify(request.headers),
      request.body,
      request.bodyBytes,
      Number(request.isCut),
      request.answerStatus,
    );
    this.#exec(
      "DELETE FROM requests WHERE id <= (SELECT id FROM requests ORDER BY id DESC LIMIT 1 OFFSET ?)",
      MAX_INBOX_REQUESTS,
    );
  }

  /** Newest first. */
  list(before: number, limit: number): KeptRequest[] {
    const sql = "SELECT * FROM requests WHERE id < ? ORDER BY id DESC LIMIT ?";
    return this.#exec(sql, before, limit).map((row) => toRequest(row as Row));
  }

  /** Forgets what came until then; since when the oldest of the others is there, null: there is none. */
  forget(untilMs: number): number | null {
    this.#exec("DELETE FROM requests WHERE at <= ?", untilMs);
    const [row] = this.#exec("SELECT MIN(at) AS oldest FROM requests");
    const oldest = row?.["oldest"];
    return typeof oldest === "number" ? oldest : null;
  }
}

function toRequest(row: Row): KeptRequest {
  return {
    id: row.id,
    atMs: row.at,
    method: row.method,
    path: row.path,
    headers: JSON.parse(row.headers),
    body: row.body,
    bodyBytes: row.body_bytes,
    isCut: row.is_cut === 1,
    answerStatus: row.answer_status,
  };
}
