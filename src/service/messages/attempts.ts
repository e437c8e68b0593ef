/** Reading the attempt log, which endpoints' objects keep: from one of them, or from many and merged. */
import {
  type AttemptCount,
  type AttemptExchange,
  type AttemptFilter,
  type AttemptPage,
  type AttemptQuery,
  type AttemptRow,
  type AttemptStats,
  type DeliveryPage,
  type DeliveryQuery,
  type DeliveryRow,
  type DeliveryStats,
  EVERY_DELIVERY,
} from "../../core/attempt-log.ts";
import type { EndpointAddress } from "../../core/endpoint.ts";
import { attemptId } from "../../core/ids.ts";
import { endpointStub } from "../../delivery/stub.ts";
import type { ServiceContext } from "../context.ts";
import { askEach } from "./endpoint-objects.ts";

export function listEndpointAttempts(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  query: AttemptQuery,
): Promise<AttemptPage> {
  return endpointStub(env, endpoint).listAttempts(query);
}

export function countEndpointAttempts(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  filter: AttemptFilter,
): Promise<AttemptCount> {
  return endpointStub(env, endpoint).countAttempts(filter);
}

/** An attempt with whose it is: what its public id is made of. */
export type EndpointAttempt = { endpoint: EndpointAddress; attempt: AttemptRow };

/** `from`: beyond this attempt in scan order. */
export type MessageAttemptsQuery = Omit<AttemptQuery, "from" | "position"> & {
  position: number;
  from: { attemptKey: number; endpointKey: number } | null;
};

/** `unreachable`: the endpoints that could not be asked; theirs are missing. */
export type MessageAttempts = { found: EndpointAttempt[]; unreachable: EndpointAddress[] };

/** The attempts of one event at several endpoints, in the order of their ids: that of time. */
export async function listMessageAttempts(
  services: ServiceContext,
  endpoints: readonly EndpointAddress[],
  query: MessageAttemptsQuery,
): Promise<MessageAttempts> {
  let found: EndpointAttempt[] = [];
  const unreachable = await askEach(services, endpoints, async (stub, endpoint) => {
    const { rows } = await stub.listAttempts({ ...query, from: startAt(endpoint, query) });
    if (rows.length === 0) return;
    found.push(...rows.map((attempt) => ({ endpoint, attempt })));
    // Never more in hand than one page and what a few objects answer.
    found = inOrder(found, query.ascending).slice(0, query.count);
  });
  return { found, unreachable };
}

/** Ids are ordered by attempt key, then endpoint key: where a scan from one of them starts at another endpoint. */
function startAt({ endpointKey }: EndpointAddress, { from, ascending }: MessageAttemptsQuery): number | null {
  if (from === null) return null;
  if (ascending) return endpointKey > from.endpointKey ? from.attemptKey - 1 : from.attemptKey;
  return endpointKey < from.endpointKey ? from.attemptKey + 1 : from.attemptKey;
}

function inOrder(found: readonly EndpointAttempt[], ascending: boolean): EndpointAttempt[] {
  const sign = ascending ? 1 : -1;
  return found
    .map((item) => ({ item, id: idOfAttempt(item) }))
    .sort((a, b) => (a.id < b.id ? -sign : sign))
    .map(({ item }) => item);
}

export function idOfAttempt({ endpoint, attempt }: EndpointAttempt): string {
  const { endpointKey } = endpoint;
  return attemptId({ attemptKey: attempt.key, endpointKey, position: attempt.event.position });
}

/** The attempt of this event with its headers; null when the endpoint made no such attempt. */
export async function getAttempt(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  { key, position }: { key: number; position: number },
): Promise<(AttemptRow & AttemptExchange) | null> {
  return endpointStub(env, endpoint).getAttempt(key, position);
}

/** Forgets what the receiver answered; false when there is no such attempt. */
export function expungeAttempt(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  { key, position }: { key: number; position: number },
): Promise<boolean> {
  return endpointStub(env, endpoint).expungeAttempt(key, position);
}

export function listDeliveries(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  query: DeliveryQuery,
): Promise<DeliveryPage> {
  return endpointStub(env, endpoint).listDeliveries(query);
}

/**
 * How one event stands with each of these endpoints, by endpoint key; not there: its object knows nothing of it, or could
 * not be asked.
 */
export async function findDeliveries(
  services: ServiceContext,
  endpoints: readonly EndpointAddress[],
  position: number,
): Promise<{ found: Map<number, DeliveryRow>; unreachable: Set<number> }> {
  const query = { ...EVERY_DELIVERY, position, from: null, ascending: true, count: 1 };
  const found = new Map<number, DeliveryRow>();
  const unreachable = await askEach(services, endpoints, async (stub, endpoint) => {
    const { rows } = await stub.listDeliveries(query);
    for (const row of rows) found.set(endpoint.endpointKey, row);
  });
  return { found, unreachable: new Set(unreachable.map(({ endpointKey }) => endpointKey)) };
}

export function endpointStats(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  range: { sinceMs: number; untilMs: number },
): Promise<DeliveryStats> {
  return endpointStub(env, endpoint).stats(range.sinceMs, range.untilMs);
}

export function endpointAttemptStats(
  { env }: ServiceContext,
  endpoint: EndpointAddress,
  range: { sinceMs: number; untilMs: number },
): Promise<AttemptStats> {
  return endpointStub(env, endpoint).attemptStats(range.sinceMs, range.untilMs);
}
