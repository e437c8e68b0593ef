import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { DialectDefinition, DialectOut, DialectPreviewOut } from "../../contract/dialects.ts";
import type { Page } from "./client.ts";
import { useSession } from "./context.tsx";
import { useDeploymentChange } from "./deployment.ts";

export type DialectPreview = z.output<typeof DialectPreviewOut>;

const KEY = "dialects";

function dialectPath(name: string): string {
  return `/dialect/${encodeURIComponent(name)}`;
}

export function useDialects(enabled = true) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY],
    queryFn: async () => (await api.json<Page<DialectOut>>("/api/v1/dialect")).data,
    enabled,
  });
}

export type PreviewInput = {
  eventType: string;
  payload: Record<string, unknown>;
  secret?: string;
  /** What is shown instead of what is stored under the name. */
  definition?: DialectDefinition;
};

/** The request that an example event would be; the last one stays until the next is there. */
export function useDialectPreview(name: string, input: PreviewInput | null) {
  const { api } = useSession();
  return useQuery({
    queryKey: [KEY, name, "preview", input],
    queryFn: () =>
      api.json<DialectPreview>(`/api/v1${dialectPath(name)}/preview`, { method: "POST", json: input }),
    enabled: input !== null,
    placeholderData: keepPreviousData,
  });
}

export function useSetDialect() {
  return useDeploymentChange<{ name: string; definition: DialectDefinition }, DialectOut>(
    [KEY],
    ({ name, definition }) => [dialectPath(name), { method: "PUT", json: definition }],
  );
}

export function useDeleteDialect(name: string) {
  return useDeploymentChange<null>([KEY], () => [dialectPath(name), { method: "DELETE" }]);
}
