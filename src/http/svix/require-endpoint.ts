import { MAX_UID_CHARS } from "../../core/limits/resources.ts";
import type { Capability } from "../../core/principal.ts";
import type { EndpointName } from "../../service/endpoints/change-endpoint.ts";
import { type EndpointRecord, findEndpoint } from "../../store/endpoints.ts";
import type { HttpContext } from "../app-env.ts";
import { requireApp } from "../auth.ts";
import { notFoundError } from "../errors.ts";

/** The live endpoint named by the path's `{endpoint_id}` (id or uid) in the application; 404 when there is none. */
export async function requireEndpoint(c: HttpContext, appKey: number): Promise<EndpointRecord> {
  const named = c.req.param("endpoint_id") ?? "";
  if (named === "" || named.length > MAX_UID_CHARS) throw notFoundError();
  const endpoint = await findEndpoint(c.get("services").env.DB, appKey, named);
  if (endpoint === null) throw notFoundError();
  return endpoint;
}

/** What the path calls an endpoint, in an application that the caller may reach with the capability. */
export async function requireEndpointName(c: HttpContext, capability?: Capability): Promise<EndpointName> {
  const { key: appKey } = await requireApp(c, capability);
  return { appKey, idOrUid: c.req.param("endpoint_id") ?? "" };
}
