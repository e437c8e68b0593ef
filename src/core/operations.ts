/**
 * What is decided of each operation of the API by its name: which scopes a key needs for it, and whether it changes
 * configuration, which the audit log then tells. A new route that writes needs a line here, and is closed to scoped
 * keys until it has one; what the log tells of needs words in the portal's audit/phrases.ts. Tests go over them all.
 */
import { INTEGRATION_KEY_SCOPES, type Scope } from "./scopes.ts";

type Rule = {
  /** All of them; null: no key with scopes may. */
  scopes: readonly Scope[] | null;
  /** Why the audit log does not tell of it; null: it does. */
  unlogged: string | null;
};

const READ: Rule = { scopes: ["read"], unlogged: "it only reads" };
const SECRET: Rule = { scopes: ["manage"], unlogged: "it only reads" };
const CHANGE: Rule = { scopes: ["manage"], unlogged: null };
const PORTAL: Rule = { scopes: ["portal"], unlogged: null };
const KEYS: Rule = { scopes: ["keys"], unlogged: null };
const AGAIN: Rule = { scopes: ["replay"], unlogged: null };
const EXAMPLE: Rule = { scopes: ["replay"], unlogged: "an example is no event" };
const PUBLISHING: Rule = { scopes: ["publish"], unlogged: "publishing is told by the log of messages" };
const POLLING: Rule = { scopes: ["manage"], unlogged: "it moves an agent's place, as reading on does" };
const CONSUMERS_CHANGE: Rule = { scopes: null, unlogged: null };
const CONSUMERS_PLACE: Rule = { ...POLLING, scopes: null };
const OWN_SESSION: Rule = { scopes: [], unlogged: "it begins or ends the caller's own session" };

