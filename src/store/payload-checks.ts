/** What it takes to judge payloads before they are appended. */
import { parsedOrNull } from "../core/json-column.ts";

export type StoredChecks = {
  /** The application's wish, null where it leaves that to the deployment; null when there is no such application. */
  application: { validatePayloads: boolean | null } | null;
  /** By event type; one that was never defined is missing. */
  schemas: Map<string, Record<string, unknown> | null>;
};

/** One round trip for the application (by id or uid) and all these event types. */
export async function readChecks(
  db: D1Database,
  application: string,
  eventTypes: readonly string[],
): Promise<StoredChecks> {
  const [apps, types] = await db.batch<{ wish: number | null; name: string; schemas: string | null }>([
    db
      .prepare(
        `SELECT policy ->> '$.validatePayloads' AS wish FROM applications
         WHERE (id = ?1 OR uid = ?1) AND deleted_at IS NULL`,
      )
      .bind(application),
    db
      .prepare("SELECT name, schemas FROM event_types WHERE name IN (SELECT value FROM json_each(?1))")
      .bind(JSON.stringify(eventTypes)),
  ]);
  const wish = apps?.results[0]?.wish;
  const rows = types?.results ?? [];
  return {
    application: wish === undefined ? null : { validatePayloads: wish === null ? null : wish === 1 },
    schemas: new Map(rows.map(({ name, schemas }) => [name, parsedOrNull(schemas)])),
  };
}
