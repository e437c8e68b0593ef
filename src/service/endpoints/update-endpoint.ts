import type { EndpointFields } from "../../store/endpoint-changes.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { type ChangeResult, changeEndpoint, type EndpointName } from "./change-endpoint.ts";
import { type Checked, checkEventTypes, checkUrl } from "./check-endpoint.ts";
import { createEndpoint, type EndpointInput } from "./create-endpoint.ts";
import { sealWithAuthorization } from "./endpoint-headers.ts";
import { type RotateSecret, rotatedSecrets } from "./rotate-secret.ts";

/** What is left out stays as it is. */
export type EndpointChanges = Partial<EndpointInput> & { rotation?: RotateSecret };

/**
 * Writes the fields given and leaves the others; headers and policy have their own verbs, and so has the secret, which
 * may be replaced here in the same write.
 */
export async function updateEndpoint(
  ctx: ServiceContext,
  name: EndpointName,
  { rotation, ...changes }: EndpointChanges,
): Promise<ChangeResult> {
  const url = changes.url === undefined ? null : await checkUrl(ctx, changes.url);
  if (url !== null && url.kind !== "ok") return url;
  const { eventTypes, ...others } = changes;
  const checked = { ...others, ...(url === null ? {} : { url: url.value.url }) };
  const authorization = url?.value.authorization ?? null;
  return changeEndpoint(ctx, name, async (before) => {
    const secrets = rotation === undefined ? null : await rotatedSecrets(ctx, before, rotation);
    if (secrets !== null && secrets.kind !== "rotated") return secrets;
    const headers = await headersWith(ctx, before, authorization);
    if (headers.kind !== "ok") return headers;
    const sealed = { sealedSecrets: (secrets ?? before).sealedSecrets, sealedHeaders: headers.value };
    if (eventTypes === undefined) {
      return { kind: "write", fields: { ...merged(before, checked), ...sealed } };
    }
    const kept = before.eventTypes ?? [];
    const types = await checkEventTypes(ctx, eventTypes, { appKey: name.appKey, kept });
    if (types.kind !== "ok") return types;
    const fields = merged(before, { ...checked, eventTypes: types.value });
    return { kind: "write", fields: { ...fields, ...sealed } };
  });
}

/** An URL without credentials leaves the headers as they are. */
async function headersWith(
  ctx: ServiceContext,
  before: EndpointRecord,
  authorization: string | null,
): Promise<Checked<string | null>> {
  if (authorization === null) return { kind: "ok", value: before.sealedHeaders };
  return sealWithAuthorization(ctx, before, authorization);
}

function merged(before: EndpointRecord, changes: Partial<EndpointInput>): EndpointFields {
  const { disabled = before.disabled } = changes;
  // Why the service disabled it stays readable until a person enables it.
  return {
    ...before,
    ...changes,
    disabledReason: disabled && before.disabled ? before.disabledReason : null,
  };
}

export type UpsertResult = { created: boolean; result: ChangeResult };

/** Replaces all fields of an endpoint, or creates it: with an id of its own, the name in the path is not adopted. */
export async function upsertEndpoint(
  ctx: ServiceContext,
  name: EndpointName,
  input: EndpointInput,
): Promise<UpsertResult> {
  const updated = await updateEndpoint(ctx, name, input);
  if (updated.kind !== "not_found") return { created: false, result: updated };
  const result = await createEndpoint(ctx, { appKey: name.appKey, input, secret: null, headers: {} });
  const lostRace = result.kind === "uid_taken" && input.uid === name.idOrUid;
  return lostRace
    ? { created: false, result: await updateEndpoint(ctx, name, input) }
    : { created: true, result };
}
