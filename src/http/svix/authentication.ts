import { createRoute } from "@hono/zod-openapi";
import type { z } from "zod";
import {
  ApplicationTokenExpireIn,
  AppPortalAccessIn,
  AppPortalAccessOut,
  OneTimeTokenIn,
  OneTimeTokenOut,
  WhoamiOut,
} from "../../contract/api-keys.ts";
import { AppPath } from "../../contract/applications.ts";
import { ORG_ID } from "../../contract/connectors.ts";
import { grantedCapabilities, unpackGrants } from "../../core/principal.ts";
import { scopesToLend } from "../../core/scopes.ts";
import {
  createConsumerToken,
  exchangeOneTimeToken,
  expireConsumerTokens,
  revokeConsumerToken,
} from "../../service/access/api-keys.ts";
import { findOrCreateApplication } from "../../service/applications.ts";
import { type Application, getApplicationByKey } from "../../store/applications.ts";
import type { HttpApp, HttpContext } from "../app-env.ts";
import { requireApp, requirePublisher, requireScopes } from "../auth.ts";
import { ApiError, invalidAt, notFoundError } from "../errors.ts";
import { FAILURES, jsonBody, jsonResponse, NO_CONTENT, optionalJsonBody } from "../openapi.ts";
import { applicationFields } from "./applications.ts";

const tags = ["Authentication"];

const portalAccess = createRoute({
  method: "post",
  path: "/api/v1/auth/app-portal-access/{app_id}",
  tags,
  operationId: "v1.authentication.app-portal-access",
  summary: "Make a link, and a token, to an application's portal",
  request: { params: AppPath, body: optionalJsonBody(AppPortalAccessIn) },
  responses: { 200: jsonResponse(AppPortalAccessOut, "The link and its token"), ...FAILURES },
});

const dashboardAccess = createRoute({
  method: "post",
  path: "/api/v1/auth/dashboard-access/{app_id}",
  tags,
  operationId: "v1.authentication.dashboard-access",
  summary: "What SDKs before 2.0 call the portal link",
  request: { params: AppPath },
  responses: { 200: jsonResponse(AppPortalAccessOut, "The link and its token"), ...FAILURES },
});

const expireAll = createRoute({
  method: "post",
  path: "/api/v1/auth/app/{app_id}/expire-all",
  tags,
  operationId: "v1.authentication.expire-all",
  summary: "Let all consumer tokens of an application expire",
  request: { params: AppPath, body: optionalJsonBody(ApplicationTokenExpireIn) },
  responses: { ...NO_CONTENT, ...FAILURES },
});

const logout = createRoute({
  method: "post",
  path: "/api/v1/auth/logout",
  tags,
  operationId: "v1.authentication.logout",
  summary: "End the consumer token this is called with",
  responses: { ...NO_CONTENT, ...FAILURES },
});

const oneTimeToken = createRoute({
  method: "post",
  path: "/api/v1/auth/one-time-token",
  tags,
  operationId: "v1.authentication.exchange-one-time-token",
  summary: "Exchange the one-time token of a portal link for a session; needs no other token",
  security: [],
  request: { body: jsonBody(OneTimeTokenIn) },
  responses: { 200: jsonResponse(OneTimeTokenOut, "The session's token"), ...FAILURES },
});

const whoami = createRoute({
  method: "get",
  path: "/api/v1/auth/whoami",
  tags,
  operationId: "v1.authentication.whoami",
  summary: "Tell who the token stands for",
  responses: { 200: jsonResponse(WhoamiOut, "The token's holder"), ...FAILURES },
});

