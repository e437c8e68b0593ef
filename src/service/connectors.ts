/** Verbs on connectors. */
import { CONNECTOR_ID_PREFIX, plainId } from "../core/ids.ts";
import { MAX_CONNECTORS } from "../core/limits/resources.ts";
import {
  type Connector,
  type ConnectorChanges,
  connectorsNamed,
  countConnectors,
  insertConnector,
  updateConnector,
} from "../store/connectors.ts";
import type { ServiceContext } from "./context.ts";

export type ConnectorFields = Omit<Connector, "id" | "createdAt" | "updatedAt" | "transformationUpdatedAt">;

export type ConnectorOutcome =
  | { kind: "created" | "updated"; connector: Connector }
  | { kind: "uid_taken" }
  | { kind: "limit_reached" };

export async function createConnector(
  ctx: ServiceContext,
  fields: ConnectorFields,
): Promise<ConnectorOutcome> {
  if ((await countConnectors(ctx.db)) >= MAX_CONNECTORS) return { kind: "limit_reached" };
  const connector: Connector = {
    ...fields,
    id: plainId(CONNECTOR_ID_PREFIX, ctx.nowMs, ctx.random),
    createdAt: ctx.nowMs,
    updatedAt: ctx.nowMs,
    transformationUpdatedAt: ctx.nowMs,
  };
  return (await insertConnector(ctx.db, connector)) ? { kind: "created", connector } : { kind: "uid_taken" };
}

/** Null when there is none such. */
export async function changeConnector(
  { db, nowMs }: ServiceContext,
  idOrUid: string,
  changes: ConnectorChanges,
): Promise<Connector | null> {
  return updateConnector(db, idOrUid, { changes, atMs: nowMs });
}

/** Replaces the connector, but for its uid and its product, or adds it. */
export async function upsertConnector(
  ctx: ServiceContext,
  idOrUid: string,
  fields: ConnectorFields,
): Promise<ConnectorOutcome> {
  const { uid: _, productType: __, ...changes } = fields;
  const updated = await changeConnector(ctx, idOrUid, changes);
  return updated === null ? createConnector(ctx, fields) : { kind: "updated", connector: updated };
}

/**
 * As an import means them: each is the connector of its uid, or without one the next of its name that no other of them
 * is, or a new one.
 */
export async function importConnectors(
  ctx: ServiceContext,
  given: readonly ConnectorFields[],
): Promise<void> {
  const claimed = new Set<string>();
  for (const fields of given) {
    const candidates = fields.uid === null ? await connectorsNamed(ctx.db, fields.name) : [fields.uid];
    const existing = candidates.find((name) => !claimed.has(name));
    const outcome =
      existing === undefined
        ? await createConnector(ctx, fields)
        : await upsertConnector(ctx, existing, fields);
    if (outcome.kind === "created" || outcome.kind === "updated") claimed.add(outcome.connector.id);
  }
}
