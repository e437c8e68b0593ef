import type {
  DeploymentFigures,
  DeploymentSample,
  EndpointStanding,
  EndpointTrouble,
} from "../core/deployment.ts";
import {
  SAMPLE_PAGE_ROWS,
  SAMPLES_KEPT_MS,
  SAMPLES_THINNED_ROWS,
  SAMPLES_WHOLE_MS,
} from "../core/limits/figures.ts";
import { OPERATIONAL_APP_KEY } from "../core/operational.ts";
import { HOUR_MS } from "../core/units.ts";

/** The row of a sample that is not finished. */
const DRAFT_AT = 0;

export type EndpointPlace = { appKey: number; endpointKey: number };

/** How many events the next applications behind a key have ever accepted, in all; `last` is null at the end. */
export async function sumAccepted(
  db: D1Database,
  afterKey: number,
): Promise<{ accepted: number; last: number | null }> {
  const row = await db
    .prepare(
      `SELECT COUNT(*) AS rows, MAX(key) AS last, COALESCE(SUM(head), 0) AS accepted FROM (
         SELECT key, (SELECT MAX(position) FROM events WHERE app_key = a.key) AS head FROM applications a
         WHERE key > ?1 AND key <> ?3 ORDER BY key LIMIT ?2)`,
    )
    .bind(afterKey, SAMPLE_PAGE_ROWS, OPERATIONAL_APP_KEY)
    .first<{ rows: number; last: number | null; accepted: number }>();
  return { accepted: row?.accepted ?? 0, last: row?.rows === SAMPLE_PAGE_ROWS ? row.last : null };
}

type StandingRow = {
  app_key: number;
  key: number;
  state: EndpointStanding["state"];
  untaken: number;
  updated_at: number | null;
  waiting: number;
  behind: number;
  succeeded: number;
  failed: number;
  failing_since: number | null;
  latency: string | null;
  hours: string | null;
};

/** The next endpoints behind a place, deleted ones too, as their objects told of themselves. */
export async function listStandings(db: D1Database, after: EndpointPlace): Promise<EndpointStanding[]> {
  const { results } = await db
    .prepare(
      `SELECT e.app_key, e.key, s.updated_at, s.waiting, s.behind, s.succeeded, s.failed, s.failing_since, s.latency,
         s.hours,
         CASE WHEN e.deleted_at IS NOT NULL OR a.key IS NULL OR a.deleted_at IS NOT NULL THEN 'deleted'
           WHEN e.disabled THEN 'disabled' ELSE 'enabled' END AS state,
         CASE WHEN e.deleted_at IS NULL AND NOT e.disabled
           THEN COALESCE((SELECT MAX(position) FROM events WHERE app_key = e.app_key), 0)
             - COALESCE(s.position, (e.spans ->> '$[0].from') - 1) ELSE 0 END AS untaken
       FROM endpoints e LEFT JOIN endpoint_status s ON s.app_key = e.app_key AND s.endpoint_key = e.key
         LEFT JOIN applications a ON a.key = e.app_key
       WHERE (e.app_key, e.key) > (?1, ?2) AND e.app_key <> ?4 ORDER BY e.app_key, e.key LIMIT ?3`,
    )
    .bind(after.appKey, after.endpointKey, SAMPLE_PAGE_ROWS, OPERATIONAL_APP_KEY)
    .all<StandingRow>();
  return results.map(standingOf);
}

function standingOf(row: StandingRow): EndpointStanding {
  const { app_key: appKey, key: endpointKey, state, untaken, updated_at: updatedAtMs } = row;
  if (updatedAtMs === null) return { appKey, endpointKey, state, untaken, told: null };
  const { waiting, behind, succeeded, failed, failing_since: failingSinceMs } = row;
  const latency = row.latency === null ? [] : JSON.parse(row.latency);
  const hours = row.hours === null ? [] : JSON.parse(row.hours);
  const told = { updatedAtMs, waiting, behind, succeeded, failed, failingSinceMs, latency, hours };
  return { appKey, endpointKey, state, untaken, told };
}

export type StoredSample = { sample: DeploymentSample; worst: EndpointTrouble[] };

type SampleRow = { at: number; figures: string; worst: string };

/** Keeps a sample, in place of what was begun of it. */
export async function saveSample(
  db: D1Database,
  { sample, worst, wasBegun }: StoredSample & { wasBegun: boolean },
): Promise<void> {
  const { atMs, ...figures } = sample;
  const insert = insertStatement(db, { at: atMs, figures, worst });
  const remove = db.prepare("DELETE FROM deployment_samples WHERE at = ?").bind(DRAFT_AT);
  await db.batch(wasBegun ? [insert, remove] : [insert]);
}

/** A sample so far, and where it goes on: in one row, so that neither is ever ahead of the other. */
export type SampleDraft<Place> = { figures: DeploymentFigures; worst: EndpointTrouble[]; place: Place };

