import { isAcknowledged } from "../../core/acks.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { MAX_PENDING_PAGES, PULL_SCAN_EVENTS } from "../../core/limits/pull.ts";
import { endpointStub } from "../../delivery/stub.ts";
import { logError } from "../../log.ts";
import { type ConsumerAddress, readConsumer } from "../../store/consumers.ts";
import { listAddresses } from "../../store/endpoint-addresses.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";

export type PendingQuery = {
  consumer: ConsumerAddress;
  /** Beyond this position; null: from the first one that is not acknowledged. */
  after: number | null;
  limit: number;
  eventTypes: string[] | null;
};

export type Pending = { events: LoggedEvent[]; next: number; hasMore: boolean };

/** What neither the agent has acknowledged nor one of its webhooks has accepted; a bounded part of the log at a time. */
export async function pendingEvents(ctx: ServiceContext, query: PendingQuery): Promise<Pending> {
  const { DB } = ctx.env;
  const { appKey } = query.consumer;
  const { acks } = await readConsumer(DB, query.consumer);
  const log = new EventLog(DB);
  const events: LoggedEvent[] = [];
  let next = Math.max(query.after ?? 0, acks.upTo);
  let head = next;
  for (let pages = 0; pages < MAX_PENDING_PAGES; pages++) {
    const { eventTypes } = query;
    const limit = query.limit - events.length;
    const asked = { appKey, after: next, limit, scan: PULL_SCAN_EVENTS, eventTypes, except: acks.beyond };
    const page = await log.page(asked, ctx.nowMs);
    const accepted = await acceptedByWebhooks(ctx, appKey, page.events);
    events.push(
      ...page.events.filter(({ position }) => !accepted.has(position) && !isAcknowledged(acks, position)),
    );
    next = page.next;
    head = page.head;
    if (events.length >= query.limit || next >= head) break;
  }
  return { events, next, hasMore: next < head };
}

async function acceptedByWebhooks(
  ctx: ServiceContext,
  appKey: number,
  events: readonly LoggedEvent[],
): Promise<Set<number>> {
  if (events.length === 0) return new Set();
  const positions = events.map(({ position }) => position);
  const addresses = await listAddresses(ctx.env.DB, appKey);
  const accepted = await Promise.all(
    addresses.map(async (address) => {
      try {
        return await endpointStub(ctx.env, address).succeededAmong(positions);
      } catch (error) {
        // Shown once too often rather than not at all.
        logError("pull.endpoint_unreachable", error, { endpoint: address.endpointId });
        return [];
      }
    }),
  );
  return new Set(accepted.flat());
}
