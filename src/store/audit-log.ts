/** The only owner of `audit_log`: rows are appended, listed, and removed when retention ends; never changed. */
import { and, asc, desc, eq, gt, gte, lt } from "drizzle-orm";
import { AUDIT_ID_PREFIX, firstPlainIdAt, plainId, type RandomBytes } from "../core/ids.ts";
import { AUDIT_RETENTION_MS, PURGE_CHUNK_ROWS } from "../core/limits/upkeep.ts";
import type { PageScan } from "../core/page.ts";
import type { Database } from "./database.ts";
import { auditLog } from "./schema.ts";

export type AuditEntry = typeof auditLog.$inferSelect;

export async function appendAudit(
  db: Database,
  entry: Omit<AuditEntry, "id">,
  random: RandomBytes,
): Promise<void> {
  await db.insert(auditLog).values({ ...entry, id: plainId(AUDIT_ID_PREFIX, entry.at, random) });
}

export type AuditFilter = {
  appId: string | null;
  action: string | null;
  /** From then on. */
  afterMs: number | null;
  beforeMs: number | null;
};

/** Entries by id, which is by time. */
export async function listAudit(db: Database, scan: PageScan, filter: AuditFilter): Promise<AuditEntry[]> {
  const { id, appId, action } = auditLog;
  const { afterMs, beforeMs } = filter;
  const beyond = scan.ascending ? gt : lt;
  return db
    .select()
    .from(auditLog)
    .where(
      and(
        scan.from === null ? undefined : beyond(id, scan.from),
        filter.appId === null ? undefined : eq(appId, filter.appId),
        filter.action === null ? undefined : eq(action, filter.action),
        afterMs === null ? undefined : gte(id, floorAt(afterMs)),
        beforeMs === null ? undefined : lt(id, floorAt(beforeMs)),
      ),
    )
    .orderBy(scan.ascending ? asc(id) : desc(id))
    .limit(scan.count);
}

function floorAt(atMs: number): string {
  return firstPlainIdAt(AUDIT_ID_PREFIX, atMs);
}

/** Removes what retention has ended, one chunk at most; true if more may remain. */
export async function pruneAuditLog(db: D1Database, nowMs: number): Promise<boolean> {
  const { meta } = await db
    .prepare(
      "DELETE FROM audit_log WHERE id IN (SELECT id FROM audit_log WHERE id < ?1 ORDER BY id LIMIT ?2)",
    )
    .bind(floorAt(nowMs - AUDIT_RETENTION_MS), PURGE_CHUNK_ROWS)
    .run();
  return meta.changes >= PURGE_CHUNK_ROWS;
}
