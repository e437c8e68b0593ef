import type { AuditEntryOut } from "../../../../contract/audit-log.ts";
import { PHRASES } from "./phrases.ts";

export type Part = { kind: "text" | "who" | "code" | "app"; text: string };

const HOLE = /(\{r\}|\{app\})/;

/** "Key ci rotated the secret of endpoint ep_… of Acme", in parts that look different. */
export function sentenceOf(entry: AuditEntryOut): Part[] {
  const { action, resourceId, appId, appName } = entry;
  const phrase = PHRASES[action] ?? (resourceId === null ? `called ${action}` : `called ${action} on {r}`);
  const app: Part | null = appId === null ? null : { kind: "app", text: appName || appId };
  const parts = ` ${phrase}`.split(HOLE).map((text): Part | null => {
    if (text === "{app}") return app;
    if (text === "{r}") return resourceId === null ? null : { kind: "code", text: resourceId };
    return text === "" ? null : { kind: "text", text };
  });
  const isNamed = phrase.includes("{app}") || app === null;
  return [
    { kind: "who", text: whoText(entry) },
    ...parts.filter((part) => part !== null),
    ...(isNamed ? [] : [{ kind: "text" as const, text: " of " }, app]),
  ];
}

function whoText({ actor }: AuditEntryOut): string {
  const { kind, keyId, name, sessionId } = actor;
  if (kind === "root") return "The deployment’s own key";
  if (kind === "session") return sessionId === null ? "A portal link" : `Portal session ${sessionId}`;
  return `${kind === "integration" ? "Integration" : "Key"} ${name ?? keyId ?? "that is gone"}`;
}

/** What can be asked for, in words and in their order; several operations may be called the same. */
export const ACTIONS: readonly (readonly [action: string, text: string])[] = Object.entries(PHRASES)
  .map(([action, phrase]) => [action, actionText(phrase)] as const)
  .toSorted(([, a], [, b]) => a.localeCompare(b));

function actionText(phrase: string): string {
  const text = phrase.replace(/( for)? (\{r\}|\{app\})/g, "");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
