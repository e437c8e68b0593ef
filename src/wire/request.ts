import type { Dialect } from "../core/dialect.ts";
import type { EndpointSecret } from "../core/endpoint.ts";
import type { LoggedEvent } from "../core/event.ts";
import { messageId } from "../core/ids.ts";
import { renderBody } from "./body.ts";
import { signatureHeaders } from "./signature.ts";

export const USER_AGENT = "Posthorn/1 (+webhooks)";

export type RequestInput = {
  dialect: Dialect;
  /** Its payload must be there: an expired one ends the delivery before this. */
  event: LoggedEvent;
  appKey: number;
  /** Current first. */
  secrets: readonly EndpointSecret[];
  customHeaders: Readonly<Record<string, string>>;
  nowMs: number;
};

export type WireRequest = { headers: Record<string, string>; body: string };

/** What one attempt sends. Id and body are the same in every attempt; timestamp and signature are fresh (invariant 4). */
export async function buildRequest(input: RequestInput): Promise<WireRequest> {
  const { dialect, event, appKey, secrets, customHeaders, nowMs } = input;
  const body = renderBody(dialect, { event, appKey });
  const { position, createdAtMs } = event;
  const id = messageId({ appKey, position, createdAtMs }, dialect.idPrefix);
  const signature = await signatureHeaders(dialect.signature, { id, body, secrets, nowMs });
  const base = { "content-type": "application/json", "user-agent": USER_AGENT };
  return { headers: firstOfEachName([signature, dialect.headers, base, customHeaders]), body };
}

/**
 * Earlier sources win, whatever the case of the name: a fetch would join two spellings of one header into
 * `ours, theirs`, and no receiver could verify that.
 */
function firstOfEachName(sources: Readonly<Record<string, string>>[]): Record<string, string> {
  const entries = new Map<string, [name: string, value: string]>();
  for (const [name, value] of sources.flatMap((source) => Object.entries(source))) {
    const key = name.toLowerCase();
    if (!entries.has(key)) entries.set(key, [name, value]);
  }
  return Object.fromEntries(entries.values());
}