/** `/api/v1/auth/…`: consumer tokens and the portal's door (reference svix.md §1.6, §1.17, §2.16). */
export function registerAuthentication(app: HttpApp): void {
  registerSessions(app);

  app.openapi(portalAccess, async (c) => {
    requirePublisher(c);
    const body = c.req.valid("json");
    requireLendable(c, body);
    const application = await portalApplication(c, c.req.valid("param").app_id, body);
    return c.json(await portalLink(c, application, body), 200);
  });

  app.openapi(dashboardAccess, async (c) => {
    requirePublisher(c);
    requireLendable(c, {});
    return c.json(await portalLink(c, await requireApp(c), {}), 200);
  });

  app.openapi(expireAll, async (c) => {
    requirePublisher(c);
    const { key } = await requireApp(c);
    const { expiry, sessionIds } = c.req.valid("json");
    await expireConsumerTokens(c.get("services"), {
      appKey: key,
      sessionIds: sessionIds ?? [],
      delaySeconds: expiry ?? 0,
    });
    return c.body(null, 204);
  });
}

function registerSessions(app: HttpApp): void {
  // A publisher's or an integration's key is no session: it is revoked by a route of its own, never by this one.
  app.openapi(logout, async (c) => {
    const principal = c.get("principal");
    if (principal.kind === "consumer") await revokeConsumerToken(c.get("services"), principal.keyId);
    return c.body(null, 204);
  });

  app.openapi(oneTimeToken, async (c) => {
    const { oneTimeToken } = c.req.valid("json");
    const session = await exchangeOneTimeToken(c.get("services"), oneTimeToken);
    if (session === null) throw new ApiError("authentication_failed", "Invalid token");
    const { capabilities } = unpackGrants(session.key.capabilities ?? []);
    return c.json({ token: session.token, capabilities }, 200);
  });

  app.openapi(whoami, async (c) => {
    const principal = c.get("principal");
    const anyone = { envId: ORG_ID, streamAppId: null, permissionSource: "RegionalAuthToken" as const };
    if (principal.kind !== "consumer") {
      const scopes = principal.kind === "root" || principal.scopes === null ? null : [...principal.scopes];
      const publisher = { appId: null, sessionId: null, capabilities: null, featureFlags: null, scopes };
      return c.json({ ...anyone, ...publisher }, 200);
    }
    const { sessionId = null, capabilities, featureFlags, appKey } = principal;
    const application = await getApplicationByKey(c.get("services").db, appKey);
    if (application === null) throw notFoundError();
    const consumer = { appId: application.id, sessionId, capabilities, featureFlags, scopes: null };
    return c.json({ ...anyone, ...consumer }, 200);
  });
}

type AccessBody = z.output<typeof AppPortalAccessIn>;

/** A key with scopes lends no capability that it lacks itself. */
function requireLendable(c: HttpContext, { capabilities, readOnly }: AccessBody): void {
  requireScopes(c, scopesToLend(grantedCapabilities(capabilities ?? null, readOnly ?? false)));
}

async function portalApplication(c: HttpContext, appId: string, body: AccessBody): Promise<Application> {
  const fields = body.application ? applicationFields(body.application) : null;
  const found = await findOrCreateApplication(c.get("services"), appId, fields);
  switch (found.kind) {
    case "found":
    case "created":
      return found.application;
    case "not_found":
      throw notFoundError();
    case "uid_missing":
      throw invalidAt(
        ["body", "application", "uid"],
        "The application's uid is missing",
        "application_uid_missing",
      );
    case "uid_mismatch":
      throw invalidAt(
        ["body", "application", "uid"],
        "The application's uid is not the one in the path",
        "application_uid_mismatch",
      );
  }
}

/** The token travels in the fragment, so that no server and no log ever sees it in a URL. */
async function portalLink(
  c: HttpContext,
  application: Application,
  body: AccessBody,
): Promise<z.output<typeof AppPortalAccessOut>> {
  const { token, oneTimeToken } = await createConsumerToken(c.get("services"), {
    appKey: application.key,
    capabilities: body.capabilities ?? null,
    readOnly: body.readOnly ?? false,
    featureFlags: body.featureFlags ?? [],
    sessionId: body.sessionId ?? null,
    expirySeconds: body.expiry ?? null,
  });
  const { origin } = new URL(c.req.url);
  const key = btoa(JSON.stringify({ appId: application.id, token, oneTimeToken, serverUrl: origin }));
  return { url: `${origin}/portal/login#key=${key}`, token };
}
