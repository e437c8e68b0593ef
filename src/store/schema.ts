/**
 * The D1 tables. `npm run migrations` generates SQL from here; hot tables are then given WITHOUT ROWID in that SQL (the
 * generator cannot say it), because a composite key costs one written row with it and two without
 * (reference cloudflare.md §2.2). Times are Unix milliseconds. JSON columns hold what their `$type` says.
 */
import { sql } from "drizzle-orm";
import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import type { AlertMetric, AlertSample } from "../core/alerts.ts";
import type { AuditActor, AuditFields } from "../core/audit.ts";
import type { TaskKind, TaskStatus } from "../core/background-task.ts";
import type { DeploymentFigures, EndpointTrouble } from "../core/deployment.ts";
import type { Dialect } from "../core/dialect.ts";
import type { IncidentDetail } from "../core/incidents.ts";
import type { Latencies } from "../core/latency.ts";
import type { SubscriptionSpan } from "../core/matching.ts";
import type { ApplicationPolicy, DeliveryPolicy } from "../core/policy.ts";
import type { HourCount } from "../core/tally.ts";

export { inboxes } from "./inbox-schema.ts";
export { testMails } from "./test-mail-schema.ts";

export const applications = sqliteTable(
  "applications",
  {
    /** Random 48 bits; inside the public id too. */
    key: integer("key").primaryKey(),
    id: text("id").notNull(),
    uid: text("uid"),
    name: text("name").notNull(),
    ratePerSecond: integer("rate_per_second"),
    metadata: text("metadata", { mode: "json" }).$type<Record<string, string>>().notNull(),
    policy: text("policy", { mode: "json" }).$type<ApplicationPolicy>().notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** Set instead of deleting the row: its log and objects are purged in chunks afterwards. Its uid is freed. */
    deletedAt: integer("deleted_at"),
  },
  (table) => [uniqueIndex("applications_id").on(table.id), uniqueIndex("applications_uid").on(table.uid)],
);

export const endpoints = sqliteTable(
  "endpoints",
  {
    appKey: integer("app_key").notNull(),
    /** Random 48 bits; inside the public id too. */
    key: integer("key").notNull(),
    id: text("id").notNull(),
    uid: text("uid"),
    url: text("url").notNull(),
    description: text("description").notNull(),
    ratePerSecond: integer("rate_per_second"),
    disabled: integer("disabled", { mode: "boolean" }).notNull(),
    /** Why the service itself disabled it: `failures` or `gone`; null when a person did or it is enabled. */
    disabledReason: text("disabled_reason"),
    eventTypes: text("event_types", { mode: "json" }).$type<string[] | null>(),
    channels: text("channels", { mode: "json" }).$type<string[] | null>(),
    spans: text("spans", { mode: "json" }).$type<SubscriptionSpan[]>().notNull(),
    metadata: text("metadata", { mode: "json" }).$type<Record<string, string>>().notNull(),
    policy: text("policy", { mode: "json" }).$type<DeliveryPolicy>().notNull(),
    /** Sealed JSON of `EndpointSecret[]`, current first; null while unsigned. */
    sealedSecrets: text("sealed_secrets"),
    /** Sealed JSON of the custom headers (`Record<string, string>`); null when there are none. */
    sealedHeaders: text("sealed_headers"),
    version: integer("version").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    /** Set instead of deleting the row, so that its attempts stay readable until retention ends. Its uid is freed. */
    deletedAt: integer("deleted_at"),
  },
  (table) => [
    primaryKey({ columns: [table.appKey, table.key] }),
    uniqueIndex("endpoints_uid").on(table.appKey, table.uid),
  ],
);

