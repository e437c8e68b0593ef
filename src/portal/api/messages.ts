import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type {
  EndpointMessageOut,
  MessageAttemptHeadersOut,
  MessageAttemptOut,
  MessageEndpointOut,
} from "../../contract/attempts.ts";
import type { MessageStatusList } from "../../contract/message-status.ts";
import type { MessageOut } from "../../contract/messages.ts";
import type { Overall } from "../../core/standing.ts";
import { type Page, queryText } from "./client.ts";
import { useApp } from "./context.tsx";

export type Message = z.output<typeof MessageOut>;
export type EndpointMessage = z.output<typeof EndpointMessageOut>;
export type Delivery = z.output<typeof MessageEndpointOut>;
type AttemptHeaders = z.output<typeof MessageAttemptHeadersOut>;

const LIVE_MS = 3000;
const WAITED_FOR_MS = 700;
const PAGE_SIZE = 25;
const FEW_ENDPOINTS = 6;
const FEW_STANDINGS_MS = 5000;
const MANY_STANDINGS_MS = 20_000;

export type MessageFilter = {
  eventType: string | null;
  channel: string | null;
  tag: string | null;
  /** Newer and older than these, as ISO text. */
  after: string | null;
  before: string | null;
  endpointId: string | null;
  /** At that endpoint; without an endpoint, no meaning. */
  status: string | null;
  /** Over all endpoints; with an endpoint, no meaning. */
  overall: Overall | null;
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
    enabled: filter.overall === null,
    placeholderData: keepPreviousData,
    refetchInterval: iterator === null ? LIVE_MS : false,
  });
}

type StatusPage = z.output<typeof MessageStatusList>;
export type MessageStanding = StatusPage["data"][number];

/** How the messages of a page stand over all endpoints; with `overall` in the filter, only those that stand so. */
export function useMessageStatus(filter: MessageFilter, iterator: string | null) {
  const { api, path, appId } = useApp();
  const { eventType, channel, tag, after, before, overall } = filter;
  const query = queryText({
    ...{ limit: PAGE_SIZE, iterator, channel, tag, after, before, overall },
    event_types: eventType,
  });
  return useQuery({
    queryKey: ["app", appId, "message-status", query],
    queryFn: () => api.json<StatusPage>(`${path}/message-status${query}`),
    enabled: filter.endpointId === null,
    placeholderData: keepPreviousData,
    // Every endpoint is woken for it.
    refetchInterval: ({ state }) =>
      (state.data?.endpointsAsked ?? 0) <= FEW_ENDPOINTS ? FEW_STANDINGS_MS : MANY_STANDINGS_MS,
  });
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
