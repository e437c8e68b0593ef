/** The one place that tells the audit log of changes. */
import type { MiddlewareHandler } from "hono";
import { type AuditFields, auditFields, auditText, isDryRun } from "../core/audit.ts";
import { isObject } from "../core/json-object.ts";
import { isChange } from "../core/operations.ts";
import { logError } from "../log.ts";
import { type Change, type ChangedApplication, recordChange } from "../service/audit.ts";
import type { AppEnv, HttpApp, HttpContext } from "./app-env.ts";
import { operationOf, type RoutedOperation } from "./operations.ts";
import { addressOf } from "./rate-limits.ts";

/** On one machine any client may send the header that Cloudflare sets. */
const MAX_ADDRESS_CHARS = 45;

/**
 * Tells of every call that changed the configuration (core/operations.ts says which do), before it is answered. It is told
 * after the change: when telling fails, the change has been made, its answer stands, and our log has the error.
 */
export function audited(app: HttpApp): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const operation = c.req.method === "GET" ? null : operationOf(c, app);
    if (operation === null || !isChange(operation)) return next();
    const work = next().then(() =>
      c.res.ok && c.get("unchanged") !== true ? tellCall(c, operation) : undefined,
    );
    // It is told of even if this client goes away.
    c.executionCtx.waitUntil(work);
    return work;
  };
}

type Told = Omit<Change, "principal" | "ip">;

/** Tells of a change that no route of its own makes. */
export async function tellChange(c: HttpContext, change: Told): Promise<void> {
  try {
    const principal = c.get("principal");
    await recordChange(c.get("services"), {
      ...change,
      principal,
      ip: addressOf(c)?.slice(0, MAX_ADDRESS_CHARS) ?? null,
    });
  } catch (error) {
    logError("audit.failed", error, { action: change.action });
  }
}

async function tellCall(c: HttpContext, operation: RoutedOperation): Promise<void> {
  const { id: action, parameters, fields } = operation;
  // As it was sent: what a schema adds or renames, nobody gave.
  const body: unknown = fields.size === 0 ? null : await c.req.json();
  if (isDryRun(body)) return;
  const named = parameters
    .filter((name) => name !== "app_id")
    .map((name) => [name, c.req.param(name)] as const);
  const [, resource] = named.at(-1) ?? [];
  const made = resource === undefined ? await madeBy(c) : null;
  const isApplication = action.startsWith("v1.application.");
  await tellChange(c, {
    action,
    application: isApplication && made !== null ? made : applicationOf(c),
    resourceId: isApplication ? null : (resource ?? made?.id ?? null),
    fields: { ...valuesOf(named.slice(0, -1)), ...auditFields(body, fields) },
  });
}

/** The application of the path, or of a consumer's token. */
function applicationOf(c: HttpContext): ChangedApplication | null {
  const read = c.get("application");
  if (read !== undefined) return read;
  const principal = c.get("principal");
  if (principal.kind === "consumer") return { key: principal.appKey };
  const idOrUid = c.req.param("app_id");
  return idOrUid === undefined ? null : { idOrUid };
}

/** What the answer says it made, and nothing else of the answer: it may hold a token. */
async function madeBy(c: HttpContext): Promise<{ id: string; name: string } | null> {
  if (c.res.headers.get("content-type")?.includes("json") !== true) return null;
  const body: unknown = await c.res.clone().json();
  const { id, name } = isObject(body) ? body : {};
  const text = typeof name === "string" ? name : "";
  if (typeof id === "string") return { id, name: text };
  // Event types and dialects are called by their names.
  return text === "" ? null : { id: text, name: text };
}

function valuesOf(named: readonly (readonly [string, string | undefined])[]): AuditFields {
  return Object.fromEntries(named.map(([name, value]) => [name, auditText(value)]));
}
