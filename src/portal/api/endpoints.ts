import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type { EndpointStatsOut } from "../../contract/attempts.ts";
import type { DeliveryStatusOut } from "../../contract/delivery-status.ts";
import type { EndpointWireOut } from "../../contract/endpoint-wire.ts";
import type { EndpointHeadersOut, EndpointOut } from "../../contract/endpoints.ts";
import type { ApplicationPolicyOut, DeliveryPolicyOut } from "../../contract/policy.ts";
import { DAY_MS } from "../../core/units.ts";
import { type Call, type Page, queryText } from "./client.ts";
import { useApp } from "./context.tsx";

export type Stats = z.output<typeof EndpointStatsOut>;
export type DeliveryStatus = z.output<typeof DeliveryStatusOut>;
type Headers = z.output<typeof EndpointHeadersOut>;

const LIVE_MS = 5000;
/** Of a list: every row is a call of its own, which wakes the endpoint. */
export const ROW_MS = 15_000;
export const SLOW_MS = 30_000;
const PAGE_SIZE = 50;

export function useEndpoints(iterator: string | null) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoints", iterator],
    queryFn: () =>
      api.json<Page<EndpointOut>>(
        `${path}/endpoint${queryText({ limit: PAGE_SIZE, iterator, order: "descending" })}`,
      ),
    refetchInterval: SLOW_MS,
  });
}

const LARGE_PAGE_SIZE = 250;

/** All of them, newest first: an application has at most a thousand. */
export function useAllEndpoints(enabled: boolean) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoints", "all"],
    enabled,
    staleTime: SLOW_MS,
    queryFn: async () => {
      const found: EndpointOut[] = [];
      let iterator: string | null = null;
      for (;;) {
        const query: string = queryText({ limit: LARGE_PAGE_SIZE, iterator, order: "descending" });
        const page: Page<EndpointOut> = await api.json(`${path}/endpoint${query}`);
        found.push(...page.data);
        if (page.done || page.iterator === null) return found;
        iterator = page.iterator;
      }
    },
  });
}

/** `part` of an endpoint: `/secret`, `/headers` … */
function usePart<Answer>(id: string, part: string, options: { refetchInterval?: number; enabled?: boolean }) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoint", id, part],
    queryFn: () => api.json<Answer>(`${path}/endpoint/${encodeURIComponent(id)}${part}`),
    ...options,
  });
}

export const useEndpoint = (id: string) => usePart<EndpointOut>(id, "", { refetchInterval: SLOW_MS });
/** Only to call it by its URL; null: none. */
export const useEndpointUrl = (id: string | null) =>
  usePart<EndpointOut>(id ?? "", "", { enabled: id !== null }).data?.url ?? null;
export const useDeliveryStatus = (id: string, refetchInterval = LIVE_MS) =>
  usePart<DeliveryStatus>(id, "/delivery-status", { refetchInterval });
export const usePolicy = (id: string) => usePart<DeliveryPolicyOut>(id, "/delivery-policy", {});
export const useWire = (id: string, refetchInterval?: number) =>
  usePart<EndpointWireOut>(id, "/wire", refetchInterval === undefined ? {} : { refetchInterval });
export const useHeaders = (id: string, enabled = true) => usePart<Headers>(id, "/headers", { enabled });
export const useSecret = (id: string, enabled: boolean) =>
  usePart<{ key: string }>(id, "/secret", { enabled });

/** What endpoints of the application inherit. */
export function useApplicationPolicy() {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "delivery-policy"],
    queryFn: () => api.json<ApplicationPolicyOut>(`${path}/delivery-policy`),
  });
}

/** How the messages of the last day stand. */
export function useStats(id: string, refetchInterval = LIVE_MS) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoint", id, "stats"],
    queryFn: () => {
      const query = queryText({ since: new Date(Date.now() - DAY_MS).toISOString() });
      return api.json<Stats>(`${path}/endpoint/${encodeURIComponent(id)}/stats${query}`);
    },
    refetchInterval,
  });
}

/** A change, after which everything shown of the application is asked for again; `part` of it is what was answered. */
export function useChange<Input, Answer = unknown>(
  call: (input: Input) => [path: string, call: Call],
  part?: string,
) {
  const { api, path, appId } = useApp();
  const queries = useQueryClient();
  return useMutation({
    mutationFn: (input: Input) => {
      const [rest, options] = call(input);
      return api.json<Answer>(path + rest, options);
    },
    // Not waited for: whoever leaves a page that is gone must be on the way before it is asked for again.
    onSuccess: (answer) => {
      if (part !== undefined) queries.setQueryData(["app", appId, part], answer);
      void queries.invalidateQueries({ queryKey: ["app", appId] });
    },
  });
}

export function endpointPath(id: string, part = ""): string {
  return `/endpoint/${encodeURIComponent(id)}${part}`;
}