/** What each endpoint's object last said of itself; lists and the sweep read this and wake no object. */
export const endpointStatus = sqliteTable(
  "endpoint_status",
  {
    appKey: integer("app_key").notNull(),
    endpointKey: integer("endpoint_key").notNull(),
    /** Every event up to here has been taken by the object. */
    position: integer("position").notNull(),
    /** Deliveries waiting for a retry. */
    waiting: integer("waiting").notNull(),
    configVersion: integer("config_version").notNull(),
    succeeded: integer("succeeded").notNull(),
    failed: integer("failed").notNull(),
    /** Start of the current run of nothing but failures; null while healthy. */
    failingSince: integer("failing_since"),
    updatedAt: integer("updated_at").notNull(),
    /** When the object meant to work next; null: not before somebody calls. Long past, its alarm was lost. */
    dueAt: integer("due_at"),
    /** When a delivery was last given up after all its retries; null while an attempt has succeeded since. */
    exhaustedAt: integer("exhausted_at"),
    /** Events that it knew of and had not attempted. */
    behind: integer("behind").notNull().default(0),
    /** From acceptance to delivery, since ever. Null: of an object that did not count it yet. */
    latency: text("latency", { mode: "json" }).$type<Latencies>(),
    /** The newest of its attempts by hour. */
    hours: text("hours", { mode: "json" }).$type<HourCount[]>(),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.endpointKey] })],
);

/** The log. One row an event, clustered by application; the payload last, so that reading headers skips it. */
export const events = sqliteTable(
  "events",
  {
    appKey: integer("app_key").notNull(),
    position: integer("position").notNull(),
    createdAt: integer("created_at").notNull(),
    eventType: text("event_type").notNull(),
    eventId: text("event_id"),
    /** JSON `string[]`. */
    channels: text("channels"),
    /** JSON `string[]`. */
    tags: text("tags"),
    deliverAt: integer("deliver_at"),
    /** The payload is unreadable from then on; null: until the row is purged. */
    payloadExpiresAt: integer("payload_expires_at"),
    /** JSON text as published; null once expunged. */
    payload: text("payload"),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.position] })],
);

/** One row an event that came with an idempotency key or an event id (both: one row, under the event id). */
export const eventKeys = sqliteTable(
  "event_keys",
  {
    appKey: integer("app_key").notNull(),
    /** `e:<event id>` or `i:<hash of the idempotency key>`. */
    key: text("key").notNull(),
    position: integer("position").notNull(),
    /** On an `e:` row: the hash of the idempotency key of the same request, to tell its repeat from a conflict. */
    idempotencyHash: text("idempotency_hash"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.key] })],
);

