import type { Dialect } from "../core/dialect.ts";
import type { LoggedEvent } from "../core/event.ts";
import { findApplicationPolicy } from "../store/application-policy.ts";
import { BUILT_IN_DIALECTS, renderBody } from "../wire/index.ts";
import type { ServiceContext } from "./context.ts";
import { effectiveDialect } from "./find-dialect.ts";

/** An expired or expunged payload, as messages show it too (reference svix.md §2.13). */
const GONE = '{"expired":true}';
const DEFAULT_PULL_DIALECT = "clawlabor";

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
  const dialect = await pullDialect(ctx, appKey);
  return events.map((event) => {
    const whole = { ...event, payload: event.payload ?? GONE };
    return renderBody(dialect, { event: whole, appKey });
  });
}

async function pullDialect(ctx: ServiceContext, appKey: number): Promise<Dialect> {
  const policy = await findApplicationPolicy(ctx.env.DB, appKey);
  const chosen = policy === null ? null : await effectiveDialect(ctx, {}, policy);
  if (chosen !== null && chosen.envelope.kind !== "payload") return chosen;
  const fallback = BUILT_IN_DIALECTS.get(DEFAULT_PULL_DIALECT);
  if (fallback === undefined) throw new Error(`service/pull-dialect: no dialect ${DEFAULT_PULL_DIALECT}`);
  return fallback;
}
