/** All that a publisher does with the official SDKs of both majors, behind the newer's names; and what they were seen to ask. */
import * as v2 from "svix";
import * as v1 from "svix-v1";
import { SVIX_OPERATIONS } from "./svix-contract.ts";
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

const PATTERNS = SVIX_OPERATIONS.map(({ operationId, method, path }) => ({
  operationId,
  // Of two that fit, the one with fewer places to fill is meant: `…/msg/bulk-expunge` is no message's id.
  blanks: path.split("{").length,
  pattern: new RegExp(`^${method} /+${path.slice(1).replaceAll(/\{[^}]+\}/g, "[^/]+")}$`),
})).toSorted((a, b) => a.blanks - b.blanks);

/** Watches which of Svix's operations are asked for, and with what success, until `stop`. */
export function watchCalls(): { succeeded: Set<string>; asked: Set<string>; stop(): void } {
  const original = globalThis.fetch;
  const asked = new Set<string>();
  const succeeded = new Set<string>();
  globalThis.fetch = async (input, init) => {
    const { method, url } = input instanceof Request ? input : new Request(input, init);
    const call = `${method} ${new URL(url).pathname}`;
    const operation = PATTERNS.find(({ pattern }) => pattern.test(call))?.operationId;
    if (operation !== undefined) asked.add(operation);
    const response = await original(input, init);
    if (operation !== undefined && response.ok) succeeded.add(operation);
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
