import { type EndpointRecord, findEndpoint } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { effectiveDialect } from "../dialects/find-dialect.ts";
import { type ChangeResult, changeEndpoint, type EndpointName } from "./change-endpoint.ts";
import { type Checked, checkHeaders } from "./check-endpoint.ts";
import { openHeaders, sealHeaders } from "./sealed-fields.ts";

type Headers = Readonly<Record<string, string>>;

/** All custom headers, sensitive ones included; null when there is no such endpoint. */
export async function readHeaders(
  ctx: ServiceContext,
  { appKey, idOrUid }: EndpointName,
): Promise<Headers | null> {
  const endpoint = await findEndpoint(ctx.env.DB, appKey, idOrUid);
  return endpoint === null ? null : openHeaders(ctx, endpoint);
}

/** Replaces all custom headers. */
export function setHeaders(ctx: ServiceContext, name: EndpointName, headers: Headers): Promise<ChangeResult> {
  return writeHeaders(ctx, name, async () => headers);
}

/** Sets the headers with a value and removes those with null; names are the same in any case. */
export function patchHeaders(
  ctx: ServiceContext,
  name: EndpointName,
  patch: Readonly<Record<string, string | null>>,
): Promise<ChangeResult> {
  const touched = new Set(Object.keys(patch).map((header) => header.toLowerCase()));
  const set = Object.entries(patch).flatMap(([header, value]) => (value === null ? [] : [[header, value]]));
  return writeHeaders(ctx, name, async (before) => {
    const kept = Object.entries(await openHeaders(ctx, before)).filter(
      ([header]) => !touched.has(header.toLowerCase()),
    );
    return Object.fromEntries([...kept, ...set]);
  });
}

/** Its sealed headers with this `Authorization` instead of the one it may have had. */
export async function sealWithAuthorization(
  ctx: ServiceContext,
  endpoint: EndpointRecord,
  authorization: string,
): Promise<Checked<string | null>> {
  const others = Object.entries(await openHeaders(ctx, endpoint)).filter(
    ([header]) => header.toLowerCase() !== "authorization",
  );
  const headers = { ...Object.fromEntries(others), Authorization: authorization };
  const dialect = await effectiveDialect(ctx, endpoint.policy, endpoint.applicationPolicy);
  const checked = checkHeaders(dialect, headers);
  if (checked.kind !== "ok") return checked;
  return { kind: "ok", value: await sealHeaders(ctx, endpoint.endpointId, checked.value) };
}

function writeHeaders(
  ctx: ServiceContext,
  name: EndpointName,
  next: (before: EndpointRecord) => Promise<Headers>,
): Promise<ChangeResult> {
  return changeEndpoint(ctx, name, async (before) => {
    const dialect = await effectiveDialect(ctx, before.policy, before.applicationPolicy);
    const headers = checkHeaders(dialect, await next(before));
    if (headers.kind !== "ok") return headers;
    const sealedHeaders = await sealHeaders(ctx, before.endpointId, headers.value);
    return { kind: "write", fields: { ...before, sealedHeaders } };
  });
}
