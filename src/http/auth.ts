import type { MiddlewareHandler } from "hono";
import { isInboxPath } from "../core/inbox.ts";
import { MAX_UID_CHARS } from "../core/limits/resources.ts";
import { scopesFor } from "../core/operations.ts";
import { type Capability, mayReach, mayUse } from "../core/principal.ts";
import { missingScopes, type Scope } from "../core/scopes.ts";
import { isUseUnnoted, type Lookup, noteUse, principalOf } from "../service/access/tokens.ts";
import { createServiceContext } from "../service/context.ts";
import type { ApiKey } from "../store/api-keys.ts";
import { type Application, getApplication } from "../store/applications.ts";
import type { AppEnv, HttpApp, HttpContext } from "./app-env.ts";
import { ApiError, notFoundError } from "./errors.ts";
import { isRouted, operationOf } from "./operations.ts";
import { admitCaller, admitLookup, admitUnknown } from "./rate-limits.ts";
import { isPortalPath } from "./site/portal.ts";

/** The only paths that need no token. */
const PUBLIC_PATHS = new Set([
  "/openapi.json",
  "/api/v1/health",
  "/api/v1/health/ping",
  // What is exchanged is itself the credential.
  "/api/v1/auth/one-time-token",
  // What they show is public: the reference, and the catalogue where it is published.
  "/",
  "/docs",
  "/site.css",
  "/catalogue",
  "/catalogue/openapi.json",
]);
export const SOCKET_PATH = "/events/me/socket";
const PROTOCOL_TOKEN_PATTERN = /^(appsk|integsk)_[0-9A-Za-z]{1,250}$/;
const BEARER_PATTERN = /^Bearer +(\S{1,256})$/i;

/**
 * Puts the service context and the caller on every request, and turns away whoever has no valid token, and keys whose
 * scopes do not reach so far.
 */
export function authenticate(app: HttpApp): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    const services = createServiceContext(c.env);
    c.set("services", services);
    // Handlers that ask for a binding themselves get the guarded database too.
    c.env = services.env;
    // What is known of an inbox is itself the credential; it counts its requests itself.
    if (isInboxPath(c.req.path)) return next();
    if (PUBLIC_PATHS.has(c.req.path) || isPortalPath(c.req.path)) {
      await admitUnknown(c);
      return next();
    }
    const token = bearerToken(c);
    const unnoted: ApiKey[] = [];
    const lookup: Lookup = {
      before: () => admitLookup(c),
      after: (key) => {
        if (isUseUnnoted(key, services.nowMs)) unnoted.push(key);
      },
    };
    const principal = token === undefined ? null : await principalOf(services, token, lookup);
    if (principal === null) {
      await admitUnknown(c);
      throw invalidToken();
    }
    await admitCaller(c, principal);
    c.set("principal", principal);
    if (principal.kind === "consumer") c.set("services", { ...services, flags: principal.featureFlags });
    requireRouteScopes(c, app);
    await next();
    // Once the answer is made, so that no call waits for it. An isolate comes here only when it has read the row, every
    // TOKEN_CACHE_MS at most; then LAST_USED_STEP_MS says whether a write is asked for, and again whether it is one.
    for (const key of unnoted) c.executionCtx.waitUntil(noteUse(services, key));
  };
}

/** Once more, after a wait: the token may have ended, or been revoked, meanwhile. */
export async function requireValidStill(c: HttpContext): Promise<void> {
  const token = bearerToken(c);
  const principal = token === undefined ? null : await principalOf(createServiceContext(c.env), token);
  if (principal === null) throw invalidToken();
}

function invalidToken(): ApiError {
  return new ApiError("authentication_failed", "Invalid token");
}

/** The token that a request brings. */
export function bearerToken(c: HttpContext): string | undefined {
  return BEARER_PATTERN.exec(c.req.header("authorization") ?? "")?.[1] ?? tokenAmongProtocols(c);
}

/**
 * Browsers let a page set no header of a WebSocket but this one: `new WebSocket(url, ["posthorn", token])`. A query would
 * end in logs.
 */
function tokenAmongProtocols(c: HttpContext): string | undefined {
  if (c.req.path !== SOCKET_PATH) return undefined;
  const protocols = c.req.header("sec-websocket-protocol")?.split(",") ?? [];
  return protocols.map((name) => name.trim()).find((name) => PROTOCOL_TOKEN_PATTERN.test(name));
}

function insufficientAccess(detail: string): ApiError {
  return new ApiError("insufficient access", detail);
}

/** Refuses a key that has scopes, and not all of these: 403. */
export function requireScopes(c: HttpContext, needed: readonly Scope[]): void {
  const missing = missingScopes(c.get("principal"), needed);
  if (missing.length === 0) return;
  const names = missing.map((scope) => `\`${scope}\``).join(", ");
  throw insufficientAccess(`This key lacks the scope${missing.length === 1 ? "" : "s"} ${names}`);
}

/** A path that is no route is left to be answered as such; a route that no scope covers is closed to keys with scopes. */
function requireRouteScopes(c: HttpContext, app: HttpApp): void {
  const principal = c.get("principal");
  if (principal.kind !== "publisher" || principal.scopes === null || !isRouted(c)) return;
  const operation = operationOf(c, app);
  const needed = operation === null ? null : scopesFor(operation);
  if (needed === null) throw insufficientAccess("No scope covers this call: it needs a key without scopes");
  requireScopes(c, needed);
}

/** Refuses consumers: 403. */
export function requirePublisher(c: HttpContext): void {
  if (c.get("principal").kind === "consumer") {
    throw insufficientAccess("This token may only be used within its application");
  }
}

/** Refuses consumers without the capability: 403. */
export function requireCapability(c: HttpContext, capability: Capability): void {
  if (!mayUse(c.get("principal"), capability)) {
    throw insufficientAccess(`This token lacks the capability ${capability}`);
  }
}

/**
 * The application named by the path's `{app_id}` (id or uid). One that the caller may not reach is answered exactly
 * like one that does not exist.
 */
export async function requireApp(c: HttpContext, capability: Capability = "ViewBase"): Promise<Application> {
  const named = c.req.param("app_id") ?? "";
  const application = await readApplication(c, named);
  if (application === null || !mayReach(c.get("principal"), application.key)) throw notFoundError();
  requireCapability(c, capability);
  c.set("application", application);
  return application;
}

async function readApplication(c: HttpContext, named: string): Promise<Application | null> {
  if (named === "" || named.length > MAX_UID_CHARS) return null;
  return getApplication(c.get("services").db, named);
}
