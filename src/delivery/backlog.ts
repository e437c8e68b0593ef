import { LOG_PAGE_EVENTS, MAX_BACKLOG_PAGES } from "../core/limits/endpoint-object.ts";
import { wasSubscribed } from "../core/matching.ts";
import { wasCanceled } from "../core/settle.ts";
import type { IntakeDeps } from "./intake.ts";
import type { Ledger } from "./ledger.ts";

/** How many accepted events the endpoint has still to take; counting stops after {@link MAX_BACKLOG_PAGES} pages. */
export async function countBacklog(deps: Pick<IntakeDeps, "readLog">, ledger: Ledger): Promise<number> {
  let position = ledger.position;
  let count = 0;
  for (let page = 0; page < MAX_BACKLOG_PAGES; page++) {
    const { config, events } = await deps.readLog(position, LOG_PAGE_EVENTS);
    const last = events.at(-1)?.position;
    if (last === undefined || config === null) break;
    const { queue } = ledger;
    const recorded = queue.recordedBetween(position + 1, last);
    count += events.filter(
      (event) =>
        wasSubscribed(config.spans, event) &&
        !recorded.has(event.position) &&
        !wasCanceled(config.spans, event.position) &&
        !(event.deliverAtMs !== null && queue.isWaiting(event.deliverAtMs, event.position)),
    ).length;
    position = last;
  }
  return count;
}
