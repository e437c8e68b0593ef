import { keepPreviousData, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { OperationalWireOut } from "../../contract/endpoint-wire.ts";
import type { EndpointHeadersOut } from "../../contract/endpoints.ts";
import type { OperationalWebhookEndpointOut } from "../../contract/operational.ts";
import { type Call, type Page, queryText } from "./client.ts";
import { useSession } from "./context.tsx";
import { useDeploymentChange } from "./deployment.ts";

export type OperationalEndpoint = OperationalWebhookEndpointOut;
export type OperationalHeaders = z.output<typeof EndpointHeadersOut>;
type Wire = z.output<typeof OperationalWireOut>;

const KEY = "operational";
const COLLECTION = "/operational-webhook/endpoint";
const REFRESH_MS = 15_000;
const PAGE_SIZE = 50;

export function useOperationalEndpoints(iterator: string | null) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY, "list", iterator],
    queryFn: () =>
      api.json<Page<OperationalEndpoint>>(
        `/api/v1${COLLECTION}${queryText({ limit: PAGE_SIZE, iterator, order: "descending" })}`,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

type PartOptions = { enabled?: boolean; refetchInterval?: number };

function useOperationalPart<Answer>(id: string, part: string, options: PartOptions = {}) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY, "one", id, part],
    queryFn: () => api.json<Answer>(`/api/v1${COLLECTION}/${encodeURIComponent(id)}${part}`),
    ...options,
  });
}

/** What the service itself changes, as when it disables it, is seen without a reload. */
export const useOperationalEndpoint = (id: string) =>
  useOperationalPart<OperationalEndpoint>(id, "", { refetchInterval: REFRESH_MS });
export const useOperationalWire = (id: string) => useOperationalPart<Wire>(id, "/wire");
export const useOperationalHeaders = (id: string) => useOperationalPart<OperationalHeaders>(id, "/headers");
export const useOperationalSecret = (id: string, enabled: boolean) =>
  useOperationalPart<{ key: string }>(id, "/secret", { enabled });

/** All that a PUT replaces. */
export type OperationalFields = {
  url: string;
  description: string;
  eventTypes: string[] | null;
  throttleRate: number | null;
  disabled: boolean;
  uid: string | null;
  metadata: Record<string, string>;
};

export type NewOperationalEndpoint = Omit<OperationalFields, "disabled" | "uid" | "metadata"> & {
  secret?: string;
  headers: Record<string, string>;
};

export function useCreateOperational() {
  return useDeploymentChange<NewOperationalEndpoint, OperationalEndpoint>([KEY], (json) => [
    COLLECTION,
    { method: "POST", json },
  ]);
}

/** The next PUT must begin from what this one answered, not from what was read before. */
export function useReplaceOperational(id: string) {
  const queries = useQueryClient();
  const change = useOperationalChange<OperationalFields>(id, (json) => ["", { method: "PUT", json }]);
  return {
    ...change,
    mutate: (fields: OperationalFields) =>
      change.mutate(fields, { onSuccess: (saved) => queries.setQueryData([KEY, "one", id, ""], saved) }),
  };
}

export function useOperationalChange<Input>(id: string, call: (input: Input) => [part: string, call: Call]) {
  return useDeploymentChange<Input, OperationalEndpoint | null>([KEY], (input) => {
    const [part, options] = call(input);
    return [`${COLLECTION}/${encodeURIComponent(id)}${part}`, options];
  });
}
