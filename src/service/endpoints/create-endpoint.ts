import type { EndpointAddress } from "../../core/endpoint.ts";
import { ENDPOINT_ID_PREFIX, keyedId, newKey } from "../../core/ids.ts";
import { MAX_WRITE_TRIES } from "../../core/limits/database.ts";
import { MAX_ENDPOINTS_PER_APP } from "../../core/limits/resources.ts";
import type { DeliveryPolicy } from "../../core/policy.ts";
import { wakeOperational } from "../../delivery/stub.ts";
import { findApplicationPolicy } from "../../store/application-policy.ts";
import { insertEndpoint, type NewEndpoint } from "../../store/endpoint-changes.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import type { ServiceContext } from "../context.ts";
import { effectiveDialect, requiresSecret } from "../dialects/find-dialect.ts";
import type { ChangeResult, EndpointRefusal } from "./change-endpoint.ts";
import { checkEventTypes, checkHeaders, checkUrl } from "./check-endpoint.ts";
import { newSecret } from "./new-secret.ts";
import { sealHeaders, sealSecrets } from "./sealed-fields.ts";

/** Null lists mean all; a null secret means: generate one if the dialect signs. */
export type EndpointInput = {
  url: string;
  description: string;
  uid: string | null;
  ratePerSecond: number | null;
  disabled: boolean;
  eventTypes: string[] | null;
  channels: string[] | null;
  metadata: Record<string, string>;
};

export type CreateEndpoint = {
  appKey: number;
  input: EndpointInput;
  secret: string | null;
  headers: Headers;
  /** A built-in one, for an endpoint of an application that has chosen none. */
  dialect?: string;
};

/** Adds an endpoint that receives from the application's next event on. */
export async function createEndpoint(ctx: ServiceContext, create: CreateEndpoint): Promise<ChangeResult> {
  const url = await checkUrl(ctx, create.input.url);
  if (url.kind !== "ok") return url;
  const eventTypes = await checkEventTypes(ctx, create.input.eventTypes, create);
  if (eventTypes.kind !== "ok") return eventTypes;
  const headers = withAuthorization(create.headers, url.value.authorization);
  if (headers === null) {
    const reason = "must not hold credentials when there is an Authorization header too";
    return { kind: "invalid", field: "url", reason };
  }
  const input = { ...create.input, url: url.value.url, eventTypes: eventTypes.value };
  for (let tries = 0; tries < MAX_WRITE_TRIES; tries++) {
    const applicationPolicy = await findApplicationPolicy(ctx.env.DB, create.appKey);
    if (applicationPolicy === null) return { kind: "not_found" };
    const drawn = await drawUp(ctx, { ...create, input, headers }, applicationPolicy);
    if (drawn.kind !== "drawn") return drawn;
    const outcome = await insertEndpoint(ctx.env.DB, drawn.endpoint);
    if (outcome === "inserted") {
      await wakeOperational(ctx.env);
      return { kind: "done", endpoint: asRecord(drawn.endpoint) };
    }
    if (outcome === "uid_taken") return { kind: "uid_taken" };
    if (outcome === "limit_reached") {
      const reason = `An application may have ${MAX_ENDPOINTS_PER_APP} endpoints`;
      return { kind: "limit_reached", reason };
    }
  }
  return { kind: "busy" };
}

type Headers = Readonly<Record<string, string>>;

/** Null when there is one already. */
function withAuthorization(headers: Headers, authorization: string | null): Headers | null {
  if (authorization === null) return headers;
  const isThere = Object.keys(headers).some((name) => name.toLowerCase() === "authorization");
  return isThere ? null : { ...headers, Authorization: authorization };
}

/** The row to insert, with what the dialect in effect says about secret and headers. */
async function drawUp(
  ctx: ServiceContext,
  { appKey, input, secret, headers, dialect: preferred }: CreateEndpoint,
  applicationPolicy: DeliveryPolicy,
): Promise<{ kind: "drawn"; endpoint: NewEndpoint } | EndpointRefusal> {
  const policy: DeliveryPolicy =
    preferred === undefined || applicationPolicy.dialect !== undefined ? {} : { dialect: preferred };
  const dialect = await effectiveDialect(ctx, policy, applicationPolicy);
  if (dialect === null) return { kind: "busy" };
  const checkedHeaders = checkHeaders(dialect, headers);
  if (checkedHeaders.kind !== "ok") return checkedHeaders;
  const wanted = secret !== null || requiresSecret(dialect);
  const fresh = wanted ? await newSecret(ctx, dialect, { given: secret }) : null;
  if (fresh !== null && !fresh.ok) return { kind: "invalid", field: "secret", reason: fresh.reason };
  const value = fresh?.value ?? null;
  const address = newAddress(ctx, appKey);
  const { endpointId } = address;
  const endpoint: NewEndpoint = {
    ...address,
    ...input,
    disabledReason: null,
    policy,
    sealedSecrets: value === null ? null : await sealSecrets(ctx, endpointId, [{ value, expiresAtMs: null }]),
    sealedHeaders: await sealHeaders(ctx, endpointId, checkedHeaders.value),
    applicationPolicy,
    createdAtMs: ctx.nowMs,
  };
  return { kind: "drawn", endpoint };
}

function newAddress({ random, nowMs }: ServiceContext, appKey: number): EndpointAddress {
  const endpointKey = newKey(random);
  return { appKey, endpointKey, endpointId: keyedId(ENDPOINT_ID_PREFIX, endpointKey, nowMs, random) };
}

function asRecord(endpoint: NewEndpoint): EndpointRecord {
  return { ...endpoint, version: 1, updatedAtMs: endpoint.createdAtMs, spans: [], settled: 0 };
}
