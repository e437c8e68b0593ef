/** The operations of the API's own document. */
import { api } from "./api.ts";

export type DocumentOperation = { id: string; method: string; path: string; route: string };

export async function documentOperations(): Promise<DocumentOperation[]> {
  const { body } = await api("GET", "/openapi.json", { token: null });
  const { paths } = body as { paths: Record<string, Record<string, { operationId: string }>> };
  return Object.entries(paths).flatMap(([path, item]) =>
    Object.entries(item).map(([name, { operationId: id }]) => {
      const method = name.toUpperCase();
      return { id, method, path, route: `${method} ${path}` };
    }),
  );
}
