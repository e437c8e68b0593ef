/** How messages stand over all of an application's endpoints: their objects keep it, so they are asked, a bounded number. */
import type { DeliveryPage, EventConditions } from "../../core/attempt-log.ts";
import { mergedPages } from "../../core/delivery-pages.ts";
import type { EventHeader } from "../../core/event.ts";
import {
  MAX_STANDING_ENDPOINTS,
  MAX_STANDING_ROUNDS,
  STANDING_SCAN_EVENTS,
} from "../../core/limits/requests.ts";
import { type Overall, overallOf, type Standing, standingOf, TOLD_BY } from "../../core/standing.ts";
import { countEndpoints, type EndpointRecord, listEndpoints } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";
import { expectedDelivery } from "./attempted-endpoints.ts";
import { listEndpointMessages } from "./endpoint-messages.ts";
import { askEach } from "./endpoint-objects.ts";

export type StandingQuery = EventConditions & {
  appKey: number;
  afterMs: number | null;
  beforeMs: number | null;
  /** Only messages that stand so; null: all. */
  overall: Overall | null;
  /** Beyond this position in scan order. */
  from: number | null;
  ascending: boolean;
  count: number;
};

export type MessageStanding = { event: EventHeader; standing: Standing };

type Place = { position: number; createdAtMs: number };

export type StandingPage = {
  rows: MessageStanding[];
  /** Where the search was broken off although more may follow. */
  stoppedAt: Place | null;
  asked: number;
  /** How many endpoints there are; beyond those that were asked, nobody knows. */
  total: number;
  unreachable: Set<string>;
};

/** Messages in scan order, each with how it stands with the application's newest endpoints. */
export async function listStandings(ctx: ServiceContext, query: StandingQuery): Promise<StandingPage> {
  // Read before the objects are asked: what an endpoint has settled by now, its object has recorded.
  const scan = { from: null, ascending: false, count: MAX_STANDING_ENDPOINTS + 1 };
  const all = await listEndpoints(ctx.env.DB, query.appKey, scan);
  const endpoints = all.slice(0, MAX_STANDING_ENDPOINTS);
  const unreachable = new Set<string>();
  const rows: MessageStanding[] = [];
  let { from } = query;
  let stoppedAt: Place | null = null;
  for (let round = 0; round < MAX_STANDING_ROUNDS; round++) {
    const missing = query.count - rows.length;
    const page = await candidates(ctx, endpoints, {
      ...query,
      from,
      count: sizeOf(query, missing),
      unreachable,
    });
    const stood = await standings(ctx, endpoints, { events: page.events, unreachable });
    rows.push(...stood.filter((row) => isWanted(row, query)).slice(0, missing));
    stoppedAt = rows.length < query.count ? page.goesOnAt : null;
    if (stoppedAt === null) break;
    from = stoppedAt.position;
  }
  const asked = endpoints.length;
  const total = all.length > asked ? await countEndpoints(ctx.env.DB, query.appKey) : asked;
  return { rows, stoppedAt, asked, total, unreachable };
}

/** Where most of what is read may be thrown away, more of it is read at once. */
function sizeOf({ overall }: StandingQuery, missing: number): number {
  return overall === null ? missing : Math.max(missing, STANDING_SCAN_EVENTS);
}

function isWanted({ standing }: MessageStanding, { overall }: StandingQuery): boolean {
  return overall === null || overallOf(standing) === overall;
}

/** `goesOnAt`: null at the end. */
type Candidates = { events: EventHeader[]; goesOnAt: Place | null };
type Search = StandingQuery & { unreachable: Set<string> };

/** Of what endpoints have on record, where that tells; else of the log. */
async function candidates(
  ctx: ServiceContext,
  endpoints: readonly EndpointRecord[],
  search: Search,
): Promise<Candidates> {
  const { appKey, from, ascending, count, overall } = search;
  const statuses = overall === null ? null : TOLD_BY[overall];
  if (statuses === null) {
    const events = await new EventLog(ctx.env.DB).list({ appKey, filter: search, from, ascending, count });
    return { events, goesOnAt: events.length < count ? null : placeOf(events.at(-1)) };
  }
  const { eventTypes, channel, tag, afterMs, beforeMs } = search;
  const conditions = { eventTypes, channel, tag, afterMs, beforeMs, position: null, statuses: [...statuses] };
  const pages: DeliveryPage[] = [];
  const lost = await askEach(ctx, endpoints, async (_, endpoint) => {
    pages.push(await listEndpointMessages(ctx, endpoint, { ...conditions, from, ascending, count }));
  });
  for (const { endpointId } of lost) search.unreachable.add(endpointId);
  const { rows, stoppedAt } = mergedPages(pages, { ascending, count });
  const events = rows.map(({ event }) => event);
  return { events, goesOnAt: stoppedAt ?? (events.length < count ? null : placeOf(events.at(-1))) };
}

function placeOf(event: EventHeader | undefined): Place | null {
  return event === undefined ? null : { position: event.position, createdAtMs: event.createdAtMs };
}

/** Each endpoint's object is asked once for all of the events. */
async function standings(
  ctx: ServiceContext,
  endpoints: readonly EndpointRecord[],
  { events, unreachable }: { events: readonly EventHeader[]; unreachable: Set<string> },
): Promise<MessageStanding[]> {
  if (events.length === 0) return [];
  const positions = events.map(({ position }) => position);
  const recorded = new Map<number, Map<number, number>>();
  const lost = await askEach(ctx, endpoints, async (stub, { endpointKey }) => {
    const known = await stub.statusesAmong(positions);
    recorded.set(endpointKey, new Map(known.map(({ position, status }) => [position, status])));
  });
  for (const { endpointId } of lost) unreachable.add(endpointId);
  return events.map((event) => {
    const statuses = endpoints.flatMap((endpoint): (number | null)[] => {
      const known = recorded.get(endpoint.endpointKey);
      const status = known?.get(event.position);
      if (status !== undefined) return [status];
      const expected = expectedDelivery(known === undefined ? { ...endpoint, settled: 0 } : endpoint, event);
      if (expected === null) return [];
      return [known === undefined ? null : expected.status];
    });
    return { event, standing: standingOf(statuses) };
  });
}
