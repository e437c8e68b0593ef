import { OpenAPIHono } from "@hono/zod-openapi";
import type { MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { getPath } from "hono/utils/url";
import type { AppEnv, HttpApp } from "./app-env.ts";
import { audited } from "./audited.ts";
import { authenticate } from "./auth.ts";
import { boundedJsonBody } from "./body.ts";
import { registerWebhookDeliveries } from "./clawbook/deliveries.ts";
import { registerWebhooks } from "./clawbook/webhooks.ts";
import { apiDocument } from "./document.ts";
import { ApiError, errorResponse, noSuchRoute, schemaFailure } from "./errors.ts";
import { registerConsumers } from "./events/consumers.ts";
import { registerPull } from "./events/pull.ts";
import { registerSocket } from "./events/socket.ts";
import { registerStream } from "./events/stream.ts";
import { idempotent } from "./idempotency.ts";
import { registerInboxReceiver } from "./inbox/receive.ts";
import { registerMcp } from "./mcp/route.ts";
import { registerAgents } from "./posthorn/agents.ts";
import { registerAlerts } from "./posthorn/alerts.ts";
import { registerAuditLog } from "./posthorn/audit-log.ts";
import { registerCatalogue } from "./posthorn/catalogue.ts";
import { registerDeliveryStatus } from "./posthorn/delivery-status.ts";
import { registerDialects } from "./posthorn/dialects.ts";
import { registerEgress } from "./posthorn/egress.ts";
import { registerEndpointWire } from "./posthorn/endpoint-wire.ts";
import { registerInbox } from "./posthorn/inbox.ts";
import { registerListen } from "./posthorn/listen.ts";
import { registerMessageStatus } from "./posthorn/message-status.ts";
import { registerOverview } from "./posthorn/overview.ts";
import { registerDeliveryPolicy } from "./posthorn/policy.ts";
import { registerTestMail } from "./posthorn/test-mail.ts";
import { registerCatalogueSite } from "./site/catalogue.ts";
import { registerDocs } from "./site/docs.ts";
import { registerStyle } from "./site/page.ts";
import { registerPortal } from "./site/portal.ts";
import { registerAlertEmail } from "./svix/alert-email.ts";
import { registerApiKeys } from "./svix/api-keys.ts";
import { registerApplications } from "./svix/applications.ts";
import { registerAttempt } from "./svix/attempt.ts";
import { registerAttempted } from "./svix/attempted.ts";
import { registerAttempts } from "./svix/attempts.ts";
import { registerAuthentication } from "./svix/authentication.ts";
import { registerBackgroundTasks } from "./svix/background-tasks.ts";
import { registerBroadcast } from "./svix/broadcast.ts";
import { registerCancelMessages } from "./svix/cancel-messages.ts";
import { registerConnectors } from "./svix/connectors.ts";
import { registerEndpointHeaders } from "./svix/endpoint-headers.ts";
import { registerEndpointSecret } from "./svix/endpoint-secret.ts";
import { registerEndpointStats } from "./svix/endpoint-stats.ts";
import { registerEndpointTransformation } from "./svix/endpoint-transformation.ts";
import { registerEndpoints } from "./svix/endpoints.ts";
import { registerEnvironment } from "./svix/environment.ts";
import { registerEventTypeImport } from "./svix/event-type-import.ts";
import { registerEventTypes } from "./svix/event-types.ts";
import { registerExpungeAll } from "./svix/expunge-all.ts";
import { registerHealth } from "./svix/health.ts";
import { registerIntegrations } from "./svix/integrations.ts";
import { registerMessageContent } from "./svix/message-content.ts";
import { registerMessagePrecheck } from "./svix/message-precheck.ts";
import { registerMessages } from "./svix/messages.ts";
import { registerOperationalEndpointSecret } from "./svix/operational-endpoint-secret.ts";
import { registerOperationalEndpoints } from "./svix/operational-endpoints.ts";
import { registerPoller } from "./svix/poller.ts";
import { registerPollingEndpoint } from "./svix/polling-endpoint.ts";
import { registerRateLimitStatus } from "./svix/rate-limit-status.ts";
import { registerReplay } from "./svix/replay.ts";
import { registerResend } from "./svix/resend.ts";
import { registerSendExample } from "./svix/send-example.ts";
import { registerStatistics } from "./svix/statistics.ts";

const CORS_MAX_AGE_SECONDS = 600;

/** In the order in which the document tells of them. */
const NOUNS: readonly ((app: HttpApp) => void)[] = [
  registerHealth,
  registerApplications,
  registerEndpoints,
  registerEndpointSecret,
  registerEndpointHeaders,
  registerEndpointTransformation,
  registerRateLimitStatus,
  registerSendExample,
  registerDeliveryPolicy,
  registerDialects,
  registerEndpointWire,
  registerEventTypes,
  registerEventTypeImport,
  registerCatalogue,
  registerMessages,
  registerMessageContent,
  registerMessagePrecheck,
  registerDeliveryStatus,
  registerMessageStatus,
  registerListen,
  registerInbox,
  registerAttempts,
  registerAttempt,
  registerAttempted,
  registerResend,
  registerReplay,
  registerCancelMessages,
  registerBackgroundTasks,
  registerStatistics,
  registerExpungeAll,
  registerBroadcast,
  registerEndpointStats,
  registerApiKeys,
  registerAuditLog,
  registerAuthentication,
  registerOperationalEndpoints,
  registerOperationalEndpointSecret,
  registerIntegrations,
  registerConnectors,
  registerEnvironment,
  registerPoller,
  registerPollingEndpoint,
  registerPull,
  registerStream,
  registerSocket,
  registerConsumers,
  registerAgents,
  registerMcp,
  registerWebhooks,
  registerWebhookDeliveries,
  registerAlerts,
  registerTestMail,
  registerAlertEmail,
  registerEgress,
  registerOverview,
];

/** The whole HTTP API. Every noun registers its own routes. */
export function createApp(): HttpApp {
  const app: HttpApp = new OpenAPIHono<AppEnv>({
    getPath: normalisedPath,
    defaultHook: (result) => {
      if (!result.success) throw schemaFailure(result.target, result.error.issues);
    },
  });
  app.onError(errorResponse);
  app.notFound(noSuchRoute);
  app.use(cors({ origin: "*", maxAge: CORS_MAX_AGE_SECONDS, exposeHeaders: ["retry-after"] }));
  app.use(decodablePath(), authenticate(app), idempotent(), audited(app), boundedJsonBody());

  for (const register of NOUNS) register(app);
  registerOpenApi(app);
  registerPublic(app);
  return app;
}

/** What needs no token. */
function registerPublic(app: HttpApp): void {
  registerDocs(app);
  registerCatalogueSite(app);
  registerStyle(app);
  registerPortal(app);
  registerInboxReceiver(app);
}

/** Duplicate and trailing slashes are accepted: old SDKs send `//api/v1/…` (reference svix.md §2.1). */
function normalisedPath(request: Request): string {
  const path = getPath(request).replace(/\/{2,}/g, "/");
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

function decodablePath(): MiddlewareHandler<AppEnv> {
  return async (c, next) => {
    try {
      decodeURIComponent(new URL(c.req.url).pathname);
    } catch {
      throw new ApiError("generic_error", "The path is not valid percent-encoding");
    }
    return next();
  };
}

/** The API as a document, made from the very schemas that validate. */
function registerOpenApi(app: HttpApp): void {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", { type: "http", scheme: "bearer" });
  app.get("/openapi.json", (c) =>
    c.json({ ...apiDocument(app), servers: [{ url: new URL(c.req.url).origin }] }),
  );
}
