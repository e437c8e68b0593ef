import type { Dialect, Envelope, RetryRule, SignatureFormat } from "../../core/dialect.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { invariant } from "../../core/invariant.ts";
import { notifyEndpoints } from "../../delivery/stub.ts";
import { deleteDialect, listDialects, putDialect } from "../../store/dialects.ts";
import { BUILT_IN_DIALECTS, buildRequest, checkSecret, type WireRequest } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { findDialect, requiresSecret } from "./find-dialect.ts";
import { forgetPullDialects } from "./pull-dialect.ts";

export type NamedDialect = { dialect: Dialect; builtIn: boolean };

/** Built-in ones first, then the publishers' by name. */
export async function allDialects(ctx: ServiceContext): Promise<NamedDialect[]> {
  const custom = await listDialects(ctx.env.DB);
  return [
    ...[...BUILT_IN_DIALECTS.values()].map((dialect) => ({ dialect, builtIn: true })),
    ...custom.map((dialect) => ({ dialect, builtIn: false })),
  ];
}

export async function oneDialect(ctx: ServiceContext, name: string): Promise<NamedDialect | null> {
  const dialect = await findDialect(ctx, name);
  return dialect === null ? null : { dialect, builtIn: BUILT_IN_DIALECTS.has(name) };
}

/** A definition with parts left out. */
export type DialectDocument = {
  envelope?: Envelope | undefined;
  idPrefix?: string | undefined;
  signature?: SignatureFormat | undefined;
  headers?: Record<string, string> | undefined;
  retrySchedule?: number[] | undefined;
  timeoutSeconds?: number | undefined;
  jitter?: boolean | undefined;
  retried?: { [Key in keyof RetryRule]?: RetryRule[Key] | undefined } | undefined;
  disableOnGone?: boolean | undefined;
  deliveryControl?: boolean | undefined;
};

export type DefineResult =
  | { kind: "created" | "replaced"; dialect: Dialect }
  | { kind: "built_in" | "limit_reached" | "secrets_missing" | "secrets_unfit" };

/** Defines a dialect, what is left out being as in `standard`; in force at its endpoints from their next attempt. */
export async function defineDialect(
  ctx: ServiceContext,
  name: string,
  document: DialectDocument,
): Promise<DefineResult> {
  if (BUILT_IN_DIALECTS.has(name)) return { kind: "built_in" };
  const dialect = completedDialect(name, document);
  const { defaultDialect: deploymentDialect } = ctx.config;
  const stored = await putDialect(ctx.env.DB, { dialect, deploymentDialect, atMs: ctx.nowMs });
  if (!("users" in stored)) return stored;
  forgetPullDialects();
  await notifyEndpoints(ctx.env, stored.users);
  return { kind: stored.kind, dialect };
}

/** A definition with what it leaves out as in `standard`. */
export function completedDialect(name: string, given: DialectDocument): Dialect {
  const standard = BUILT_IN_DIALECTS.get("standard");
  invariant(standard, "service/custom-dialects: the dialect standard is built in");
  return {
    name,
    envelope: given.envelope ?? standard.envelope,
    idPrefix: given.idPrefix ?? standard.idPrefix,
    signature: given.signature ?? standard.signature,
    headers: given.headers ?? standard.headers,
    retrySchedule: given.retrySchedule ?? standard.retrySchedule,
    timeoutSeconds: given.timeoutSeconds ?? standard.timeoutSeconds,
    jitter: given.jitter ?? standard.jitter,
    retried: {
      networkErrors: given.retried?.networkErrors ?? standard.retried.networkErrors,
      timeouts: given.retried?.timeouts ?? standard.retried.timeouts,
      statuses: given.retried?.statuses ?? standard.retried.statuses,
    },
    disableOnGone: given.disableOnGone ?? standard.disableOnGone,
    deliveryControl: given.deliveryControl ?? standard.deliveryControl,
  };
}

export type RemoveResult = "deleted" | "in_use" | "not_found" | "built_in";

/** Forgets a dialect that nothing uses. */
export async function removeDialect(ctx: ServiceContext, name: string): Promise<RemoveResult> {
  if (BUILT_IN_DIALECTS.has(name)) return "built_in";
  if (name === ctx.config.defaultDialect) return "in_use";
  const result = await deleteDialect(ctx.env.DB, name);
  forgetPullDialects();
  return result;
}

/** What a preview shows where its request says nothing. The secret is the one of the Standard Webhooks examples. */
export const EXAMPLE = {
  eventType: "example.created",
  payload: { message: "Hello" },
  secret: "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLSw3",
  atMs: Date.parse("2026-01-30T14:30:00Z"),
} as const;

/** Addresses of nothing, so that an example's id is the same every time. */
const EXAMPLE_APP_KEY = 1;
const EXAMPLE_POSITION = 1;

export type Preview = {
  eventType: string | undefined;
  payload: Record<string, unknown> | undefined;
  /** Undefined: the example's, or none where signing is optional. */
  secret: string | undefined;
  atMs: number | undefined;
};

export type PreviewResult = { kind: "shown"; request: WireRequest } | { kind: "invalid"; reason: string };

/** The very request that delivering an example event in a dialect would send. */
export async function previewRequest(dialect: Dialect, preview: Preview): Promise<PreviewResult> {
  const given = preview.secret === undefined ? null : checkSecret(dialect, preview.secret);
  if (given !== null && !given.ok) return { kind: "invalid", reason: given.reason };
  const value = given?.value ?? (requiresSecret(dialect) ? EXAMPLE.secret : null);
  const atMs = preview.atMs ?? EXAMPLE.atMs;
  const event: LoggedEvent = {
    position: EXAMPLE_POSITION,
    createdAtMs: atMs,
    eventType: preview.eventType ?? EXAMPLE.eventType,
    eventId: null,
    channels: null,
    tags: null,
    deliverAtMs: null,
    payload: JSON.stringify(preview.payload ?? EXAMPLE.payload),
  };
  const request = await buildRequest({
    dialect,
    event,
    appKey: EXAMPLE_APP_KEY,
    secrets: value === null ? [] : [{ value, expiresAtMs: null }],
    customHeaders: {},
    nowMs: atMs,
  });
  return { kind: "shown", request };
}
