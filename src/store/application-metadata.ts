import { MAX_METADATA_BYTES } from "../core/limits/resources.ts";

export type MetadataChange = { appKey: number; name: string; value: string | null; atMs: number };

/** Writes one entry of an application's metadata, null removes it; the others stay, whoever changes them meanwhile. */
export async function setApplicationMetadata(
  db: D1Database,
  { appKey, name, value, atMs }: MetadataChange,
): Promise<"saved" | "not_found" | "too_large"> {
  const path = `$.${JSON.stringify(name)}`;
  const changed = "CASE WHEN ?3 IS NULL THEN json_remove(metadata, ?2) ELSE json_set(metadata, ?2, ?3) END";
  const [saved, live] = await db.batch([
    db
      .prepare(
        `UPDATE applications SET metadata = ${changed}, updated_at = ?4
         WHERE key = ?1 AND deleted_at IS NULL AND octet_length(${changed}) <= ?5`,
      )
      .bind(appKey, path, value, atMs, MAX_METADATA_BYTES),
    db.prepare("SELECT 1 FROM applications WHERE key = ?1 AND deleted_at IS NULL").bind(appKey),
  ]);
  if ((saved?.meta.changes ?? 0) > 0) return "saved";
  return live?.results.length === 1 ? "too_large" : "not_found";
}
