/** Forgetting payloads before their retention ends; the messages stay, with what became of them. */
import { MESSAGE_ID_PREFIX, messageId, parseMessageId } from "../../core/ids.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";

export type ExpungeResult = "expunged" | "not-found";

/**
 * Forgets the payloads of the application's messages with these ids or event ids. Retries end: they find no payload any
 * more. What an endpoint's object holds in memory at this moment may still be sent.
 */
export async function expungeMessages(
  { env }: ServiceContext,
  appKey: number,
  names: readonly string[],
): Promise<Map<string, ExpungeResult>> {
  const log = new EventLog(env.DB);
  const positions = await positionsOf(log, appKey, names);
  const createdAtMs = await log.createdAt(appKey, [...positions.values()]);
  const found = new Map<string, number>();
  for (const [name, position] of positions) {
    const atMs = createdAtMs.get(position);
    if (atMs === undefined) continue;
    const id = messageId({ appKey, position, createdAtMs: atMs });
    if (!name.startsWith(MESSAGE_ID_PREFIX) || name === id) found.set(name, position);
  }
  if (found.size > 0) await log.expunge(appKey, [...found.values()]);
  return new Map(names.map((name) => [name, found.has(name) ? "expunged" : "not-found"]));
}

/** Where these names point, if at anything. */
async function positionsOf(
  log: EventLog,
  appKey: number,
  names: readonly string[],
): Promise<Map<string, number>> {
  const eventIds = names.filter((name) => !name.startsWith(MESSAGE_ID_PREFIX));
  const positions = await log.positionsOfEventIds(appKey, eventIds);
  for (const name of names) {
    const address = name.startsWith(MESSAGE_ID_PREFIX) ? parseMessageId(name) : null;
    if (address !== null && address.appKey === appKey && address.position > 0) {
      positions.set(name, address.position);
    }
  }
  return positions;
}