const RULES: Record<string, Rule> = {
  "clawbook.webhook.create": CONSUMERS_CHANGE,
  "clawbook.webhook.delete": CONSUMERS_CHANGE,
  "clawbook.webhook.test": { ...EXAMPLE, scopes: null },
  "clawbook.webhook.update": CONSUMERS_CHANGE,
  "posthorn.agent.ack": POLLING,
  "posthorn.agent.delete": CHANGE,
  "posthorn.agent.seek": POLLING,
  "posthorn.alert.create": CHANGE,
  "posthorn.alert.delete": CHANGE,
  "posthorn.application.patch-delivery-policy": CHANGE,
  "posthorn.application.set-delivery-policy": CHANGE,
  "posthorn.application.test-alert-email": CHANGE,
  "posthorn.catalogue.import": CHANGE,
  "posthorn.catalogue.set-page": CHANGE,
  "posthorn.consumers.delete": CONSUMERS_CHANGE,
  "posthorn.consumers.seek": CONSUMERS_PLACE,
  "posthorn.dialect.delete": CHANGE,
  "posthorn.dialect.preview": READ,
  "posthorn.dialect.set": CHANGE,
  // It takes the endpoint's requests away from whoever else listens.
  "posthorn.endpoint.listen": SECRET,
  "posthorn.endpoint.count-bulk-replay": READ,
  "posthorn.endpoint.patch-delivery-policy": CHANGE,
  "posthorn.endpoint.set-delivery-policy": CHANGE,
  "posthorn.events.ack": CONSUMERS_PLACE,
  "posthorn.inbox.clear": CHANGE,
  "posthorn.inbox.delete": CHANGE,
  "posthorn.inbox.set": CHANGE,
  "v1.api-key.create": KEYS,
  "v1.api-key.expire": KEYS,
  "v1.api-key.revoke": KEYS,
  "v1.api-key.rotate": KEYS,
  "v1.application.create": CHANGE,
  "v1.application.delete": CHANGE,
  "v1.application.patch": CHANGE,
  "v1.application.patch-alert-email": CHANGE,
  "v1.application.upsert": CHANGE,
  "v1.authentication.app-portal-access": PORTAL,
  "v1.authentication.dashboard-access": PORTAL,
  "v1.authentication.exchange-one-time-token": OWN_SESSION,
  "v1.authentication.expire-all": PORTAL,
  "v1.authentication.logout": OWN_SESSION,
  "v1.authentication.whoami": OWN_SESSION,
  "v1.connector.create": CHANGE,
  "v1.connector.delete": CHANGE,
  "v1.connector.patch": CHANGE,
  "v1.connector.upsert": CHANGE,
  "v1.endpoint.bulk-replay": AGAIN,
  "v1.endpoint.cancel-msgs": { scopes: ["publish"], unlogged: null },
  "v1.endpoint.create": CHANGE,
  "v1.endpoint.delete": CHANGE,
  "v1.endpoint.get-secret": SECRET,
  "v1.endpoint.patch": CHANGE,
  "v1.endpoint.patch-headers": CHANGE,
  "v1.endpoint.recover": AGAIN,
  "v1.endpoint.replay-missing": AGAIN,
  "v1.endpoint.rotate-secret": CHANGE,
  "v1.endpoint.send-example": EXAMPLE,
  "v1.endpoint.set-headers": CHANGE,
  "v1.endpoint.transformation.patch": CHANGE,
  "v1.endpoint.upsert": CHANGE,
  "v1.environment.export": READ,
  "v1.environment.import": CHANGE,
  "v1.event-type.create": CHANGE,
  "v1.event-type.delete": CHANGE,
  "v1.event-type.import-openapi": CHANGE,
  "v1.event-type.patch": CHANGE,
  "v1.event-type.upsert": CHANGE,
  "v1.integration.create": { scopes: INTEGRATION_KEY_SCOPES, unlogged: null },
  "v1.integration.delete": PORTAL,
  "v1.integration.get-key": { ...SECRET, scopes: INTEGRATION_KEY_SCOPES },
  "v1.integration.rotate-key": { scopes: INTEGRATION_KEY_SCOPES, unlogged: null },
  "v1.integration.update": PORTAL,
  "v1.message-attempt.expunge-content": CHANGE,
  "v1.message-attempt.resend": AGAIN,
  "v1.message.broadcast": PUBLISHING,
  "v1.message.bulk-expunge-content": CHANGE,
  "v1.message.create": PUBLISHING,
  "v1.message.create-batch": PUBLISHING,
  "v1.message.expunge-all-contents": CHANGE,
  "v1.message.expunge-content": CHANGE,
  "v1.message.poller.consumer-seek": POLLING,
  "v1.message.pollerv2.consumer-commit": POLLING,
  "v1.message.precheck": { scopes: ["publish"], unlogged: "it only reads" },
  "v1.operational-webhook.endpoint.create": CHANGE,
  "v1.operational-webhook.endpoint.delete": CHANGE,
  "v1.operational-webhook.endpoint.get-secret": SECRET,
  "v1.operational-webhook.endpoint.rotate-secret": CHANGE,
  "v1.operational-webhook.endpoint.set-headers": CHANGE,
  "v1.operational-webhook.endpoint.upsert": CHANGE,
  "v1.statistics.aggregate-app-stats": READ,
  "v1.statistics.aggregate-event-types": READ,
};

/** For tests: the operations that the table names. */
export const RULED_OPERATIONS: readonly string[] = Object.keys(RULES);

export type Operation = { id: string; method: string };

/** Who is not named by the table: what only reads may be read; of what writes nothing is known, so it stays closed. */
function ruleOf({ id, method }: Operation): Rule | null {
  return RULES[id] ?? (method === "GET" ? READ : null);
}

/** What a key with scopes needs for an operation, all of it; null: no such key may. */
export function scopesFor(operation: Operation): readonly Scope[] | null {
  return ruleOf(operation)?.scopes ?? null;
}

/** Whether the audit log tells of it once it has succeeded; what is not known is told. */
export function isChange(operation: Operation): boolean {
  const rule = ruleOf(operation);
  return rule === null || rule.unlogged === null;
}
