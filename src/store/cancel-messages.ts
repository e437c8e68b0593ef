import { MAX_SUBSCRIPTION_SPANS } from "../core/limits/resources.ts";
import { cancelBefore } from "../core/matching.ts";
import type { EndpointRecord } from "./endpoints.ts";

/**
 * Cancels what the endpoint has pending of events before a position of the log, unless it has changed since it was read.
 * Its `updatedAt` stays: nothing that anybody set has changed.
 */
export async function saveCancellation(
  db: D1Database,
  { appKey, endpointKey, version, spans, settled }: EndpointRecord,
  before: number,
): Promise<"saved" | "changed" | "too_many_spans"> {
  const next = cancelBefore(spans, before, settled);
  const oldest = next[0]?.from ?? 0;
  const isCut = next.length === MAX_SUBSCRIPTION_SPANS && oldest > settled + 1;
  if (isCut && spans.some(({ from }) => from < oldest)) return "too_many_spans";
  const { results } = await db
    .prepare(
      `UPDATE endpoints SET spans = ?4, version = version + 1
       WHERE app_key = ?1 AND key = ?2 AND version = ?3 AND deleted_at IS NULL RETURNING key`,
    )
    .bind(appKey, endpointKey, version, JSON.stringify(next))
    .all();
  return results.length === 1 ? "saved" : "changed";
}
