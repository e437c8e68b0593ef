/** What an endpoint's fields must satisfy beyond their shape. Each answers with the form to store, or a refusal. */
import { checkCustomHeaders } from "../../core/custom-headers.ts";
import { type Dialect, dialectHeaderNames } from "../../core/dialect.ts";
import { OPERATIONAL_APP_KEY, OPERATIONAL_EVENT_TYPES } from "../../core/operational.ts";
import { checkTarget } from "../../core/target.ts";
import { findUnknownEventTypes } from "../../store/event-type-names.ts";
import { takeCredentials } from "../../wire/basic-auth.ts";
import { BUILT_IN_DIALECTS } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import type { EndpointRefusal } from "./change-endpoint.ts";
import { isInboxUrl } from "./inbox.ts";

export type Checked<Value> = { kind: "ok"; value: Value } | Extract<EndpointRefusal, { kind: "invalid" }>;

/** The URL in the form that may be fetched, and the `Authorization` header that it asked for. */
export type EndpointUrl = { url: string; authorization: string | null };

export async function checkUrl(ctx: ServiceContext, given: string): Promise<Checked<EndpointUrl>> {
  const { config } = ctx;
  const { url, authorization } = takeCredentials(given) ?? { url: given, authorization: null };
  const rules = { allowHttp: config.allowHttpTargets, allowPrivate: config.allowPrivateTargets };
  const check = checkTarget(url, rules);
  if (check.ok) return { kind: "ok", value: { url: check.url, authorization } };
  // What comes to an inbox of ours never goes over the network.
  if (await isInboxUrl(ctx, url)) return { kind: "ok", value: { url: new URL(url).href, authorization } };
  return { kind: "invalid", field: "url", reason: check.reason };
}

const MAX_SHOWN_NAMES = 10;

/**
 * A filter may name only event types that are defined (reference svix.md §2.15) and that the caller may know of; what is hidden
 * from the caller may stay in a filter. An empty list means all.
 */
export async function checkEventTypes(
  ctx: ServiceContext,
  eventTypes: string[] | null,
  { appKey, kept = [] }: { appKey: number; kept?: readonly string[] },
): Promise<Checked<string[] | null>> {
  if (eventTypes === null || eventTypes.length === 0) return { kind: "ok", value: null };
  const fresh = ctx.flags === null ? eventTypes : eventTypes.filter((name) => !kept.includes(name));
  const unknown = await unknownEventTypes(ctx, appKey, fresh);
  if (unknown.length === 0) return { kind: "ok", value: eventTypes };
  const names = unknown.slice(0, MAX_SHOWN_NAMES).join(", ");
  return { kind: "invalid", field: "eventTypes", reason: `event type(s) don't exist: ${names}` };
}

async function unknownEventTypes(
  { env, flags }: ServiceContext,
  appKey: number,
  names: string[],
): Promise<string[]> {
  if (names.length === 0) return [];
  return appKey === OPERATIONAL_APP_KEY
    ? names.filter((name) => !OPERATIONAL_EVENT_TYPES.includes(name))
    : findUnknownEventTypes(env.DB, names, flags);
}

/** Custom headers beside those that the endpoint's dialect, or a built-in one it may move to, sends itself. */
export function checkHeaders(
  dialect: Dialect | null,
  headers: Readonly<Record<string, string>>,
): Checked<Readonly<Record<string, string>>> {
  const dialects = [...BUILT_IN_DIALECTS.values(), ...(dialect === null ? [] : [dialect])];
  const check = checkCustomHeaders(headers, dialects.flatMap(dialectHeaderNames));
  if (check.ok) return { kind: "ok", value: headers };
  return { kind: "invalid", field: "headers", reason: `${check.header}: ${check.reason}` };
}
