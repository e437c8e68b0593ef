import type { Dialect } from "../../core/dialect.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { invariant } from "../../core/invariant.ts";
import { listDialects } from "../../store/dialects.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import { BUILT_IN_DIALECTS, renderBody } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { effectiveDialect } from "./find-dialect.ts";

/** The dialect that an endpoint is sent its messages in. */
export async function endpointDialect(
  ctx: ServiceContext,
  endpoint: EndpointRecord,
): Promise<{ dialect: Dialect; builtIn: boolean }> {
  const dialect = await effectiveDialect(ctx, endpoint.policy, endpoint.applicationPolicy);
  invariant(dialect, "service/dialects/endpoint-wire.endpointDialect: a dialect in use is gone");
  return { dialect, builtIn: BUILT_IN_DIALECTS.has(dialect.name) };
}

/** Names of the built-in dialects, and of the publisher's own for who may see them: they may tell of other customers. */
export async function dialectNames(ctx: ServiceContext, withOwn: boolean): Promise<string[]> {
  const own = withOwn ? await listDialects(ctx.env.DB) : [];
  return [...BUILT_IN_DIALECTS.keys(), ...own.map(({ name }) => name)];
}

/** The body of every attempt of an event at an endpoint, under the dialect of now; null when the payload is gone. */
export async function deliveryBody(
  ctx: ServiceContext,
  event: LoggedEvent,
  endpoint: EndpointRecord,
): Promise<string | null> {
  if (event.payload === null) return null;
  const { dialect } = await endpointDialect(ctx, endpoint);
  return renderBody(dialect, { event, appKey: endpoint.appKey });
}
