/** What an owner is told by mail, gathered so that an outage is one mail and not thousands. */
import { DISABLED_MAIL_WINDOW_MS, MAIL_GAP_MS, MAIL_WINDOW_MS } from "./limits/mail.ts";
import type { OperationalEvent } from "./operational.ts";

/** `alert:<id of the rule>` for a rule that fired. */
export type IncidentTopic = "exhausted" | "failing" | "disabled" | `alert:${string}`;

/** What is said of the latest of an incident's notices. */
export type IncidentDetail = {
  url?: string;
  endpointId?: string;
  description?: string;
  /** RFC 3339. */
  failingSince?: string | null;
  reason?: "failures" | "gone" | null;
  msgId?: string;
  eventType?: string;
  /** 0: there was no answer. */
  statusCode?: number;
  alert?: { name: string | null; metric: string; threshold: number; window: string; count: number };
};

/** Something worth telling, or several of the same endpoint and topic together. */
export type Notice = {
  appId: string;
  /** Null: of the application as a whole. */
  endpointId: string | null;
  topic: IncidentTopic;
  count: number;
  firstAtMs: number;
  lastAtMs: number;
  detail: IncidentDetail;
};

export type Told = { event: OperationalEvent; createdAtMs: number };

/** Which events are told by mail, one notice an endpoint and topic. A person who disables an endpoint knows. */
export function noticesOf(entries: readonly Told[]): Notice[] {
  const notices = new Map<string, Notice>();
  for (const { event, createdAtMs } of entries) {
    const notice = noticeOf(event, createdAtMs);
    if (notice === null) continue;
    const key = `${notice.appId} ${notice.endpointId} ${notice.topic}`;
    const before = notices.get(key);
    notices.set(
      key,
      before === undefined
        ? notice
        : { ...notice, count: before.count + 1, firstAtMs: Math.min(before.firstAtMs, createdAtMs) },
    );
  }
  return [...notices.values()];
}

function noticeOf(event: OperationalEvent, atMs: number): Notice | null {
  const times = { count: 1, firstAtMs: atMs, lastAtMs: atMs };
  switch (event.type) {
    case "message.attempt.exhausted": {
      // What a receiver refuses for good it knows of.
      if (event.data.reason !== undefined && event.data.reason !== "exhausted") return null;
      const { appId, endpointId, url, description, failingSince, msgId, eventType, lastAttempt } = event.data;
      const statusCode = lastAttempt.responseStatusCode;
      const detail = { url, endpointId, description, failingSince, msgId, eventType, statusCode };
      return { appId, endpointId, topic: "exhausted", ...times, detail };
    }
    case "endpoint.disabled": {
      const { appId, endpointId, url, description, trigger, reason = null, failSince = null } = event.data;
      if (trigger !== "automatic") return null;
      const detail = { url, endpointId, description, reason, failingSince: failSince };
      return { appId, endpointId, topic: "disabled", ...times, detail };
    }
    case "alert.fired": {
      const { appId, alertId, endpointId, name, metric, threshold, window, count } = event.data;
      const detail = { alert: { name, metric, threshold, window, count }, ...(endpointId && { endpointId }) };
      return { appId, endpointId: null, topic: `alert:${alertId}`, ...times, detail };
    }
    default:
      return null;
  }
}

export type Incident = {
  appKey: number;
  endpointKey: number;
  topic: IncidentTopic;
  untold: number;
  openedAtMs: number;
  lastAtMs: number;
  detail: IncidentDetail;
  toldAtMs: number | null;
  triedAtMs: number | null;
};

/** At most one mail of an endpoint and topic in this time. A rule has a window of its own, and fires once in it. */
function windowMs(topic: IncidentTopic): number {
  if (topic === "disabled") return DISABLED_MAIL_WINDOW_MS;
  return topic.startsWith("alert:") ? 0 : MAIL_WINDOW_MS;
}

function isDue({ untold, topic, toldAtMs }: Incident, nowMs: number): boolean {
  return untold > 0 && (toldAtMs === null || nowMs - toldAtMs >= windowMs(topic));
}

/**
 * The mails to send now: one an application, about all its incidents that are due, and none to one that was sent
 * something a moment ago. Given every incident of which something is untold, and when each application was last mailed.
 */
export function planMails(
  incidents: readonly Incident[],
  { lastTriedMs, nowMs }: { lastTriedMs: ReadonlyMap<number, number>; nowMs: number },
): { appKey: number; incidents: Incident[] }[] {
  const byApp = Map.groupBy(
    incidents.filter((incident) => isDue(incident, nowMs)),
    ({ appKey }) => appKey,
  );
  return [...byApp]
    .filter(([appKey]) => nowMs - (lastTriedMs.get(appKey) ?? Number.NEGATIVE_INFINITY) >= MAIL_GAP_MS)
    .map(([appKey, due]) => ({ appKey, incidents: due.toSorted((a, b) => a.openedAtMs - b.openedAtMs) }))
    .toSorted((a, b) => firstOpened(a.incidents) - firstOpened(b.incidents));
}

function firstOpened([first]: readonly Incident[]): number {
  return first?.openedAtMs ?? 0;
}