export const eventTypes = sqliteTable("event_types", {
  name: text("name").primaryKey(),
  description: text("description").notNull(),
  archived: integer("archived", { mode: "boolean" }).notNull(),
  deprecated: integer("deprecated", { mode: "boolean" }).notNull(),
  schemas: text("schemas", { mode: "json" }).$type<Record<string, unknown> | null>(),
  groupName: text("group_name"),
  featureFlags: text("feature_flags", { mode: "json" }).$type<string[] | null>(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Publisher keys, consumer tokens, integrations' keys, one-time tokens; only their hashes. */
export const apiKeys = sqliteTable(
  "api_keys",
  {
    /** Hex SHA-256 of the token. */
    hash: text("hash").primaryKey(),
    id: text("id").notNull(),
    kind: text("kind", { enum: ["publisher", "consumer", "integration", "one-time"] }).notNull(),
    name: text("name"),
    /** The one application a token reaches; null for a publisher's. */
    appKey: integer("app_key"),
    capabilities: text("capabilities", { mode: "json" }).$type<string[] | null>(),
    sessionId: text("session_id"),
    /** Of a publisher's key (core/scopes.ts); null: everything. */
    scopes: text("scopes", { mode: "json" }).$type<string[] | null>(),
    createdAt: integer("created_at").notNull(),
    expiresAt: integer("expires_at"),
    revokedAt: integer("revoked_at"),
    /** Of a publisher's key, to the hour; null: never. */
    lastUsedAt: integer("last_used_at"),
  },
  (table) => [uniqueIndex("api_keys_id").on(table.id)],
);

export const dialects = sqliteTable("dialects", {
  name: text("name").primaryKey(),
  definition: text("definition", { mode: "json" }).$type<Dialect>().notNull(),
  createdAt: integer("created_at").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Keys that a consumer's other programs use; each is a row of `api_keys` too, which says what it may do. */
export const integrations = sqliteTable(
  "integrations",
  {
    appKey: integer("app_key").notNull(),
    id: text("id").notNull(),
    name: text("name").notNull(),
    featureFlags: text("feature_flags", { mode: "json" }).$type<string[]>().notNull(),
    /** Of its current token. */
    keyHash: text("key_hash").notNull(),
    /** The token itself, sealed: older SDKs read it again. */
    sealedKey: text("sealed_key").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.id] })],
);

/** Templates of endpoints with a transformation, kept for portals. */
export const connectors = sqliteTable(
  "connectors",
  {
    id: text("id").primaryKey(),
    uid: text("uid"),
    kind: text("kind").notNull(),
    name: text("name").notNull(),
    logo: text("logo"),
    description: text("description").notNull(),
    instructions: text("instructions").notNull(),
    allowedEventTypes: text("allowed_event_types", { mode: "json" }).$type<string[] | null>(),
    transformation: text("transformation").notNull(),
    featureFlags: text("feature_flags", { mode: "json" }).$type<string[] | null>(),
    productType: text("product_type").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
    transformationUpdatedAt: integer("transformation_updated_at").notNull(),
  },
  (table) => [uniqueIndex("connectors_uid").on(table.uid)],
);

/** The deployment's settings that are data, by name. */
export const settings = sqliteTable("settings", {
  name: text("name").primaryKey(),
  value: text("value", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** Who reads the operational log beside its webhook endpoints, and how far; a row alone means that somebody listens. */
export const operationalFollowers = sqliteTable("operational_followers", {
  name: text("name").primaryKey(),
  position: integer("position").notNull(),
  updatedAt: integer("updated_at").notNull(),
});

/** What POST calls with an idempotency key were answered, for who repeats them; publishing has `event_keys` instead. */
export const idempotencyKeys = sqliteTable(
  "idempotency_keys",
  {
    /** Hash of caller, path and key. */
    hash: text("hash").primaryKey(),
    /** Which of several calls at the same time runs: only it may write the answer. */
    owner: text("owner").notNull(),
    startedAt: integer("started_at").notNull(),
    /** Sealed, because an answer may hold a token; null while the call runs. */
    sealedAnswer: text("sealed_answer"),
  },
  (table) => [index("idempotency_keys_started_at").on(table.startedAt)],
);

/** Agents that pull: one row each, however many events they have acknowledged. */
export const consumers = sqliteTable(
  "consumers",
  {
    appKey: integer("app_key").notNull(),
    name: text("name").notNull(),
    /** Every event up to here is acknowledged. */
    ackedUpTo: integer("acked_up_to").notNull(),
    /** And these beyond it: JSON `[from, to][]`. */
    ackedBeyond: text("acked_beyond").notNull(),
    /** Handed out to one of its workers until a time: JSON `[from, to, untilMs][]`. */
    leases: text("leases").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.name] })],
);

/** Work that runs on after its call was answered. */
export const backgroundTasks = sqliteTable(
  "background_tasks",
  {
    id: text("id").primaryKey(),
    /** The one application it is about; null: all. */
    appKey: integer("app_key"),
    /** Of a replay: the endpoint whose object runs it. */
    endpointKey: integer("endpoint_key"),
    kind: text("kind").$type<TaskKind>().notNull(),
    status: text("status").$type<TaskStatus>().notNull(),
    /** What was asked. */
    input: text("input", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** How many steps are done: who writes the next one must have seen the last. */
    step: integer("step").notNull(),
    /** Where the next step begins. */
    cursor: text("cursor", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** What the API shows of it, without what the steps found. */
    data: text("data", { mode: "json" }).$type<Record<string, unknown>>().notNull(),
    /** Text of all rows in `background_task_results`. */
    resultChars: integer("result_chars").notNull(),
    createdAt: integer("created_at").notNull(),
    updatedAt: integer("updated_at").notNull(),
  },
  (table) => [index("background_tasks_running").on(table.id).where(sql`status = 'running'`)],
);

/** What the steps of a task found: lists by name, to be put together. */
export const backgroundTaskResults = sqliteTable(
  "background_task_results",
  {
    taskId: text("task_id").notNull(),
    step: integer("step").notNull(),
    lists: text("lists", { mode: "json" }).$type<Record<string, unknown[]>>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.taskId, table.step] })],
);

/** What an endpoint's owner is to be told by mail, gathered so that an outage is one mail; a row a topic. */
export const incidents = sqliteTable(
  "incidents",
  {
    appKey: integer("app_key").notNull(),
    /** 0: of the application as a whole. */
    endpointKey: integer("endpoint_key").notNull(),
    topic: text("topic").notNull(),
    /** Notices since the last mail; 0: all told. */
    untold: integer("untold").notNull(),
    /** Of the first of them. */
    openedAt: integer("opened_at").notNull(),
    lastAt: integer("last_at").notNull(),
    detail: text("detail", { mode: "json" }).$type<IncidentDetail>().notNull(),
    toldAt: integer("told_at"),
    /** When a mail was last begun, whether or not it went out. */
    triedAt: integer("tried_at"),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.endpointKey, table.topic] })],
);

