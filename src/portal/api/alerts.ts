import { useQuery } from "@tanstack/react-query";
import type { z } from "zod";
import type { AlertEmailOut, AlertRuleIn, AlertRuleOut, TestMailOut } from "../../contract/alerts.ts";
import type { Page } from "./client.ts";
import { useApp } from "./context.tsx";
import { useChange } from "./endpoints.ts";

export type AlertRule = AlertRuleOut;
export type NewAlertRule = z.input<typeof AlertRuleIn>;
export type AlertEmail = z.output<typeof AlertEmailOut>;

/** Rules are judged every minute. */
const LIVE_MS = 15_000;
/** An application has at most 50. */
const ALL = 50;

export function useAlertRules() {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "alerts"],
    queryFn: () => api.json<Page<AlertRule>>(`${path}/alert?limit=${ALL}`),
    refetchInterval: LIVE_MS,
  });
}

export function useAlertEmail() {
  const { api, path, appId } = useApp();
  return useQuery({
    queryKey: ["app", appId, "alert-email"],
    queryFn: () => api.json<AlertEmail>(`${path}/alert-email`),
    refetchInterval: LIVE_MS,
  });
}

export const useAddAlertRule = () =>
  useChange<NewAlertRule, AlertRule>((json) => ["/alert", { method: "POST", json }]);
export const useDeleteAlertRule = () =>
  useChange<string>((id) => [`/alert/${encodeURIComponent(id)}`, { method: "DELETE" }]);
export const useSetAlertEmail = () =>
  useChange<string | null>((email) => ["/alert-email", { method: "PATCH", json: { email } }]);
/** What became of it is in the answer. */
export const useSendTestMail = () =>
  useChange<null, z.output<typeof TestMailOut>>(() => ["/alert-email/test", { method: "POST" }]);
