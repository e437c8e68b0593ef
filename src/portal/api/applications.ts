import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { ApplicationOut } from "../../contract/applications.ts";
import { type Page, queryText } from "./client.ts";
import { useSession } from "./context.tsx";
import { useDeploymentChange } from "./deployment.ts";

const PAGE_SIZE = 50;
const REFRESH_MS = 15_000;
/** Names can only be searched by reading them: so many pages of 250. */
const MAX_SEARCHED_PAGES = 8;

export function useApplications(iterator: string | null) {
  const { api } = useSession();
  return useQuery({
    queryKey: ["applications", iterator],
    queryFn: () =>
      api.json<Page<ApplicationOut>>(
        `/api/v1/app${queryText({ limit: PAGE_SIZE, iterator, order: "descending" })}`,
      ),
    placeholderData: keepPreviousData,
    refetchInterval: REFRESH_MS,
  });
}

/** By part of the name, the uid or the id. */
export function useApplicationSearch(search: string) {
  const { api } = useSession();
  return useQuery({
    queryKey: ["applications", "search", search],
    enabled: search !== "",
    placeholderData: keepPreviousData,
    queryFn: async () => {
      const wanted = search.toLowerCase();
      const found: ApplicationOut[] = [];
      let iterator: string | null = null;
      for (let read = 0; read < MAX_SEARCHED_PAGES; read++) {
        const query: string = queryText({ limit: 250, iterator, order: "descending" });
        const page: Page<ApplicationOut> = await api.json(`/api/v1/app${query}`);
        found.push(
          ...page.data.filter(({ name, uid, id }) =>
            `${name}\n${uid ?? ""}\n${id}`.toLowerCase().includes(wanted),
          ),
        );
        if (page.done || page.iterator === null) break;
        iterator = page.iterator;
      }
      return found;
    },
  });
}

export function useApplication(id: string) {
  const { api } = useSession();
  return useQuery({
    queryKey: ["application", id],
    queryFn: () => api.json<ApplicationOut>(`/api/v1/app/${encodeURIComponent(id)}`),
  });
}

export function useCreateApplication() {
  return useDeploymentChange<{ name: string; uid?: string }, ApplicationOut>(["applications"], (json) => [
    "/app",
    { method: "POST", json },
  ]);
}