/** Thresholds that an application wants to be alerted at. */
export const alertRules = sqliteTable(
  "alert_rules",
  {
    appKey: integer("app_key").notNull(),
    id: text("id").notNull(),
    name: text("name"),
    metric: text("metric").$type<AlertMetric>().notNull(),
    threshold: integer("threshold").notNull(),
    windowSeconds: integer("window_seconds").notNull(),
    /** Of one endpoint only; null: of all of the application's. */
    endpointKey: integer("endpoint_key"),
    endpointId: text("endpoint_id"),
    /** Counted from the operational log, for the metrics that no status row has. */
    counted: integer("counted").notNull(),
    samples: text("samples", { mode: "json" }).$type<AlertSample[]>().notNull(),
    firedAt: integer("fired_at"),
    createdAt: integer("created_at").notNull(),
  },
  (table) => [primaryKey({ columns: [table.appKey, table.id] })],
);

/** Applications for which somebody waits for events, so that who appends tells their hub. */
export const liveApplications = sqliteTable("live_applications", {
  appKey: integer("app_key").primaryKey(),
  /** The log's newest position when the upkeep last told the hub of it. */
  toldUpTo: integer("told_up_to").notNull().default(0),
});

/** Who changed what of the configuration: a row a call, appended and never changed; its id sorts by time. */
export const auditLog = sqliteTable(
  "audit_log",
  {
    id: text("id").primaryKey(),
    at: integer("at").notNull(),
    actor: text("actor").$type<AuditActor>().notNull(),
    /** Null: the deployment's own key. */
    keyId: text("key_id"),
    keyName: text("key_name"),
    sessionId: text("session_id"),
    /** The operation's id. */
    action: text("action").notNull(),
    /** What it was called then; null: about the whole deployment. */
    appId: text("app_id"),
    appName: text("app_name"),
    resourceId: text("resource_id"),
    /** What was given; null where only the name of a field is kept. */
    fields: text("fields", { mode: "json" }).$type<AuditFields>().notNull(),
    ip: text("ip"),
  },
  (table) => [
    index("audit_log_app").on(table.appId, table.id),
    index("audit_log_action").on(table.action, table.id),
  ],
);

/** How the whole deployment stood, minute by minute. The row at 0 is one that is not finished. */
export const deploymentSamples = sqliteTable("deployment_samples", {
  at: integer("at").primaryKey(),
  figures: text("figures", { mode: "json" }).$type<DeploymentFigures>().notNull(),
  worst: text("worst", { mode: "json" }).$type<EndpointTrouble[]>().notNull(),
});

/** Places where chunked upkeep left off. */
export const upkeep = sqliteTable("upkeep", {
  task: text("task").primaryKey(),
  cursor: text("cursor", { mode: "json" }).$type<number[]>().notNull(),
  updatedAt: integer("updated_at").notNull(),
});
