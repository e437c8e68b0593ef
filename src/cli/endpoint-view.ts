/** Webhooks and their attempts as people see them. */
import type { MessageAttemptOut } from "../contract/attempts.ts";
import type { EndpointWireOut } from "../contract/endpoint-wire.ts";
import type { EndpointOut } from "../contract/endpoints.ts";
import { ago, type Cell, fields, table, type View } from "./view.ts";

export function endpointTable(view: View, endpoints: readonly EndpointOut[]): string {
  return table(
    view,
    [
      { title: "id", style: "bold", whole: true },
      { title: "uid", whole: true },
      { title: "url" },
      { title: "events" },
      { title: "state" },
    ],
    endpoints.map((endpoint) => [
      endpoint.id,
      endpoint.uid ?? "–",
      endpoint.url,
      eventsText(endpoint),
      stateCell(endpoint),
    ]),
  );
}

export function endpointFields(
  view: View,
  endpoint: EndpointOut,
  more: readonly [string, Cell | null][] = [],
): string {
  const { id, uid, url, description, throttleRate, channels } = endpoint;
  return fields(view, [
    ["id", { text: id, style: "bold" }],
    ["uid", uid],
    ["url", url],
    ["description", description === "" ? null : description],
    ["events", eventsText(endpoint)],
    ["channels", channels === null ? null : channels.join(", ")],
    ["rate", throttleRate === null ? null : `${throttleRate} a second`],
    ["state", stateCell(endpoint)],
    ["created", ago(view, endpoint.createdAt)],
    ...more,
  ]);
}

function eventsText({ eventTypes }: EndpointOut): string {
  return eventTypes === null ? "all" : eventTypes.join(", ");
}

function stateCell({ disabled }: EndpointOut): Cell {
  return disabled ? { text: "disabled", style: "red" } : { text: "enabled", style: "green" };
}

/** The portal says the same. */
export function whyDisabled(reason: EndpointWireOut["disabledReason"]): string {
  if (reason === "gone") return "your server answered 410 Gone";
  return reason === "failures" ? "it failed for days without a break" : "somebody switched it off";
}

const STATUS_STYLES = {
  success: "green",
  fail: "red",
  pending: "yellow",
  sending: "yellow",
  canceled: "dim",
} as const;

export function statusCell(status: MessageAttemptOut["statusText"]): Cell {
  return { text: status, style: STATUS_STYLES[status] };
}

/** An attempt that failed and will be followed by another is shown as such: "sending" is how its message stands. */
function attemptCell({ status, statusText, failure }: MessageAttemptOut): Cell {
  if (failure !== null && status !== STATUS_CANCELED) return { text: "failed", style: "red" };
  return statusCell(statusText);
}

const STATUS_CANCELED = 4;

/** What came back: a status code, or why there is none. */
export function responseText({ responseStatusCode, failure, response }: MessageAttemptOut): string {
  if (responseStatusCode !== 0) return String(responseStatusCode);
  return failure === "timeout" ? "timeout" : `${failure ?? "none"}: ${response}`;
}

/** The next attempt of a message whose turn has passed is an attempt of its own. */
function upcoming(view: View, nextAttempt: string | null): string {
  return nextAttempt === null || Date.parse(nextAttempt) <= view.nowMs ? "–" : ago(view, nextAttempt);
}

export function attemptTable(view: View, attempts: readonly MessageAttemptOut[]): string {
  return table(
    view,
    [
      { title: "when", style: "dim" },
      { title: "event", whole: true },
      { title: "type" },
      { title: "result" },
      { title: "answer" },
      { title: "took", align: "right" },
      { title: "next try" },
    ],
    attempts.map((attempt) => [
      ago(view, attempt.timestamp),
      attempt.msgId,
      attempt.msg?.eventType ?? "–",
      attemptCell(attempt),
      responseText(attempt),
      `${attempt.responseDurationMs} ms`,
      upcoming(view, attempt.nextAttempt),
    ]),
  );
}
