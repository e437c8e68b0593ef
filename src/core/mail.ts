/** Mail to the owners of webhooks: whom it goes to, and what it says. Nothing of it can end a header line. */
import type { Incident } from "./incidents.ts";
import {
  MAX_MAIL_ADDRESS_CHARS,
  MAX_MAIL_FIELD_CHARS,
  MAX_MAIL_INCIDENTS,
  MAX_MAIL_RECIPIENTS,
  MAX_MAIL_SUBJECT_CHARS,
} from "./limits/mail.ts";
import { RECOVER_MAX_AGE_MS } from "./limits/tasks.ts";
import { DAY_MS } from "./units.ts";

export type Mail = { from: string; to: string[]; subject: string; text: string };

/** Where an application keeps the addresses to alert, separated by commas (reference svix.md §2.16). */
export const ALERT_EMAIL_KEY = "svix.email";

/** Of RFC 5322 what is in use: no quotes, no comments, no letters beyond ASCII. */
const ADDRESS = /^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*$/;

export function isMailAddress(text: string): boolean {
  return text.length <= MAX_MAIL_ADDRESS_CHARS && ADDRESS.test(text);
}

export type AddressList = { ok: true; addresses: string[] } | { ok: false; reason: string };

/** The addresses of a list separated by commas; at least one. */
export function parseAddresses(text: string): AddressList {
  const parts = text.split(",").map((part) => part.trim());
  const addresses = [...new Set(parts.filter((part) => part !== ""))];
  if (addresses.length === 0) return { ok: false, reason: "must hold an address" };
  if (addresses.length > MAX_MAIL_RECIPIENTS) {
    return { ok: false, reason: `must hold at most ${MAX_MAIL_RECIPIENTS} addresses` };
  }
  const wrong = addresses.findIndex((address) => !isMailAddress(address));
  if (wrong === -1) return { ok: true, addresses };
  return { ok: false, reason: `its address number ${wrong + 1} is not one` };
}

/** Whom to write to of an application: what of its metadata are addresses, whoever put it there. */
export function recipientsOf(metadata: Readonly<Record<string, string>>): string[] {
  const parts = (metadata[ALERT_EMAIL_KEY] ?? "").split(",").map((part) => part.trim());
  return [...new Set(parts.filter(isMailAddress))].slice(0, MAX_MAIL_RECIPIENTS);
}

/** Control characters, line separators, and what turns the direction of writing round. */
const NOT_IN_A_LINE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]+/gu;

/** Anybody's text as part of one line. */
export function oneLine(text: string, maxChars = MAX_MAIL_FIELD_CHARS): string {
  const line = text.replace(NOT_IN_A_LINE, " ").trim();
  const chars = [...line.slice(0, 2 * maxChars + 2)];
  return chars.length <= maxChars ? line : `${chars.slice(0, maxChars - 1).join("")}…`;
}

export type MailApplication = { id: string; name: string };

export type MailSource = {
  application: MailApplication;
  /** In the order they are shown; at least one. */
  incidents: readonly Incident[];
  /** Where the API is, without a slash at the end; empty: not known. */
  baseUrl: string;
};

export function mailAbout(source: MailSource): Pick<Mail, "subject" | "text"> {
  const { application, incidents, baseUrl } = source;
  const name = oneLine(application.name);
  const shown = incidents.slice(0, MAX_MAIL_INCIDENTS);
  const more = incidents.length - shown.length;
  const api = `${baseUrl}/api/v1/app/${application.id}`;
  const text = [
    `About ${name} (${application.id}):`,
    ...shown.map((incident) => block(incident, api)),
    ...(more === 0 ? [] : [`… and ${more} more, not shown here.`]),
    footer(name, api),
  ];
  return {
    subject: oneLine(subject(incidents, name), MAX_MAIL_SUBJECT_CHARS),
    text: `${text.join("\n\n")}\n`,
  };
}

/** Tells nothing but that it came. */
export function testMail({
  application,
  baseUrl,
}: Omit<MailSource, "incidents">): Pick<Mail, "subject" | "text"> {
  const name = oneLine(application.name);
  const api = `${baseUrl}/api/v1/app/${application.id}`;
  const text = [
    `This is a test, and nothing has failed. Somebody who manages the webhooks of ${name} (${application.id}) asked`,
    "for it, to see whether mails about them arrive here. They do.",
  ].join("\n");
  return {
    subject: oneLine(`Test mail: webhook alerts of ${name}`, MAX_MAIL_SUBJECT_CHARS),
    text: `${text}\n\n${footer(name, api)}\n`,
  };
}

function footer(name: string, api: string): string {
  return [
    "--",
    `This address is an alert address of ${name}. About one webhook there is at most one such mail a day`,
    "(an hour, when it was disabled; a window, when an alert rule fired), and what happens meanwhile is summed",
    "up in the next. To change the addresses, or with null to get no more of these:",
    "",
    `  PATCH ${api}/alert-email`,
    '  {"email": null}',
  ].join("\n");
}

