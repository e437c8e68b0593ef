/** What the audit log keeps of a call: the names of its fields, and the values of those that can hold no secret. */
import { isObject } from "./json-object.ts";
import { MAX_AUDIT_FIELDS, MAX_AUDIT_VALUE_CHARS } from "./limits/upkeep.ts";

/** By what a change was made: the deployment's own key, a publisher's key, a portal's link, an integration's key. */
export const AUDIT_ACTORS = ["root", "key", "session", "integration"] as const;
export type AuditActor = (typeof AUDIT_ACTORS)[number];

/** What was given, as text; null: only that it was given. */
export type AuditFields = Record<string, string | null>;

/** Fields that are shown. Every other may hold a secret, be long, or be somebody's address. */
const SHOWN = new Set([
  ...[
    "name",
    "uid",
    "description",
    "groupName",
    "disabled",
    "enabled",
    "archived",
    "deprecated",
    "published",
  ],
  ...["throttleRate", "rateLimit", "eventTypes", "filterTypes", "events", "channels", "featureFlags"],
  ...["dialect", "retrySchedule", "timeoutSeconds", "concurrency", "ordering", "jitter", "validatePayloads"],
  ...[
    "scopes",
    "capabilities",
    "readOnly",
    "sessionId",
    "sessionIds",
    "expiry",
    "expiresAt",
    "oldTokenExpiry",
  ],
  ...[
    "gracePeriodSeconds",
    "replaceAll",
    "since",
    "until",
    "createdBefore",
    "eventType",
    "status",
    "statusCodeClass",
  ],
  ...["metric", "threshold", "window", "endpointId"],
]);

/** What lets everything through when it is null or empty. */
const FILTERS = new Set(["eventTypes", "filterTypes", "channels"]);

/** A call that only asks what would change. */
export function isDryRun(body: unknown): boolean {
  return isObject(body) && body["dryRun"] === true;
}

/** The fields that a body gave, of those that the operation knows: an unknown name may itself be anything. */
export function auditFields(body: unknown, known: ReadonlySet<string>): AuditFields {
  if (typeof body !== "object" || body === null) return {};
  const given = Object.entries(body).filter(([name]) => known.has(name) && name !== "dryRun");
  return Object.fromEntries(
    given.slice(0, MAX_AUDIT_FIELDS).map(([name, value]) => [name, shown(name, value)]),
  );
}

function shown(name: string, value: unknown): string | null {
  if (name === "url") return originOf(value);
  if (FILTERS.has(name) && (value === null || (Array.isArray(value) && value.length === 0))) return "all";
  return SHOWN.has(name) ? auditText(value) : null;
}

/** A value as the log keeps it; null for what is neither a scalar nor a list of them. */
export function auditText(value: unknown): string | null {
  const text = textOf(value);
  if (text === null || text.length <= MAX_AUDIT_VALUE_CHARS) return text;
  return `${text.slice(0, MAX_AUDIT_VALUE_CHARS)}…`;
}

function textOf(value: unknown): string | null {
  if (value === null) return "none";
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (!Array.isArray(value)) return null;
  const items = value.slice(0, MAX_AUDIT_FIELDS).map(textOf);
  return items.includes(null) ? null : items.length === 0 ? "none" : items.join(", ");
}

/** Paths, queries and users of webhooks' URLs are often their only credentials. */
function originOf(value: unknown): string | null {
  try {
    const { origin } = new URL(String(value));
    return origin === "null" ? null : origin;
  } catch {
    return null;
  }
}
