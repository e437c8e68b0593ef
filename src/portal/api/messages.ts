import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  EndpointMessageOut,
  MessageAttemptHeadersOut,
  MessageAttemptOut,
  MessageEndpointOut,
} from "../../contract/attempts.ts";
import type { MessageOut } from "../../contract/messages.ts";
import { type Page, queryText } from "./client.ts";
import { useApp } from "./context.tsx";

export type Message = z.output<typeof MessageOut>;
export type EndpointMessage = z.output<typeof EndpointMessageOut>;
export type Delivery = z.output<typeof MessageEndpointOut>;
type AttemptHeaders = z.output<typeof MessageAttemptHeadersOut>;

const LIVE_MS = 3000;
const WAITED_FOR_MS = 700;
const PAGE_SIZE = 25;

export type MessageFilter = {
  eventType: string | null;
  channel: string | null;
  tag: string | null;
  /** Newer and older than these, as ISO text. */
  after: string | null;
  before: string | null;
  /** Of one endpoint's deliveries; without an endpoint, no meaning. */
  endpointId: string | null;
  status: string | null;
};

function filterQuery(filter: MessageFilter, iterator: string | null): string {
  const { eventType, channel, tag, after, before, status, endpointId } = filter;
  return queryText({
    limit: PAGE_SIZE,
    iterator,
    event_types: eventType,
    channel,
    tag,
    after,
    before,
    status: endpointId === null ? null : status,
    expanded_statuses: endpointId === null ? null : true,
    with_content: false,
  });
}

/** All messages, or those of one endpoint with how each stands there; new ones appear by themselves. */
export function useMessages(filter: MessageFilter, iterator: string | null) {
  const { api, path, appId } = useApp();
  const base = filter.endpointId === null ? path : `${path}/endpoint/${filter.endpointId}`;
  return useQuery({
    queryKey: ["app", appId, "messages", filter, iterator],
    queryFn: () =>
      api.json<Page<Message & Partial<EndpointMessage>>>(`${base}/msg${filterQuery(filter, iterator)}`),
    placeholderData: keepPreviousData,
    refetchInterval: iterator === null ? LIVE_MS : false,
  });
}

/** How each message shown stands, by asking the endpoints once each instead of once a message. */
export function useStandings(endpointIds: string[], messages: Message[]) {
  const { api, path, appId } = useApp();
  const newest = messages[0]?.timestamp;
  const oldest = messages.at(-1)?.timestamp;
  const query = queryText({
    limit: 100,
    with_content: false,
    expanded_statuses: true,
    // A retry must not move a message off the page: the borders are the page's own, to the second.
    before: newest === undefined ? null : shifted(newest, 1000),
    after: oldest === undefined ? null : shifted(oldest, -1000),
  });
  const results = useQueries({
    queries: endpointIds.map((id) => ({
      queryKey: ["app", appId, "standings", id, query],
      queryFn: () => api.json<Page<EndpointMessage>>(`${path}/endpoint/${id}/msg${query}`),
      enabled: messages.length > 0,
      refetchInterval: LIVE_MS,
    })),
  });
  const standings = new Map<string, number[]>();
  for (const { data } of results) {
    for (const { id, status } of data?.data ?? []) standings.set(id, [...(standings.get(id) ?? []), status]);
  }
  return standings;
}

function shifted(time: string, byMs: number): string {
  return new Date(Date.parse(time) + byMs).toISOString();
}

/** As text: parsing would round the big numbers of a payload. */
export function useMessageText(id: string) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "message", id],
    queryFn: () => api.text(`${path}/msg/${encodeURIComponent(id)}`),
  });
}

export function useDeliveries(id: string) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "message", id, "deliveries"],
    queryFn: () =>
      api.json<Page<Delivery>>(
        `${path}/msg/${encodeURIComponent(id)}/endpoint${queryText({ limit: 100, expanded_statuses: true })}`,
      ),
    refetchInterval: LIVE_MS,
  });
}

export function useMessageAttempts(id: string, isWaitedFor = false) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "message", id, "attempts"],
    queryFn: () =>
      api.json<Page<MessageAttemptOut>>(
        `${path}/attempt/msg/${encodeURIComponent(id)}${queryText({ limit: 100, expanded_statuses: true })}`,
      ),
    refetchInterval: isWaitedFor ? WAITED_FOR_MS : LIVE_MS,
  });
}

export type AttemptFilter = { status: string | null; statusCodeClass: string | null };

export function useEndpointAttempts(id: string, filter: AttemptFilter, iterator: string | null) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "endpoint", id, "attempts", filter, iterator],
    queryFn: () => {
      const query = queryText({
        limit: PAGE_SIZE,
        iterator,
        status: filter.status,
        status_code_class: filter.statusCodeClass,
        with_msg: true,
        with_content: true,
        expanded_statuses: true,
      });
      return api.json<Page<MessageAttemptOut>>(`${path}/attempt/endpoint/${encodeURIComponent(id)}${query}`);
    },
    placeholderData: keepPreviousData,
    refetchInterval: iterator === null ? LIVE_MS : false,
  });
}

type AttemptPlace = { msgId: string; attemptId: string };

export function useAttemptHeaders({ msgId, attemptId }: AttemptPlace) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "attempt", attemptId, "headers"],
    queryFn: () => api.json<AttemptHeaders>(`${path}/msg/${msgId}/attempt/${attemptId}/headers`),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** The body that an endpoint is sent for a message. */
export function useSentBody(msgId: string, endpointId: string) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "message", msgId, "body", endpointId],
    queryFn: () => api.json<{ body: string }>(`${path}/msg/${msgId}/endpoint/${endpointId}/body`),
    staleTime: Number.POSITIVE_INFINITY,
  });
}
