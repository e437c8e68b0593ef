import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { BackgroundTaskOut, RecoverOut } from "../../contract/background-tasks.ts";
import type { MessageOut } from "../../contract/messages.ts";
import { useApp } from "./context.tsx";
import { endpointPath, useChange } from "./endpoints.ts";

export type Task = z.output<typeof BackgroundTaskOut>;
export type TaskStart = z.output<typeof RecoverOut>;

const LIVE_MS = 1000;

/** A background task, asked for until it has ended. */
export function useTask(id: string) {
  const { api, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "task", id],
    queryFn: () => api.json<Task>(`/api/v1/background-task/${id}`),
    refetchInterval: ({ state }) => (state.data?.status === "running" ? LIVE_MS : false),
  });
}

export function progressOf({ data }: Task): { done: number; total: number } | null {
  const { done, total } = Object(data["progress"]) as { done?: unknown; total?: unknown };
  return typeof done === "number" && typeof total === "number" ? { done, total } : null;
}

/** How many messages it has had sent again so far. */
export function sentBy({ data }: Task): number {
  const sent = data["messagesSent"];
  return typeof sent === "number" ? sent : 0;
}

export type ReplayKind = "recover" | "replay-missing" | "bulk-replay";
export type ReplayBody = Record<string, string | string[] | number | null>;

export function useReplay(endpointId: string, kind: ReplayKind) {
  return useChange<ReplayBody, TaskStart>((json) => [
    endpointPath(endpointId, `/${kind}`),
    { method: "POST", json },
  ]);
}

export function useSendExample(endpointId: string) {
  return useChange<string, z.output<typeof MessageOut>>((eventType) => [
    endpointPath(endpointId, "/send-example"),
    { method: "POST", json: { eventType } },
  ]);
}

export function useResend(msgId: string) {
  return useChange<string>((endpointId) => [
    `/msg/${encodeURIComponent(msgId)}${endpointPath(endpointId, "/resend")}`,
    { method: "POST" },
  ]);
}