function subject(incidents: readonly Incident[], name: string): string {
  const [first] = incidents;
  if (first === undefined || incidents.length > 1) return `${incidents.length} webhook alerts of ${name}`;
  const { alert } = first.detail;
  if (alert !== undefined) return `Alert: ${alert.count} ${alert.metric} in ${alert.window} (${name})`;
  return `${SUBJECTS[topicOf(first)]}: ${addressOf(first)} (${name})`;
}

type Topic = "exhausted" | "failing" | "disabled";

const SUBJECTS: Record<Topic, string> = {
  exhausted: "Webhook failed",
  failing: "Webhook failing for a day",
  disabled: "Webhook disabled",
};

function topicOf({ topic }: Incident): Topic {
  return topic === "failing" || topic === "disabled" ? topic : "exhausted";
}

/** Without query: it may hold what nobody but the receiver should know. */
function addressOf({ detail }: Incident): string {
  const { url = "" } = detail;
  if (!URL.canParse(url)) return oneLine(url);
  const { origin, pathname } = new URL(url);
  return oneLine(origin + pathname);
}

function block(incident: Incident, api: string): string {
  const { detail } = incident;
  if (detail.alert !== undefined) return alertBlock(incident, api);
  const { endpointId = "", description = "" } = detail;
  const about = description === "" ? endpointId : `${endpointId}, ${oneLine(description)}`;
  const lines = [`* ${addressOf(incident)} (${about})`, "", ...WHAT[topicOf(incident)](incident)];
  const failingSinceMs = failingSinceOf(incident);
  if (failingSinceMs !== null) lines.push(`Every attempt has failed since ${timeText(failingSinceMs)}.`);
  const endpoint = `${api}/endpoint/${endpointId}`;
  if (incident.topic === "disabled") {
    lines.push("", "To enable it again:", "", `  PATCH ${endpoint}`, '  {"disabled": false}');
  }
  lines.push(
    "",
    "To have what failed sent once more, when the receiver is back:",
    "",
    `  POST ${endpoint}/recover`,
    `  {"since": "${timeText(recoverFromMs(incident))}"}`,
  );
  return lines.map((line, index) => (index === 0 || line === "" ? line : `  ${line}`)).join("\n");
}

function failingSinceOf({ detail }: Incident): number | null {
  const atMs = Date.parse(detail.failingSince ?? "");
  return Number.isNaN(atMs) ? null : atMs;
}

/**
 * Early enough for messages that had been retried for a day when this began; what succeeded is not sent again. Never so
 * early that the call would be refused.
 */
function recoverFromMs(incident: Incident): number {
  const { openedAtMs, lastAtMs } = incident;
  const beganMs = Math.min(failingSinceOf(incident) ?? openedAtMs, openedAtMs);
  return Math.max(beganMs - DAY_MS, lastAtMs - RECOVER_MAX_AGE_MS + DAY_MS);
}

const WHAT: Record<Topic, (incident: Incident) => string[]> = {
  exhausted: ({ untold, openedAtMs, lastAtMs, detail }) => [
    untold === 1
      ? `One delivery was given up after all its retries, at ${timeText(lastAtMs)}.`
      : `${untold} deliveries were given up after all their retries, from ${timeText(openedAtMs)} to ${timeText(lastAtMs)}.`,
    `The last of them: message ${oneLine(detail.msgId ?? "")} (${oneLine(detail.eventType ?? "")}), ${answer(detail.statusCode)}.`,
    "New messages are still attempted.",
  ],
  failing: () => ["It has not taken a single message for a day."],
  disabled: ({ lastAtMs, detail }) => [
    detail.reason === "gone"
      ? `It was disabled at ${timeText(lastAtMs)}, because the receiver asked not to be called any more.`
      : `It was disabled at ${timeText(lastAtMs)}, because nothing but failures was seen for days.`,
    "Nothing is sent to it any more, and what waited for it was cancelled.",
  ],
};

function answer(statusCode: number | undefined): string {
  return statusCode ? `answered with status ${statusCode}` : "not answered";
}

function alertBlock({ detail, topic, lastAtMs }: Incident, api: string): string {
  const { name = null, metric = "", threshold = 0, window = "", count = 0 } = detail.alert ?? {};
  const about = name === null ? "" : ` "${oneLine(name)}"`;
  const where = detail.endpointId === undefined ? "all its webhooks" : detail.endpointId;
  return [
    `* The alert rule${about} fired at ${timeText(lastAtMs)}: ${count} ${metric} in ${window}, its threshold is ${threshold} (${where}).`,
    "",
    "  The rule, and what its webhooks answered lately:",
    "",
    `    GET ${api}/alert/${topic.slice("alert:".length)}`,
    detail.endpointId === undefined
      ? `    GET ${api}/endpoint`
      : `    GET ${api}/attempt/endpoint/${detail.endpointId}?status=2`,
  ].join("\n");
}

function timeText(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, "2026-01-30T14:30:00".length)}Z`;
}
