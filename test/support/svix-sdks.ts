/** The official SDKs of both majors behind one set of names, the newer's. What they put on the wire is all their own. */
import * as v2 from "svix";
import * as v1 from "svix-v1";

export type SvixClient = {
  application: Pick<
    v2.Svix["application"],
    "list" | "create" | "getOrCreate" | "get" | "upsert" | "delete" | "patch"
  >;
  eventType: Pick<
    v2.Svix["eventType"],
    "list" | "create" | "get" | "upsert" | "delete" | "patch" | "importOpenapi"
  >;
  endpoint: Pick<
    v2.Svix["endpoint"],
    | ("list" | "create" | "get" | "upsert" | "delete" | "patch")
    | ("getSecret" | "rotateSecret" | "getHeaders" | "setHeaders" | "patchHeaders" | "getStats")
  >;
  message: Pick<v2.Svix["message"], "list" | "create" | "get">;
  messageAttempt: Pick<
    v2.Svix["messageAttempt"],
    | ("listByEndpoint" | "listByMsg" | "get" | "resend")
    | ("listAttemptedMessages" | "listAttemptedDestinations")
  >;
  authentication: Pick<v2.Svix["authentication"], "appPortalAccess" | "logout" | "expireAll">;
};

export type Refusal = { code: number; body: unknown };

export type SvixSdk = {
  name: string;
  /** Whether lists and gets show payloads unless told otherwise: the older leaves that to the server. */
  showsContent: boolean;
  client(token: string, serverUrl: string): SvixClient;
  /** Throws unless the delivery is genuine. */
  verify(secret: string, body: string, headers: Record<string, string>): void;
  /** What the SDK says of a call that the server must refuse. */
  refusalOf(call: Promise<unknown>): Promise<Refusal>;
};

const REQUEST_WITHIN_MS = 20_000;

export const SVIX_SDKS: readonly SvixSdk[] = [
  {
    name: "svix 2.5.0",
    showsContent: false,
    client: (token, serverUrl) => new v2.Svix(token, { serverUrl, requestTimeout: REQUEST_WITHIN_MS }),
    verify: (secret, body, headers) => {
      new v2.Webhook(secret).verify(body, headers);
    },
    refusalOf: (call) => refusalOf(call, v2.ApiException),
  },
  {
    name: "svix 1.99.1",
    showsContent: true,
    client: olderClient,
    verify: (secret, body, headers) => {
      new v1.Webhook(secret).verify(body, headers);
    },
    refusalOf: (call) => refusalOf(call, v1.ApiException),
  },
];

type ApiExceptionClass = abstract new (...args: never[]) => Refusal;

async function refusalOf(call: Promise<unknown>, ApiException: ApiExceptionClass): Promise<Refusal> {
  const result: unknown = await call.then(
    () => null,
    (error: unknown) => error,
  );
  if (result instanceof ApiException) return { code: result.code, body: result.body };
  throw new Error("the call was not refused", { cause: result });
}

function olderClient(token: string, serverUrl: string): SvixClient {
  // It keeps the slash, and then asks for `//api/v1/…` (reference svix.md §2.1).
  const svix = new v1.Svix(token, { serverUrl: `${serverUrl}/`, requestTimeout: REQUEST_WITHIN_MS });
  const { application, eventType, message, messageAttempt, authentication } = svix;
  const renamed = {
    application: Object.assign(application, { upsert: application.update }),
    eventType: Object.assign(eventType, { upsert: eventType.update }),
    endpoint: olderEndpoint(svix.endpoint),
    message,
    messageAttempt,
    authentication,
  };
  // The two majors declare the same enums, each for itself.
  return renamed as unknown as SvixClient;
}

/** `filterTypes` and `rateLimit` are what the older calls `eventTypes` and `throttleRate`. */
function olderEndpoint(endpoint: v1.Svix["endpoint"]) {
  return Object.assign(Object.create(endpoint) as typeof endpoint, {
    list: async (...args: Parameters<typeof endpoint.list>) => {
      const page = await endpoint.list(...args);
      return { ...page, data: page.data.map(newerNames) };
    },
    create: async (appId: string, body: v2.EndpointIn, options?: { idempotencyKey?: string }) =>
      newerNames(await endpoint.create(appId, olderNames(body), options)),
    get: async (appId: string, id: string) => newerNames(await endpoint.get(appId, id)),
    upsert: async (appId: string, id: string, body: v2.EndpointUpsertIn) =>
      newerNames(await endpoint.update(appId, id, olderNames(body))),
    patch: async (appId: string, id: string, body: v2.EndpointPatch) =>
      newerNames(await endpoint.patch(appId, id, olderNames(body))),
    setHeaders: (appId: string, id: string, body: v2.EndpointHeadersIn) =>
      endpoint.updateHeaders(appId, id, body),
  });
}

type NewerFields = { eventTypes?: string[] | null; throttleRate?: number | null };

function olderNames<Body extends NewerFields>({ eventTypes, throttleRate, ...rest }: Body) {
  return {
    ...rest,
    ...(eventTypes === undefined ? {} : { filterTypes: eventTypes }),
    ...(throttleRate === undefined ? {} : { rateLimit: throttleRate }),
  };
}

function newerNames({ filterTypes, rateLimit, ...rest }: v1.EndpointOut) {
  return { ...rest, eventTypes: filterTypes, throttleRate: rateLimit };
}
