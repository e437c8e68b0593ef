/** The tables of background tasks. A step is written by whoever has seen the one before: done twice, it counts once. */
import { joinedLists, type TaskKind, type TaskLists, type TaskStatus } from "../core/background-task.ts";
import { MAX_TASK_RESULT_CHARS } from "../core/limits/tasks.ts";
import { PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";
import type { PageScan } from "../core/page.ts";
import type { ReplayNews } from "../core/replay.ts";

type Json = Record<string, unknown>;

export type Task = {
  id: string;
  appKey: number | null;
  endpointKey: number | null;
  kind: TaskKind;
  status: TaskStatus;
  input: Json;
  step: number;
  cursor: Json;
  data: Json;
  resultChars: number;
  createdAtMs: number;
  updatedAtMs: number;
};

/** A task with what its steps found. */
export type TaskView = Task & { lists: TaskLists };

type TaskRow = {
  id: string;
  app_key: number | null;
  endpoint_key: number | null;
  kind: string;
  status: string;
  input: string;
  step: number;
  cursor: string;
  data: string;
  result_chars: number;
  created_at: number;
  updated_at: number;
};

export type NewTask = Omit<Task, "status" | "step" | "resultChars" | "createdAtMs" | "updatedAtMs">;

/** Adds a running task; null: as many of the same kind run already for the same endpoint, or application. */
export async function insertTask(
  db: D1Database,
  task: NewTask,
  { maxRunning, nowMs }: { maxRunning: number; nowMs: number },
): Promise<Task | null> {
  const { results } = await db
    .prepare(
      `INSERT INTO background_tasks (id, app_key, endpoint_key, kind, status, input, step, cursor, data, result_chars,
         created_at, updated_at)
       SELECT ?1, ?2, ?3, ?4, 'running', ?5, 0, ?6, ?7, 0, ?8, ?8
       WHERE (SELECT COUNT(*) FROM background_tasks
         WHERE status = 'running' AND kind = ?4 AND app_key IS ?2 AND endpoint_key IS ?3) < ?9
       RETURNING id`,
    )
    .bind(
      task.id,
      task.appKey,
      task.endpointKey,
      task.kind,
      JSON.stringify(task.input),
      JSON.stringify(task.cursor),
      JSON.stringify(task.data),
      nowMs,
      maxRunning,
    )
    .all();
  if (results.length !== 1) return null;
  return { ...task, status: "running", step: 0, resultChars: 0, createdAtMs: nowMs, updatedAtMs: nowMs };
}

export async function getTask(db: D1Database, id: string): Promise<Task | null> {
  const row = await db.prepare("SELECT * FROM background_tasks WHERE id = ?").bind(id).first<TaskRow>();
  return row === null ? null : taskOf(row);
}

export type ListTasks = {
  /** Only tasks about this application; null: all. */
  appKey: number | null;
  status: TaskStatus | null;
  kind: TaskKind | null;
  scan: PageScan;
};

export async function listTasks(db: D1Database, { appKey, status, kind, scan }: ListTasks): Promise<Task[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM background_tasks
       WHERE (?1 IS NULL OR app_key = ?1) AND (?2 IS NULL OR status = ?2) AND (?3 IS NULL OR kind = ?3)
         AND (?4 IS NULL OR id ${scan.ascending ? ">" : "<"} ?4)
       ORDER BY id ${scan.ascending ? "ASC" : "DESC"} LIMIT ?5`,
    )
    .bind(appKey, status, kind, scan.from, scan.count)
    .all<TaskRow>();
  return results.map(taskOf);
}

/** The tasks with what their steps found, in order. */
export async function withResults(db: D1Database, tasks: readonly Task[]): Promise<TaskView[]> {
  const wanted = tasks.filter(({ resultChars }) => resultChars > 0).map(({ id }) => id);
  const lists = new Map<string, TaskLists>();
  if (wanted.length > 0) {
    const { results } = await db
      .prepare(
        `SELECT task_id, lists FROM background_task_results
         WHERE task_id IN (SELECT value FROM json_each(?1)) ORDER BY task_id, step`,
      )
      .bind(JSON.stringify(wanted))
      .all<{ task_id: string; lists: string }>();
    for (const row of results) {
      lists.set(row.task_id, joinedLists(lists.get(row.task_id) ?? {}, JSON.parse(row.lists)));
    }
  }
  return tasks.map((task) => ({ ...task, lists: lists.get(task.id) ?? {} }));
}

/** Running tasks that nobody has written to since a moment, oldest first. */
export async function listStaleTasks(
  db: D1Database,
  { beforeMs, limit }: { beforeMs: number; limit: number },
): Promise<Task[]> {
  const { results } = await db
    .prepare(
      "SELECT * FROM background_tasks WHERE status = 'running' AND updated_at < ? ORDER BY updated_at, id LIMIT ?",
    )
    .bind(beforeMs, limit)
    .all<TaskRow>();
  return results.map(taskOf);
}

/** SQL that is true while the task `?1` runs and its step `?2` is the next. */
export const IS_AT_STEP =
  "EXISTS (SELECT 1 FROM background_tasks WHERE id = ?1 AND step = ?2 AND status = 'running')";

export type Advance = {
  task: Task;
  status: TaskStatus;
  cursor: Json;
  data: Json;
  lists: TaskLists;
  nowMs: number;
};

/** Writes a step. The task as it is then; null: somebody else has written this step already. */
export async function advanceTask(db: D1Database, advance: Advance): Promise<Task | null> {
  const { task, status, cursor, data, nowMs } = advance;
  const text = JSON.stringify(advance.lists);
  const hasLists = Object.values(advance.lists).some((items) => items.length > 0);
  // What is beyond is not kept: an answer has to hold all of it.
  const isKept = hasLists && task.resultChars + text.length <= MAX_TASK_RESULT_CHARS;
  const resultChars = task.resultChars + (isKept ? text.length : 0);
  const shown = hasLists && !isKept ? { ...data, truncated: true } : data;
  const results = await db.batch([
    ...(isKept
      ? [
          db
            .prepare(
              `INSERT INTO background_task_results (task_id, step, lists) SELECT ?1, ?2, ?3 WHERE ${IS_AT_STEP}`,
            )
            .bind(task.id, task.step, text),
        ]
      : []),
    db
      .prepare(
        `UPDATE background_tasks SET step = step + 1, status = ?3, cursor = ?4, data = ?5, result_chars = ?6,
           updated_at = ?7 WHERE id = ?1 AND step = ?2 AND status = 'running' RETURNING id`,
      )
      .bind(task.id, task.step, status, JSON.stringify(cursor), JSON.stringify(shown), resultChars, nowMs),
  ]);
  if (results.at(-1)?.results.length !== 1) return null;
  return { ...task, status, cursor, data: shown, resultChars, step: task.step + 1, updatedAtMs: nowMs };
}

/** For what the endpoint's object says of a replay. One that has ended is not written to any more. */
export function saveReplayStatement(db: D1Database, news: ReplayNews, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE background_tasks SET status = ?2, data = ?3, updated_at = ?4, step = step + 1
       WHERE id = ?1 AND status = 'running'`,
    )
    .bind(news.taskId, news.status, JSON.stringify(news.data), nowMs);
}

