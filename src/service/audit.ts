/** Telling the audit log who did what. */
import type { AuditActor, AuditFields } from "../core/audit.ts";
import type { Principal } from "../core/principal.ts";
import { getApiKeyById } from "../store/api-keys.ts";
import { getApplication, getApplicationByKey } from "../store/applications.ts";
import { appendAudit } from "../store/audit-log.ts";
import type { ServiceContext } from "./context.ts";

/** The application that a change is about: as the call read it, or by what it can be found with. */
export type ChangedApplication = { id: string; name: string } | { key: number } | { idOrUid: string };

export type Change = {
  principal: Principal;
  /** The operation's id. */
  action: string;
  /** Null: the whole deployment. */
  application: ChangedApplication | null;
  resourceId: string | null;
  fields: AuditFields;
  ip: string | null;
};

/** Appends a change that has been made. Changes are rare: what the row says of who and where is read for it. */
export async function recordChange(ctx: ServiceContext, change: Change): Promise<void> {
  const [who, application] = await Promise.all([
    actorOf(ctx, change.principal),
    applicationOf(ctx, change.application),
  ]);
  const { action, resourceId, fields, ip } = change;
  const about = { appId: application?.id ?? null, appName: application?.name ?? null, resourceId };
  await appendAudit(ctx.db, { ...who, ...about, at: ctx.nowMs, action, fields, ip }, ctx.random);
}

type Actor = {
  actor: AuditActor;
  keyId: string | null;
  keyName: string | null;
  sessionId: string | null;
};

async function actorOf({ db }: ServiceContext, principal: Principal): Promise<Actor> {
  if (principal.kind === "root") return { actor: "root", keyId: null, keyName: null, sessionId: null };
  const key = await getApiKeyById(db, principal.keyId);
  const facts = { keyId: principal.keyId, keyName: key?.name ?? null, sessionId: key?.sessionId ?? null };
  if (principal.kind === "publisher") return { actor: "key", ...facts };
  return { actor: key?.kind === "integration" ? "integration" : "session", ...facts };
}

async function applicationOf(
  { db }: ServiceContext,
  named: ChangedApplication | null,
): Promise<{ id: string; name: string } | null> {
  if (named === null || "id" in named) return named;
  return "key" in named ? getApplicationByKey(db, named.key) : getApplication(db, named.idOrUid);
}
