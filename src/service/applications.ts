/** Verbs on applications. What they change for endpoints, they tell the endpoints' objects. */
import type { EndpointAddress } from "../core/endpoint.ts";
import { APP_ID_PREFIX, keyedId, newKey } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";
import { notifyEndpoints } from "../delivery/stub.ts";
import {
  type Application,
  type ApplicationChanges,
  getApplication,
  getApplicationByUid,
  insertApplication,
  markApplicationDeleted,
  updateApplication,
} from "../store/applications.ts";
import type { ServiceContext } from "./context.ts";

export type ApplicationFields = Required<ApplicationChanges>;

export type SaveOutcome =
  | { kind: "created" | "updated" | "found"; application: Application }
  | { kind: "uid_taken" }
  | { kind: "gone" };

/** Adds an application under a fresh id. */
export async function createApplication(
  ctx: ServiceContext,
  fields: ApplicationFields,
): Promise<SaveOutcome> {
  const key = newKey(ctx.random);
  const application = await insertApplication(ctx.db, {
    ...fields,
    key,
    id: keyedId(APP_ID_PREFIX, key, ctx.nowMs, ctx.random),
    policy: {},
    createdAt: ctx.nowMs,
    updatedAt: ctx.nowMs,
  });
  if (application !== null) return { kind: "created", application };
  invariant(fields.uid !== null, "service/applications.createApplication: fresh key already in use");
  return { kind: "uid_taken" };
}

/** Adds an application, or finds the one that already holds its uid and leaves it as it is. */
export async function getOrCreateApplication(
  ctx: ServiceContext,
  fields: ApplicationFields,
): Promise<SaveOutcome> {
  const created = await createApplication(ctx, fields);
  if (created.kind !== "uid_taken" || fields.uid === null) return created;
  const application = await getApplicationByUid(ctx.db, fields.uid);
  return application === null ? created : { kind: "found", application };
}

/** Replaces the application named by id or uid, or adds a new one: the name in the path is not adopted. */
export async function upsertApplication(
  ctx: ServiceContext,
  idOrUid: string,
  fields: ApplicationFields,
): Promise<SaveOutcome> {
  const existing = await getApplication(ctx.db, idOrUid);
  if (existing === null) return createApplication(ctx, fields);
  const outcome = await changeApplication(ctx, existing.key, fields);
  return outcome.kind === "gone" ? createApplication(ctx, fields) : outcome;
}

/** Changes what is given and leaves the rest. */
export async function changeApplication(
  ctx: ServiceContext,
  appKey: number,
  changes: ApplicationChanges,
): Promise<SaveOutcome> {
  const outcome = await updateApplication(ctx.db, { key: appKey, changes, atMs: ctx.nowMs });
  if (outcome.kind !== "updated") return outcome;
  await notifyEndpoints(ctx.env, outcome.endpoints);
  return { kind: "updated", application: outcome.application };
}

/**
 * Makes an application and its endpoints invisible and stops their deliveries; null when it was gone already. Its log
 * and its objects are purged later, in chunks.
 */
export async function deleteApplication(
  ctx: ServiceContext,
  appKey: number,
): Promise<EndpointAddress[] | null> {
  const addresses = await markApplicationDeleted(ctx.db, appKey, ctx.nowMs);
  if (addresses !== null) await notifyEndpoints(ctx.env, addresses);
  return addresses;
}

export type ImplicitApplication =
  | { kind: "found" | "created"; application: Application }
  | { kind: "not_found" | "uid_missing" | "uid_mismatch" };

/**
 * The application a path names, made on the spot when the request brings one along. What it brings must carry the very
 * uid of the path, or a second call would make a second application (reference svix.md §2.4).
 */
export async function findOrCreateApplication(
  ctx: ServiceContext,
  idOrUid: string,
  fields: ApplicationFields | null,
): Promise<ImplicitApplication> {
  const existing = await getApplication(ctx.db, idOrUid);
  if (existing !== null) return { kind: "found", application: existing };
  if (fields === null) return { kind: "not_found" };
  if (fields.uid === null) return { kind: "uid_missing" };
  if (fields.uid !== idOrUid) return { kind: "uid_mismatch" };
  const outcome = await getOrCreateApplication(ctx, fields);
  if (outcome.kind === "created" || outcome.kind === "found") {
    return { kind: outcome.kind, application: outcome.application };
  }
  return { kind: "not_found" };
}