/** Forgets tasks from before a moment, the oldest first, one chunk at most; true if more may remain. */
export async function purgeTasks(db: D1Database, beforeMs: number): Promise<boolean> {
  const oldest = "SELECT id, created_at FROM background_tasks ORDER BY id LIMIT ?2";
  const [, removed] = await db.batch([
    db
      .prepare(
        `DELETE FROM background_task_results WHERE task_id IN (SELECT id FROM (${oldest}) WHERE created_at < ?1)`,
      )
      .bind(beforeMs, PURGE_CHUNK_ROWS),
    db
      .prepare(`DELETE FROM background_tasks WHERE id IN (SELECT id FROM (${oldest}) WHERE created_at < ?1)`)
      .bind(beforeMs, PURGE_CHUNK_ROWS),
  ]);
  return removed?.meta.changes === PURGE_CHUNK_ROWS;
}

function taskOf(row: TaskRow): Task {
  return {
    id: row.id,
    appKey: row.app_key,
    endpointKey: row.endpoint_key,
    kind: row.kind as TaskKind,
    status: row.status as TaskStatus,
    input: JSON.parse(row.input),
    step: row.step,
    cursor: JSON.parse(row.cursor),
    data: JSON.parse(row.data),
    resultChars: row.result_chars,
    createdAtMs: row.created_at,
    updatedAtMs: row.updated_at,
  };
}
