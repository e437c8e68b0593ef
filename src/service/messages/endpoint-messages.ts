import { MESSAGE_STATUS } from "../../core/attempt.ts";
import {
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryRow,
  EVERY_DELIVERY,
} from "../../core/attempt-log.ts";
import { mergedPages } from "../../core/delivery-pages.ts";
import type { EventHeader } from "../../core/event.ts";
import { LOG_PAGE_EVENTS } from "../../core/limits/endpoint-object.ts";
import { endpointStub } from "../../delivery/stub.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";
import { expectedDelivery } from "./attempted-endpoints.ts";
import { listDeliveries } from "./attempts.ts";

/**
 * The messages an endpoint was sent, and those that the log still holds for it. The two overlap while its object works:
 * what it has recorded counts.
 */
export async function listEndpointMessages(
  services: ServiceContext,
  endpoint: EndpointRecord,
  query: DeliveryQuery,
): Promise<DeliveryPage> {
  // In this order: what the object takes between the two is then in both, and in neither never.
  const backlog = await readBacklog(services, endpoint, query);
  const recorded = await listDeliveries(services, endpoint, query);
  return mergedPages([recorded, backlog], query);
}

const NOTHING: DeliveryPage = { rows: [], stoppedAt: null };

/** One page of the log behind the object's position: what is for the endpoint there and not on its record. */
async function readBacklog(
  services: ServiceContext,
  endpoint: EndpointRecord,
  query: DeliveryQuery,
): Promise<DeliveryPage> {
  const { statuses, from, ascending } = query;
  const isAsked = (status: number) => statuses === null || statuses.includes(status);
  if (!isAsked(MESSAGE_STATUS.pending) && !isAsked(MESSAGE_STATUS.canceled)) return NOTHING;
  const { position } = await endpointStub(services.env, endpoint).deliveryStatus();
  const settled = Math.max(position, (endpoint.spans[0]?.from ?? 1) - 1);
  if (!ascending && from !== null && from <= settled + 1) return NOTHING;
  const events = await new EventLog(services.env.DB).list({
    appKey: endpoint.appKey,
    filter: query,
    from: ascending ? Math.max(from ?? 0, settled) : from,
    ascending,
    count: LOG_PAGE_EVENTS,
  });
  const expected = events.flatMap((event) => {
    const delivery = expectedDelivery({ spans: endpoint.spans, settled }, event);
    return delivery !== null && isAsked(delivery.status) ? [{ ...delivery, event }] : [];
  });
  const known = await recordedAmong(services, endpoint, expected);
  const last = events.length === LOG_PAGE_EVENTS ? events.at(-1) : undefined;
  return {
    rows: expected.filter(({ event }) => !known.has(event.position)),
    stoppedAt: last === undefined || last.position <= settled ? null : placeOf(last),
  };
}

/** Which of these the object has on record by now. */
async function recordedAmong(
  services: ServiceContext,
  endpoint: EndpointRecord,
  rows: readonly DeliveryRow[],
): Promise<Set<number>> {
  const positions = rows.map(({ event }) => event.position);
  const known = new Set<number>();
  const highest = Math.max(...positions);
  for (let from = Math.min(...positions) - 1; from < highest; ) {
    const scan = { from, ascending: true, count: LOG_PAGE_EVENTS };
    const page = await listDeliveries(services, endpoint, { ...EVERY_DELIVERY, ...scan });
    for (const { event } of page.rows) known.add(event.position);
    const last = page.stoppedAt?.position ?? page.rows.at(-1)?.event.position;
    if (last === undefined || (page.stoppedAt === null && page.rows.length < LOG_PAGE_EVENTS)) break;
    from = last;
  }
  return known;
}

function placeOf({ position, createdAtMs }: EventHeader): { position: number; createdAtMs: number } {
  return { position, createdAtMs };
}
