import { createRoute } from "@hono/zod-openapi";
import { type AuditEntryOut, AuditListOut, AuditQuery } from "../../contract/audit-log.ts";
import { timeText } from "../../contract/fields.ts";
import { AUDIT_ID_PREFIX, idPattern } from "../../core/ids.ts";
import { getApplication } from "../../store/applications.ts";
import { type AuditEntry, listAudit } from "../../store/audit-log.ts";
import type { HttpApp } from "../app-env.ts";
import { requirePublisher } from "../auth.ts";
import { FAILURES, jsonResponse } from "../openapi.ts";
import { listPage, pageRequest } from "../pages.ts";

const list = createRoute({
  method: "get",
  path: "/api/v1/audit-log",
  tags: ["Audit log"],
  operationId: "posthorn.audit-log.list",
  summary: "List who changed what of the configuration, newest first",
  description:
    "Kept for 400 days. Publishing, acknowledging, polling and examples are not in it; secrets never are.",
  request: { query: AuditQuery },
  responses: { 200: jsonResponse(AuditListOut, "A page of changes"), ...FAILURES },
});

/** `/api/v1/audit-log`: ours, for publishers only. */
export function registerAuditLog(app: HttpApp): void {
  app.openapi(list, async (c) => {
    requirePublisher(c);
    const query = c.req.valid("query");
    const request = pageRequest(query, { defaultOrder: "descending", idPattern: idPattern(AUDIT_ID_PREFIX) });
    const { db } = c.get("services");
    const { app_id: named, action = null, before = null, after = null } = query;
    // Of an application that is gone only the id is known.
    const appId = named === undefined ? null : ((await getApplication(db, named))?.id ?? named);
    const filter = { appId, action, afterMs: after, beforeMs: before };
    const body = await listPage(request, (scan) => listAudit(db, scan, filter), {
      idOf: (entry) => entry.id,
      toDto: toAuditEntryOut,
    });
    return c.json(body, 200);
  });
}

function toAuditEntryOut(entry: AuditEntry): AuditEntryOut {
  const { id, action, appId, appName, resourceId, fields, ip } = entry;
  const { actor: kind, keyId, keyName: name, sessionId } = entry;
  const actor = { kind, keyId, name, sessionId };
  return { id, timestamp: timeText(entry.at), actor, action, appId, appName, resourceId, fields, ip };
}
