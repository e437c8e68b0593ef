import type { Dialect } from "../../core/dialect.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { MAX_CACHED_PULL_DIALECTS, PULL_DIALECT_CACHE_MS } from "../../core/limits/pull.ts";
import { findApplicationPolicy } from "../../store/application-policy.ts";
import { BUILT_IN_DIALECTS, renderBody } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { RecentValues } from "../recent-values.ts";
import { effectiveDialect } from "./find-dialect.ts";

/** An expired or expunged payload, as messages show it too (reference svix.md §2.13). */
const GONE = '{"expired":true}';
const DEFAULT_PULL_DIALECT = "clawlabor";

/** Every agent that waits asks for it with every event; a change in another isolate is seen a little later. */
const dialects = new RecentValues<Dialect>(MAX_CACHED_PULL_DIALECTS, PULL_DIALECT_CACHE_MS);

/** To be called after every change of an application's policy or of a dialect. */
export function forgetPullDialects(): void {
  dialects.clear();
}

/**
 * The events as JSON texts in the application's dialect. One that sends payloads bare has nothing that tells events
 * apart, so those are shown as ClawLabor's page has them (seeds/clawlabor §6).
 */
export async function renderForPull(
  ctx: ServiceContext,
  appKey: number,
  events: readonly LoggedEvent[],
): Promise<string[]> {
  if (events.length === 0) return [];
  // Not the request's own time: a stream is one request however long it lasts.
  const key = String(appKey);
  const read = () => pullDialect(ctx, appKey);
  const dialect = (await dialects.getOrRead(key, Date.now(), read)) ?? fallbackDialect();
  return events.map((event) => {
    const whole = { ...event, payload: event.payload ?? GONE };
    return renderBody(dialect, { event: whole, appKey });
  });
}

async function pullDialect(ctx: ServiceContext, appKey: number): Promise<Dialect> {
  const policy = await findApplicationPolicy(ctx.env.DB, appKey);
  const chosen = policy === null ? null : await effectiveDialect(ctx, {}, policy);
  return chosen === null || chosen.envelope.kind === "payload" ? fallbackDialect() : chosen;
}

function fallbackDialect(): Dialect {
  const fallback = BUILT_IN_DIALECTS.get(DEFAULT_PULL_DIALECT);
  if (fallback === undefined) throw new Error(`service/pull-dialect: no dialect ${DEFAULT_PULL_DIALECT}`);
  return fallback;
}
