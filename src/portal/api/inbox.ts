import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { EndpointOut } from "../../contract/endpoints.ts";
import type { InboxOut, InboxRequestList, InboxRequestOut } from "../../contract/inbox.ts";
import { type Page, queryText } from "./client.ts";
import { useApp } from "./context.tsx";
import { useChange } from "./endpoints.ts";

export type Inbox = z.output<typeof InboxOut>;
export type InboxRequest = z.output<typeof InboxRequestOut>;
export type InboxAnswer = Pick<Inbox, "answerStatus" | "answerBody" | "answerDelayMs">;

const LIVE_MS = 2000;
const SLOW_MS = 15_000;
const REQUESTS_PER_PAGE = 25;
const ENDPOINTS_PER_PAGE = 250;
/** Beyond these an endpoint is found in the list of endpoints. */
const MAX_PAGES = 4;

/** Null: the application has none yet. */
export function useInbox() {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "inbox"],
    queryFn: () => api.json<Inbox | null>(`${path}/inbox?or_nothing=true`),
    refetchInterval: SLOW_MS,
  });
}

export function useInboxRequests(iterator: string | null) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "inbox", "requests", iterator],
    queryFn: () =>
      api.json<z.output<typeof InboxRequestList>>(
        `${path}/inbox/requests${queryText({ limit: REQUESTS_PER_PAGE, iterator })}`,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: iterator === null ? LIVE_MS : false,
  });
}

/** Whose requests come to the inbox. */
export function useEndpointsAt(url: string) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoints", "at", url],
    refetchInterval: SLOW_MS,
    queryFn: async () => {
      const found: EndpointOut[] = [];
      let iterator: string | null = null;
      for (let read = 0; read < MAX_PAGES; read++) {
        const query: string = queryText({ limit: ENDPOINTS_PER_PAGE, iterator, order: "descending" });
        const page: Page<EndpointOut> = await api.json(`${path}/endpoint${query}`);
        found.push(...page.data.filter((endpoint) => endpoint.url === url));
        if (page.done || page.iterator === null) break;
        iterator = page.iterator;
      }
      return found;
    },
  });
}

export const PLAIN_ANSWER: InboxAnswer = { answerStatus: 200, answerBody: "", answerDelayMs: 0 };

export const useSetInbox = () =>
  useChange<InboxAnswer, Inbox>((json) => ["/inbox", { method: "PUT", json }], "inbox");
export const useDeleteInbox = () => useChange<null, null>(() => ["/inbox", { method: "DELETE" }], "inbox");
export const useClearInbox = () => useChange<null>(() => ["/inbox/requests", { method: "DELETE" }]);
