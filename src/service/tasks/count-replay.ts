import { EVERY_DELIVERY } from "../../core/attempt-log.ts";
import { LOG_PAGE_EVENTS } from "../../core/limits/endpoint-object.ts";
import { MAX_COUNT_CALLS } from "../../core/limits/tasks.ts";
import { type KnownDelivery, planReplay } from "../../core/replay.ts";
import { endpointStub } from "../../delivery/stub.ts";
import type { EndpointRecord } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import { positionRange } from "../../store/log-range.ts";
import type { ServiceContext } from "../context.ts";
import type { ReplayRequest } from "./replay.ts";

export type ReplayCount = {
  messages: number;
  /** Meant too, but their payloads are gone. */
  withoutPayload: number;
  /** There may be more: counting was broken off. */
  approximated: boolean;
};

/** How many messages a replay would send now: the very decision it would make, over a bounded part of the log. */
export async function countReplay(
  ctx: ServiceContext,
  endpoint: EndpointRecord,
  { kind, sinceMs, untilMs, filter }: ReplayRequest,
): Promise<ReplayCount> {
  const { env, nowMs } = ctx;
  const { appKey } = endpoint;
  const { after, upTo } = await positionRange(env.DB, { appKey, sinceMs, untilMs });
  const log = new EventLog(env.DB);
  const found: ReplayCount = { messages: 0, withoutPayload: 0, approximated: false };
  let from = after;
  for (let calls = 0; from < upTo; calls++) {
    if (calls === MAX_COUNT_CALLS) return { ...found, approximated: true };
    const page = { appKey, filter: EVERY_DELIVERY, from, ascending: true, count: LOG_PAGE_EVENTS };
    const read = await log.list(page);
    const events = read.filter(({ position }) => position <= upTo);
    const [first, last] = [events[0], events.at(-1)];
    if (first === undefined || last === undefined) break;
    // Not from where the page was asked from: before its first event may lie all that the log has let go of.
    const known = await endpointStub(env, endpoint).knownDeliveries(first.position, last.position);
    const { take, delay } = planReplay({
      ...{ kind, filter, events, nowMs, room: Number.POSITIVE_INFINITY },
      known: new Map(known.map(({ position, ...delivery }): [number, KnownDelivery] => [position, delivery])),
      subscription: endpoint.spans.at(-1)?.filter ?? null,
      isHeld: () => false,
    });
    const positions = [...take, ...delay].map(({ position }) => position);
    const sent = await log.countWithPayload(appKey, positions, nowMs);
    found.messages += sent;
    found.withoutPayload += positions.length - sent;
    if (read.length < LOG_PAGE_EVENTS) break;
    from = last.position;
  }
  return found;
}
