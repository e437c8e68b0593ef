import type { Dialect, EnvelopeSource, TimestampFormat } from "../core/dialect.ts";
import type { LoggedEvent } from "../core/event.ts";
import { messageId } from "../core/ids.ts";
import { invariant } from "../core/invariant.ts";

/** `appKey` is the application whose log holds the event; the public id is made from both. */
export type RenderInput = { event: LoggedEvent; appKey: number };

/**
 * The body of every attempt of a delivery: the same bytes each time (invariant 4). A `payload` envelope is the published
 * text untouched. An `object` envelope always equals `JSON.stringify(JSON.parse(body))`, because the vendors' sample
 * receivers re-serialise before they verify; numbers are therefore rounded as JavaScript rounds them (475.50 → 475.5).
 */
export function renderBody(dialect: Dialect, { event, appKey }: RenderInput): string {
  const { envelope } = dialect;
  const { payload } = event;
  invariant(payload !== null, `wire/body.renderBody: event ${event.position} has no payload`);
  if (envelope.kind === "payload") return payload;
  const values: Record<EnvelopeSource, () => unknown> = {
    id: () =>
      messageId({ appKey, position: event.position, createdAtMs: event.createdAtMs }, dialect.idPrefix),
    position: () => event.position,
    type: () => event.eventType,
    timestamp: () => formatTimestamp(event.createdAtMs, envelope.timestampFormat),
    payload: () => parsePayload(payload, event.position),
    event_id: () => event.eventId,
  };
  // `fromEntries` defines own keys, so that a field named `__proto__` is one; and an object orders integer-like names
  // first just as the receiver's JSON.parse will.
  return JSON.stringify(
    Object.fromEntries(envelope.fields.map(({ name, source }) => [name, values[source]()])),
  );
}

/** Truncates to the format's unit; a timestamp never lies in the future of its event. */
export function formatTimestamp(atMs: number, format: TimestampFormat): string | number {
  const iso = new Date(atMs).toISOString();
  const isoSeconds = iso.slice(0, iso.indexOf("."));
  switch (format) {
    case "iso-seconds":
      return `${isoSeconds}Z`;
    case "iso-millis":
      return iso;
    case "iso-offset":
      return `${isoSeconds}+00:00`;
    case "unix-seconds":
      return Math.floor(atMs / 1000);
    case "unix-millis":
      return atMs;
  }
}

/** The parser's own message would quote the payload into our logs. */
function parsePayload(text: string, position: number): unknown {
  try {
    return JSON.parse(text);
  } catch {
    invariant(false, `wire/body.renderBody: payload of event ${position} is not JSON`);
  }
}
