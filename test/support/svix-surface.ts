/** All that a publisher does with the official SDKs of both majors, behind the newer's names; and what they were seen to ask. */
import * as v2 from "svix";
import * as v1 from "svix-v1";
import { svixOperationOf } from "./svix-calls.ts";
import { newerOperations, type OperationsClient, olderOperations } from "./svix-operations.ts";
import { SVIX_SDKS, type SvixSdk } from "./svix-sdks.ts";

export type SvixSurface = Pick<
  v2.Svix,
  "application" | "endpoint" | "eventType" | "messageAttempt" | "authentication" | "statistics"
> & {
  message: Omit<v2.Svix["message"], "bulkExpungeContent"> & {
    /** The older one does not know it. */
    bulkExpungeContent: v2.Svix["message"]["bulkExpungeContent"] | null;
  };
  backgroundTask: Pick<v2.Svix["backgroundTask"], "list" | "get">;
  health: v2.Svix["health"];
  operations: OperationsClient;
};

export type Generation = {
  sdk: SvixSdk;
  isOlder: boolean;
  surface(token: string, serverUrl: string): SvixSurface;
  /** Operations of Svix's document that this SDK has no method for. */
  lacks: readonly string[];
};

const REQUEST_WITHIN_MS = 30_000;

function newerSurface(token: string, serverUrl: string): SvixSurface {
  const svix = new v2.Svix(token, { serverUrl, requestTimeout: REQUEST_WITHIN_MS });
  const { application, endpoint, eventType, message, messageAttempt } = svix;
  const { authentication, statistics, backgroundTask, health } = svix;
  const nouns = { application, endpoint, eventType, message, messageAttempt, authentication };
  return { ...nouns, statistics, backgroundTask, health, operations: newerOperations(token, serverUrl) };
}

function olderSurface(token: string, serverUrl: string): SvixSurface {
  const svix = new v1.Svix(token, { serverUrl: `${serverUrl}/`, requestTimeout: REQUEST_WITHIN_MS });
  const renamed = SVIX_SDKS.find(({ showsContent }) => showsContent)?.client(token, serverUrl);
  const { message, statistics, backgroundTask, health } = svix;
  const surface = {
    ...renamed,
    endpoint: Object.assign(renamed?.endpoint ?? {}, {
      transformation: {
        get: svix.endpoint.transformationGet.bind(svix.endpoint),
        patch: svix.endpoint.patchTransformation.bind(svix.endpoint),
      },
    }),
    message: Object.assign(Object.create(message) as typeof message, { bulkExpungeContent: null }),
    ...{ statistics, backgroundTask, health, operations: olderOperations(token, serverUrl) },
  };
  // The two majors declare the same enums, each for itself.
  return surface as unknown as SvixSurface;
}

export const GENERATIONS: readonly Generation[] = SVIX_SDKS.map((sdk) =>
  sdk.showsContent
    ? { sdk, isOlder: true, surface: olderSurface, lacks: ["v1.message.bulk-expunge-content"] }
    : { sdk, isOlder: false, surface: newerSurface, lacks: [] },
);

/** Watches which of Svix's operations are asked for, and with what success, until `stop`. */
export function watchCalls(): { succeeded: Set<string>; asked: Set<string>; stop(): void } {
  const original = globalThis.fetch;
  const asked = new Set<string>();
  const succeeded = new Set<string>();
  globalThis.fetch = async (input, init) => {
    const { method, url } = input instanceof Request ? input : new Request(input, init);
    const operation = svixOperationOf(method, new URL(url).pathname);
    if (operation !== null) asked.add(operation);
    const response = await original(input, init);
    if (operation !== null && response.ok) succeeded.add(operation);
    return response;
  };
  return {
    asked,
    succeeded,
    stop: () => {
      globalThis.fetch = original;
    },
  };
}
