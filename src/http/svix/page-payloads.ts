import { MAX_PAGE_PAYLOAD_BYTES } from "../../core/limits/requests.ts";
import { EventLog } from "../../store/event-log.ts";
import type { HttpContext } from "../app-env.ts";

/** Payloads by position; null: gone. */
export type Payloads = Map<number, string | null>;

/**
 * The payloads of a page's events, given in the order the page is read: of the first `kept` of them, as many as an
 * answer may hold and at least one. The rest belongs on the next page.
 */
export async function readPayloads(
  c: HttpContext,
  appKey: number,
  positions: readonly number[],
): Promise<{ payloads: Payloads; kept: number }> {
  const { env, nowMs } = c.get("services");
  const log = new EventLog(env.DB);
  const kept = fitting(positions, await log.payloadBytes(appKey, positions));
  const payloads: Payloads = new Map();
  for (let rest = positions.slice(0, kept); rest.length > 0; ) {
    const events = await log.read(appKey, rest, nowMs);
    for (const { position, payload } of events) payloads.set(position, payload);
    const readUpTo = events.at(-1)?.position ?? Number.POSITIVE_INFINITY;
    rest = rest.filter((position) => position > readUpTo);
  }
  return { payloads, kept };
}

function fitting(positions: readonly number[], bytesAt: ReadonlyMap<number, number>): number {
  let bytes = 0;
  const tooMuch = positions.findIndex((position) => {
    bytes += bytesAt.get(position) ?? 0;
    return bytes > MAX_PAGE_PAYLOAD_BYTES;
  });
  return tooMuch === -1 ? positions.length : Math.max(1, tooMuch);
}
