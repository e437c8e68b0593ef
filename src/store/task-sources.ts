/** What background tasks read, page by page, and the payloads that one of them removes. */
import type { EndpointAddress } from "../core/endpoint.ts";
import { jsonOrNull } from "../core/json-column.ts";
import { PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";
import { OPERATIONAL_APP_KEY } from "../core/operational.ts";
import { IS_AT_STEP, type Task } from "./background-tasks.ts";

export type TaskApp = { key: number; id: string; uid: string | null };

export type TaskApps = {
  /** Ids; null: all. */
  only: readonly string[] | null;
  /** Those made later are not the task's. */
  untilMs: number;
};

const TASK_APPS = `FROM applications WHERE deleted_at IS NULL AND key <> ${OPERATIONAL_APP_KEY} AND created_at <= ?1
  AND (?2 IS NULL OR id IN (SELECT value FROM json_each(?2)))`;

/** Live applications behind an id, ascending. */
export async function listTaskApps(
  db: D1Database,
  { only, untilMs }: TaskApps,
  page: { after: string; limit: number },
): Promise<TaskApp[]> {
  const { results } = await db
    .prepare(`SELECT key, id, uid ${TASK_APPS} AND id > ?3 ORDER BY id LIMIT ?4`)
    .bind(untilMs, jsonOrNull(only), page.after, page.limit)
    .all<TaskApp>();
  return results;
}

export async function countTaskApps(db: D1Database, { only, untilMs }: TaskApps): Promise<number> {
  const row = await db
    .prepare(`SELECT COUNT(*) AS n ${TASK_APPS}`)
    .bind(untilMs, jsonOrNull(only))
    .first<{ n: number }>();
  return row?.n ?? 0;
}

/** Ids of the live applications behind these ids or uids, by what they were called. */
export async function resolveApps(db: D1Database, names: readonly string[]): Promise<Map<string, string>> {
  const { results } = await db
    .prepare(
      `SELECT n.value AS name, a.id FROM json_each(?1) n
       JOIN applications a ON (a.id = n.value OR a.uid = n.value)
       WHERE a.deleted_at IS NULL AND a.key <> ${OPERATIONAL_APP_KEY}`,
    )
    .bind(JSON.stringify(names))
    .all<{ name: string; id: string }>();
  return new Map(results.map(({ name, id }) => [name, id]));
}

export type Subscribed = { appKey: number; eventTypes: string[]; hasCatchAll: boolean };

/** What the live endpoints of these applications ask for by name, and whether one asks for everything. */
export async function subscribedEventTypes(
  db: D1Database,
  appKeys: readonly number[],
): Promise<Subscribed[]> {
  const live = "e.app_key = a.value AND e.deleted_at IS NULL";
  const { results } = await db
    .prepare(
      `SELECT a.value AS app_key,
         (SELECT json_group_array(DISTINCT t.value) FROM endpoints e, json_each(e.event_types) t
           WHERE ${live} AND e.event_types IS NOT NULL) AS types,
         EXISTS (SELECT 1 FROM endpoints e WHERE ${live} AND e.event_types IS NULL) AS catch_all
       FROM json_each(?1) a`,
    )
    .bind(JSON.stringify(appKeys))
    .all<{ app_key: number; types: string; catch_all: number }>();
  return results.map((row) => ({
    appKey: row.app_key,
    eventTypes: JSON.parse(row.types).sort(),
    hasCatchAll: row.catch_all === 1,
  }));
}

export type CountedEndpoint = {
  appKey: number;
  endpointKey: number;
  endpointId: string;
  /** Attempts of all time; null: its object has not said anything yet. */
  attempts: number | null;
  saidAtMs: number;
};

/** The endpoints of an application, deleted ones too: their attempts are kept for a while. */
export async function listCountedEndpoints(db: D1Database, appKey: number): Promise<CountedEndpoint[]> {
  const { results } = await db
    .prepare(
      `SELECT e.app_key, e.key, e.id, s.succeeded + s.failed AS attempts, COALESCE(s.updated_at, 0) AS said_at
       FROM endpoints e LEFT JOIN endpoint_status s ON s.app_key = e.app_key AND s.endpoint_key = e.key
       WHERE e.app_key = ?`,
    )
    .bind(appKey)
    .all<{ app_key: number; key: number; id: string; attempts: number | null; said_at: number }>();
  return results.map((row) => ({
    appKey: row.app_key,
    endpointKey: row.key,
    endpointId: row.id,
    attempts: row.attempts,
    saidAtMs: row.said_at,
  }));
}

/** The endpoint with this key, deleted or not; null once its row is gone. */
export async function endpointAddress(
  db: D1Database,
  { appKey, endpointKey }: { appKey: number; endpointKey: number },
): Promise<EndpointAddress | null> {
  const row = await db
    .prepare("SELECT id FROM endpoints WHERE app_key = ? AND key = ?")
    .bind(appKey, endpointKey)
    .first<{ id: string }>();
  return row === null ? null : { appKey, endpointKey, endpointId: row.id };
}

export type PurgePayloads = {
  task: Task;
  appKey: number;
  /** Payloads of the chunk of events behind this position go … */
  after: number;
  /** … but of none behind this one. */
  upTo: number;
  nowMs: number;
};

/**
 * Removes the payloads of one chunk and writes the step in the same transaction, so that none is counted twice. False:
 * somebody else has done this step.
 */
export async function purgePayloads(db: D1Database, purge: PurgePayloads): Promise<boolean> {
  const { task, appKey, after, nowMs } = purge;
  const last = Math.min(after + PURGE_CHUNK_ROWS, purge.upTo);
  const [, advanced] = await db.batch([
    db
      .prepare(
        `UPDATE events SET payload = NULL WHERE app_key = ?3 AND position > ?4 AND position <= ?5
           AND payload IS NOT NULL AND ${IS_AT_STEP}`,
      )
      .bind(task.id, task.step, appKey, after, last),
    db
      .prepare(
        `UPDATE background_tasks SET step = step + 1, updated_at = ?3, cursor = json_object('after', ?4),
           data = json_set(data, '$.messagesPurged', data ->> '$.messagesPurged' + changes(),
             '$.progress.done', ?4 - ?5)
         WHERE id = ?1 AND step = ?2 AND status = 'running' RETURNING id`,
      )
      .bind(task.id, task.step, nowMs, last, Number(task.input["after"] ?? 0)),
  ]);
  return advanced?.results.length === 1;
}
