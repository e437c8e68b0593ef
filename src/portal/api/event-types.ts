import { useQuery, useQueryClient } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  BuiltInCatalogueList,
  CataloguePageOut,
  EventTypeFromOpenApi,
  EventTypeImportOpenApiOut,
} from "../../contract/catalogue.ts";
import type { EventTypeOut } from "../../contract/event-types.ts";
import { type Page, queryText } from "./client.ts";
import { useSession } from "./context.tsx";
import { useDeploymentChange } from "./deployment.ts";

export type BuiltInCatalogue = z.output<typeof BuiltInCatalogueList>["data"][number];
export type CataloguePage = z.output<typeof CataloguePageOut>;
export type ImportResult = z.output<typeof EventTypeImportOpenApiOut>;
export type ImportedType = EventTypeFromOpenApi;

const REFRESH_MS = 15_000;
const PAGE_SIZE = 250;
/** Beyond these a publisher asks for a type by its name. */
const MAX_PAGES = 20;

/** Every query of event types begins so, the consumer's catalogue too. */
const KEY = "event-types";

function eventTypePath(name: string): string {
  return `/event-type/${encodeURIComponent(name)}`;
}

/** All of them, without their schemas. */
export function useEventTypeList(includeArchived: boolean) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY, "all", includeArchived],
    refetchInterval: REFRESH_MS,
    queryFn: async () => {
      const found: EventTypeOut[] = [];
      let iterator: string | null = null;
      for (let read = 0; read < MAX_PAGES; read++) {
        const query: string = queryText({
          limit: PAGE_SIZE,
          iterator,
          with_content: false,
          include_archived: includeArchived || null,
        });
        const page: Page<EventTypeOut> = await api.json(`/api/v1/event-type${query}`);
        found.push(...page.data);
        if (page.done || page.iterator === null) break;
        iterator = page.iterator;
      }
      return found;
    },
  });
}

/** Not asked for again by itself: it is being edited. */
export function useEventType(name: string, enabled = true) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY, "one", name],
    queryFn: () => api.json<EventTypeOut>(`/api/v1${eventTypePath(name)}`),
    enabled,
  });
}

export type EventTypeFields = {
  description?: string;
  groupName?: string | null;
  featureFlags?: string[] | null;
  deprecated?: boolean;
  archived?: boolean;
  schemas?: Record<string, unknown> | null;
};

export function useCreateEventType() {
  return useDeploymentChange<EventTypeFields & { name: string }, EventTypeOut>([KEY], (json) => [
    "/event-type",
    { method: "POST", json },
  ]);
}

export function useChangeEventType(name: string) {
  const queries = useQueryClient();
  const change = useDeploymentChange<EventTypeFields, EventTypeOut>([KEY], (json) => [
    eventTypePath(name),
    { method: "PATCH", json },
  ]);
  return {
    ...change,
    save: (fields: EventTypeFields) =>
      change.mutate(fields, { onSuccess: (saved) => queries.setQueryData([KEY, "one", name], saved) }),
  };
}

export function useDeleteEventType(name: string) {
  return useDeploymentChange<null>([KEY], () => [
    `${eventTypePath(name)}?expunge=true`,
    { method: "DELETE" },
  ]);
}

export function useBuiltInCatalogues() {
  const { api } = useSession();
  return useQuery({
    queryKey: ["built-in-catalogues"],
    queryFn: () => api.json<{ data: BuiltInCatalogue[] }>("/api/v1/event-type/import/catalogue"),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** What is imported: a document's text, or a built-in catalogue by its name. */
export type ImportSource = { specRaw: string } | { name: string };
export type Import = { source: ImportSource; dryRun: boolean; replaceAll: boolean };

export function useImport() {
  return useDeploymentChange<Import, ImportResult>([KEY], ({ source, dryRun, replaceAll }) => [
    `/event-type/import/${"name" in source ? "catalogue" : "openapi"}`,
    { method: "POST", json: { ...source, dryRun, replaceAll } },
  ]);
}

/** The same document that an import takes. */
export function useExport() {
  const { api } = useSession();
  return () => api.text("/api/v1/event-type/export/openapi");
}

export function useCataloguePage() {
  const { api } = useSession();
  return useQuery({
    queryKey: ["catalogue-page"],
    queryFn: () => api.json<CataloguePage>("/api/v1/catalogue"),
  });
}

export function useSetCataloguePage() {
  return useDeploymentChange<{ published: boolean; title: string | null }>(["catalogue-page"], (json) => [
    "/catalogue",
    { method: "PUT", json },
  ]);
}
