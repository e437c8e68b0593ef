import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { ApiKeyIn, ApiTokenCensoredOut, ApiTokenOut } from "../../contract/api-keys.ts";
import type { AuditEntryOut } from "../../contract/audit-log.ts";
import { missingAmong, type Scope } from "../../core/scopes.ts";
import { type Page, queryText } from "./client.ts";
import { useSession } from "./context.tsx";
import { useDeploymentChange } from "./deployment.ts";
import { useWhoami } from "./session.ts";

export type Key = ApiTokenCensoredOut;
export type NewKey = ApiTokenOut;
export type AuditEntry = AuditEntryOut;
export type AuditFilter = {
  appId: string | null;
  action: string | null;
  after: string | null;
  before: string | null;
};

const PAGE_SIZE = 50;
const KEYS_MS = 15_000;
const LOG_MS = 5000;

export function useKeys(iterator: string | null) {
  const { api } = useSession();
  return useQuery({
    queryKey: ["keys", iterator],
    queryFn: () =>
      api.json<Page<Key>>(`/api/v1/api-key${queryText({ limit: PAGE_SIZE, iterator, order: "descending" })}`),
    placeholderData: keepPreviousData,
    refetchInterval: KEYS_MS,
  });
}

export const useCreateKey = () =>
  useDeploymentChange<z.input<typeof ApiKeyIn>, NewKey>(["keys", "audit"], (json) => [
    "/api-key",
    { method: "POST", json },
  ]);

/** Ends a key now, for good, or in a number of seconds. */
export const useEndKey = () =>
  useDeploymentChange<{ id: string; inSeconds: number }>(["keys", "audit"], ({ id, inSeconds }) => {
    const path = `/api-key/${encodeURIComponent(id)}`;
    if (inSeconds === 0) return [path, { method: "DELETE" }];
    return [`${path}/expire`, { method: "POST", json: { expiry: inSeconds } }];
  });

/** Which scopes the key lacks that is signed in with. */
export function useMissingScopes(): (needed: readonly Scope[]) => Scope[] {
  const { data } = useWhoami();
  return (needed) => missingAmong(data?.scopes ?? null, needed);
}

/** Whether the key that is signed in with has the scope. */
export function useMay(scope: Scope): boolean {
  return useMissingScopes()([scope]).length === 0;
}

export function useAuditLog(filter: AuditFilter, iterator: string | null) {
  const { api } = useSession();
  const { appId, action, after, before } = filter;
  const query = queryText({ limit: PAGE_SIZE, iterator, app_id: appId, action, after, before });
  return useQuery({
    queryKey: ["audit", filter, iterator],
    queryFn: () => api.json<Page<AuditEntry>>(`/api/v1/audit-log${query}`),
    placeholderData: keepPreviousData,
    refetchInterval: LOG_MS,
  });
}
