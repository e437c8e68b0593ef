/** Verbs on integrations: keys with which a consumer's other programs manage its endpoints. */
import { INTEGRATION_ID_PREFIX, KEY_ID_PREFIX, plainId } from "../../core/ids.ts";
import { type Capability, packGrants } from "../../core/principal.ts";
import type { ApiKey } from "../../store/api-keys.ts";
import {
  deleteIntegration,
  getIntegration,
  type Integration,
  insertIntegration,
  replaceIntegrationKey,
  updateIntegration,
} from "../../store/integrations.ts";
import { importMasterKey, seal, unseal } from "../../wire/index.ts";
import type { ServiceContext } from "../context.ts";
import { forgetCachedTokens, hashToken, newToken } from "./tokens.ts";

/** An integration subscribes itself and verifies what it gets, but sends nothing again and changes no code. */
const CAPABILITIES: readonly Capability[] = [
  "ViewBase",
  "ViewEndpointSecret",
  "ManageEndpointSecret",
  "ManageEndpoint",
];

export type IntegrationFields = { name: string; featureFlags: string[] };
export type IntegrationName = { appKey: number; id: string };

/** Null when the application has too many. */
export async function createIntegration(
  ctx: ServiceContext,
  appKey: number,
  fields: IntegrationFields,
): Promise<Integration | null> {
  const id = plainId(INTEGRATION_ID_PREFIX, ctx.nowMs, ctx.random);
  const { key, sealedKey } = await newKey(ctx, { appKey, id }, fields);
  const integration: Integration = {
    ...fields,
    appKey,
    id,
    keyHash: key.hash,
    sealedKey,
    createdAt: ctx.nowMs,
    updatedAt: ctx.nowMs,
  };
  return (await insertIntegration(ctx.env.DB, integration, key)) ? integration : null;
}

/** Null when there is none such. */
export async function changeIntegration(
  { db, nowMs }: ServiceContext,
  name: IntegrationName,
  fields: IntegrationFields,
): Promise<Integration | null> {
  const capabilities = packGrants(CAPABILITIES, fields.featureFlags);
  const changed = await updateIntegration(db, name, { ...fields, capabilities, atMs: nowMs });
  forgetCachedTokens();
  return changed;
}

/** False when there is none such. */
export async function removeIntegration(
  { db, nowMs }: ServiceContext,
  name: IntegrationName,
): Promise<boolean> {
  const removed = await deleteIntegration(db, { ...name, atMs: nowMs });
  forgetCachedTokens();
  return removed;
}

/** Its key; null when there is no such integration. */
export async function integrationKey(
  ctx: ServiceContext,
  { appKey, id }: IntegrationName,
): Promise<string | null> {
  const integration = await getIntegration(ctx.db, appKey, id);
  if (integration === null) return null;
  return unseal(await importMasterKey(ctx.env.POSTHORN_MASTER_KEY), integration.sealedKey, id);
}

/** Its new key, the old one being over; null when there is no such integration. */
export async function rotateIntegrationKey(
  ctx: ServiceContext,
  name: IntegrationName,
): Promise<string | null> {
  const integration = await getIntegration(ctx.db, name.appKey, name.id);
  if (integration === null) return null;
  const { token, key, sealedKey } = await newKey(ctx, name, integration);
  const replaced = await replaceIntegrationKey(ctx.env.DB, { ...name, key, sealedKey, atMs: ctx.nowMs });
  forgetCachedTokens();
  return replaced ? token : null;
}

async function newKey(
  ctx: ServiceContext,
  { appKey, id }: IntegrationName,
  { name, featureFlags }: IntegrationFields,
): Promise<{ token: string; key: ApiKey; sealedKey: string }> {
  const token = newToken("integration", ctx.random);
  const key: ApiKey = {
    hash: await hashToken(token),
    id: plainId(KEY_ID_PREFIX, ctx.nowMs, ctx.random),
    kind: "integration",
    name,
    appKey,
    capabilities: packGrants(CAPABILITIES, featureFlags),
    sessionId: null,
    scopes: null,
    createdAt: ctx.nowMs,
    expiresAt: null,
    revokedAt: null,
    lastUsedAt: null,
  };
  const sealedKey = await seal(await importMasterKey(ctx.env.POSTHORN_MASTER_KEY), token, id);
  return { token, key, sealedKey };
}
