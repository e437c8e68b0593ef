/** The operational log's verbs: telling, and waking who listens. */
import { OPERATIONAL_APP_KEY } from "../core/operational.ts";
import { wakeOperational } from "../delivery/stub.ts";
import {
  appendOperational,
  doesSomebodyListen,
  ensureOperationalApplication,
  type Told,
} from "../store/operational-log.ts";
import type { ServiceContext } from "./context.ts";
import type { ChangeResult } from "./endpoints/change-endpoint.ts";
import { type CreateEndpoint, createEndpoint, type EndpointInput } from "./endpoints/create-endpoint.ts";
import { upsertEndpoint } from "./endpoints/update-endpoint.ts";

/**
 * Tells of things that no other write in D1 tells of by itself (endpoints' changes do, store/endpoint-changes.ts). Once
 * this returns they are in the log. To lose nothing to a crash, tell before what is told is final: the ids make
 * repeating harmless.
 */
export async function tellOperational(ctx: ServiceContext, told: readonly Told[]): Promise<void> {
  if (told.length === 0 || !(await doesSomebodyListen(ctx.env.DB))) return;
  await appendOperational(ctx.env.DB, told, ctx.nowMs);
  await wakeOperational(ctx.env);
}

/** Adds an endpoint that receives the operational events from the next one on. */
export async function createOperationalEndpoint(
  ctx: ServiceContext,
  create: Omit<CreateEndpoint, "appKey">,
): Promise<ChangeResult> {
  await ensureOperationalApplication(ctx.env.DB, ctx.nowMs);
  return createEndpoint(ctx, { ...create, appKey: OPERATIONAL_APP_KEY });
}

/** Replaces all fields of an operational endpoint, or creates it. */
export async function upsertOperationalEndpoint(
  ctx: ServiceContext,
  idOrUid: string,
  input: EndpointInput,
): Promise<ChangeResult> {
  await ensureOperationalApplication(ctx.env.DB, ctx.nowMs);
  const { result } = await upsertEndpoint(ctx, { appKey: OPERATIONAL_APP_KEY, idOrUid }, input);
  return result;
}
