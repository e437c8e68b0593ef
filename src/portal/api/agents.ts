import { keepPreviousData, useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { AgentList, AgentMovedOut, AgentOut, PendingOut } from "../../contract/agents.ts";
import { rawItems, rawMembers } from "../../core/raw-json.ts";
import { queryText } from "./client.ts";
import { useApp } from "./context.tsx";
import { useChange } from "./endpoints.ts";

export type Agent = z.output<typeof AgentOut>;
type PendingPage = z.output<typeof PendingOut>;
/** With its payload as published: parsing would round big numbers. */
export type Pending = Omit<PendingPage["data"][number], "payload"> & { payloadText: string };
type Moved = z.output<typeof AgentMovedOut>;

const LIVE_MS = 5000;
const AGENTS_PER_PAGE = 50;
const EVENTS_PER_PAGE = 25;

export function useAgents(iterator: string | null) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "agents", iterator],
    queryFn: () =>
      api.json<z.output<typeof AgentList>>(`${path}/agent${queryText({ limit: AGENTS_PER_PAGE, iterator })}`),
    placeholderData: keepPreviousData,
    refetchInterval: LIVE_MS,
  });
}

export function useAgent(name: string) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "agent", name],
    queryFn: () => api.json<Agent>(path + agentPath(name)),
    refetchInterval: LIVE_MS,
  });
}

function agentPath(name: string, part = ""): string {
  return `/agent/${encodeURIComponent(name)}${part}`;
}

export function usePending(name: string, iterator: string | null) {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "agent", name, "pending", iterator],
    queryFn: async () => {
      const query = queryText({ limit: EVENTS_PER_PAGE, iterator });
      return pendingIn(await api.text(path + agentPath(name, "/pending") + query));
    },
    placeholderData: keepPreviousData,
    refetchInterval: iterator === null ? LIVE_MS : false,
  });
}

function pendingIn(text: string): { events: Pending[]; iterator: string; done: boolean } {
  const { data, iterator, done } = JSON.parse(text) as PendingPage;
  const list = rawMembers(text).get("data");
  const items = list === undefined ? [] : rawItems(text, list.start);
  const events = data.map(({ payload: _, ...event }, index) => {
    const payload = rawMembers(text, items[index]?.start).get("payload");
    return { ...event, payloadText: payload === undefined ? "" : text.slice(payload.start, payload.end) };
  });
  return { events, iterator, done };
}

export type AckBody = { eventIds: number[] } | { upTo: number };
export type SeekTo = { to: "start" | "end" | number } | { time: string };

export const useAcknowledge = (name: string) =>
  useChange<AckBody, Moved>((json) => [agentPath(name, "/ack"), { method: "POST", json }]);
export const useSeek = (name: string) =>
  useChange<SeekTo, Moved>((json) => [agentPath(name, "/seek"), { method: "POST", json }]);
export const useForget = (name: string) => useChange<null>(() => [agentPath(name), { method: "DELETE" }]);