export async function saveDraft<Place>(
  db: D1Database,
  { figures, worst, place }: SampleDraft<Place>,
): Promise<void> {
  await insertStatement(db, { at: DRAFT_AT, figures: { ...figures, place }, worst }).run();
}

export async function loadDraft<Place>(db: D1Database): Promise<SampleDraft<Place> | null> {
  const row = await db
    .prepare("SELECT at, figures, worst FROM deployment_samples WHERE at = ?")
    .bind(DRAFT_AT)
    .first<SampleRow>();
  if (row === null) return null;
  const { place, ...figures } = JSON.parse(row.figures);
  return { figures, place, worst: JSON.parse(row.worst) };
}

function insertStatement(
  db: D1Database,
  { at, figures, worst }: { at: number; figures: object; worst: EndpointTrouble[] },
): D1PreparedStatement {
  return db
    .prepare("INSERT OR REPLACE INTO deployment_samples (at, figures, worst) VALUES (?, ?, ?)")
    .bind(at, JSON.stringify(figures), JSON.stringify(worst));
}

/** The newest sample up to a moment. */
export async function newestSample(db: D1Database, untilMs: number): Promise<StoredSample | null> {
  const row = await db
    .prepare(
      "SELECT at, figures, worst FROM deployment_samples WHERE at > ? AND at <= ? ORDER BY at DESC LIMIT 1",
    )
    .bind(DRAFT_AT, untilMs)
    .first<SampleRow>();
  if (row === null) return null;
  return { sample: { ...JSON.parse(row.figures), atMs: row.at }, worst: JSON.parse(row.worst) };
}

/** The first sample of each step of a range, and of the step before it. (A bound number is a REAL: it would divide as one.) */
export async function listSamples(
  db: D1Database,
  { sinceMs, untilMs, stepMs }: { sinceMs: number; untilMs: number; stepMs: number },
): Promise<DeploymentSample[]> {
  const { results } = await db
    .prepare(
      `SELECT MIN(at) AS at, figures FROM deployment_samples WHERE at > ?1 AND at >= ?2 AND at <= ?3
       GROUP BY at / CAST(?4 AS INTEGER) ORDER BY at`,
    )
    .bind(DRAFT_AT, sinceMs - stepMs, untilMs, stepMs)
    .all<SampleRow>();
  return results.map(({ at, figures }) => ({ ...JSON.parse(figures), atMs: at }));
}

/** Removes a chunk of what is too old: all, or all but the first of each hour. */
export async function thinSamples(db: D1Database, nowMs: number): Promise<void> {
  await db.batch([
    db
      .prepare(
        `DELETE FROM deployment_samples WHERE at IN (
           SELECT at FROM deployment_samples WHERE at > ?1 AND at < ?2 ORDER BY at LIMIT ?3)`,
      )
      .bind(DRAFT_AT, nowMs - SAMPLES_KEPT_MS, SAMPLES_THINNED_ROWS),
    db
      .prepare(
        `DELETE FROM deployment_samples WHERE at IN (
           SELECT at FROM deployment_samples s WHERE at > ?1 AND at < ?2 AND EXISTS (
             SELECT 1 FROM deployment_samples e WHERE e.at >= s.at - s.at % ?4 AND e.at < s.at AND e.at > ?1)
           ORDER BY at DESC LIMIT ?3)`,
      )
      .bind(DRAFT_AT, nowMs - SAMPLES_WHOLE_MS, SAMPLES_THINNED_ROWS, HOUR_MS),
  ]);
}

/** An endpoint in trouble, by what people know it by. */
export type NamedEndpoint = EndpointPlace & {
  endpointId: string;
  endpointUrl: string;
  disabled: boolean;
  appId: string;
  appUid: string | null;
  appName: string;
};

/** The names of these endpoints; without those that are gone. */
export async function nameEndpoints(
  db: D1Database,
  places: readonly EndpointPlace[],
): Promise<NamedEndpoint[]> {
  const { results } = await db
    .prepare(
      `SELECT e.app_key AS appKey, e.key AS endpointKey, e.id AS endpointId, e.url AS endpointUrl, e.disabled,
         a.id AS appId, a.uid AS appUid, a.name AS appName
       FROM json_each(?) AS place
       JOIN endpoints e ON e.app_key = place.value ->> '$.appKey' AND e.key = place.value ->> '$.endpointKey'
       JOIN applications a ON a.key = e.app_key
       WHERE e.deleted_at IS NULL AND a.deleted_at IS NULL`,
    )
    .bind(JSON.stringify(places.map(({ appKey, endpointKey }) => ({ appKey, endpointKey }))))
    .all<Omit<NamedEndpoint, "disabled"> & { disabled: number }>();
  return results.map((row) => ({ ...row, disabled: row.disabled === 1 }));
}
