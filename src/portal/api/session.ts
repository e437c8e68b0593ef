import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { WhoamiOut } from "../../contract/api-keys.ts";
import type { EnvironmentSettingsOut } from "../../contract/environment.ts";
import type { EventTypeOut } from "../../contract/event-types.ts";
import type { Page } from "./client.ts";
import { useSession } from "./context.tsx";

type Whoami = z.output<typeof WhoamiOut>;

const RARELY_CHANGES_MS = 60_000;

export function useWhoami() {
  const { api } = useSession();
  return useQuery({
    queryKey: ["whoami"],
    queryFn: () => api.json<Whoami>("/api/v1/auth/whoami"),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

export function useSettings() {
  const { api } = useSession();
  return useQuery({
    queryKey: ["settings"],
    queryFn: () => api.json<EnvironmentSettingsOut>("/api/v1/environment/settings"),
    staleTime: RARELY_CHANGES_MS,
  });
}

const PAGE_SIZE = 250;
/** Beyond these a person searches in the publisher's documentation. */
const MAX_PAGES = 4;

/** The catalogue, without what is archived. */
export function useEventTypes() {
  const { api } = useSession();
  return useQuery({
    queryKey: ["event-types"],
    staleTime: RARELY_CHANGES_MS,
    queryFn: async () => {
      const found: EventTypeOut[] = [];
      let iterator = "";
      for (let read = 0; read < MAX_PAGES; read++) {
        const path = `/api/v1/event-type?with_content=true&limit=${PAGE_SIZE}${iterator}`;
        const page = await api.json<Page<EventTypeOut>>(path);
        found.push(...page.data);
        if (page.done || page.iterator === null) break;
        iterator = `&iterator=${encodeURIComponent(page.iterator)}`;
      }
      return found;
    },
  });
}
