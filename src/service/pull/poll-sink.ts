/** Svix's polling endpoints (reference svix.md §2.14) over the same log and the same consumers as `/events/me`. */
import type { LoggedEvent } from "../../core/event.ts";
import { ENDPOINT_ID_PREFIX, keyOfId } from "../../core/ids.ts";
import { activeLeases } from "../../core/leases.ts";
import { PULL_SCAN_EVENTS } from "../../core/limits/pull.ts";
import { narrowed, pollConsumerName, type Sink } from "../../core/poller.ts";
import { type ConsumerState, changeConsumer, findConsumer } from "../../store/consumers.ts";
import { findEndpoint } from "../../store/endpoints.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";
import { type AcknowledgeResult, rememberAcknowledged, seekConsumer } from "./acknowledge-events.ts";

/** Null: the id of an endpoint that is not there (any more), which must not turn into "everything". */
export async function findSink(ctx: ServiceContext, appKey: number, named: string): Promise<Sink | null> {
  const endpoint = await findEndpoint(ctx.env.DB, appKey, named);
  if (endpoint !== null) {
    const { endpointId: name, eventTypes, channels, createdAtMs: startMs } = endpoint;
    return { name, filter: { eventTypes, channels }, startMs };
  }
  if (keyOfId(ENDPOINT_ID_PREFIX, named) !== null) return null;
  return { name: named, filter: { eventTypes: null, channels: null }, startMs: null };
}

export type SinkPage = { events: LoggedEvent[]; next: number; done: boolean };

export type SinkQuery = {
  appKey: number;
  sink: Sink;
  after: number;
  limit: number;
  eventType?: string | null;
  channel?: string | null;
};

/** The sink's events beyond a position, oldest first. */
export async function readSink(ctx: ServiceContext, query: SinkQuery): Promise<SinkPage> {
  const { appKey, after, limit, sink, eventType = null, channel = null } = query;
  const filter = narrowed(sink.filter, { eventType, channel });
  const asked = { appKey, after, limit, scan: PULL_SCAN_EVENTS, except: [], ...filter };
  const { events, next, head } = await new EventLog(ctx.env.DB).page(asked, ctx.nowMs);
  return { events, next, done: next >= head };
}

/** Where to begin that has not begun: with what was accepted at `atMs`, else when the sink came to be. */
export async function sinkStart(
  ctx: ServiceContext,
  appKey: number,
  { sink, atMs = null }: { sink: Sink; atMs?: number | null },
): Promise<number> {
  const fromMs = atMs ?? sink.startMs;
  return fromMs === null ? 0 : new EventLog(ctx.env.DB).lastBefore(appKey, fromMs);
}

export type SinkConsumer = { appKey: number; sink: Sink; consumerId: string };

function addressOf({ appKey, sink, consumerId }: SinkConsumer) {
  return { appKey, name: pollConsumerName(sink, consumerId) };
}

export type ConsumerPoll =
  | { kind: "page"; page: SinkPage }
  | Exclude<AcknowledgeResult, { kind: "acknowledged" }>;

/**
 * Beyond `iterator`, which also says that everything up to there is done; without one, beyond the last one said. The
 * consumer's webhooks are another matter: a sink shows only some of the events, so nothing is taken from them.
 */
export async function pollAsConsumer(
  ctx: ServiceContext,
  consumer: SinkConsumer,
  { iterator, limit }: { iterator: number | null; limit: number },
): Promise<ConsumerPoll> {
  const { appKey, sink } = consumer;
  if (iterator === null) {
    const state = await findConsumer(ctx.env.DB, addressOf(consumer));
    const after = state?.acks.upTo ?? (await sinkStart(ctx, appKey, { sink }));
    return { kind: "page", page: await readSink(ctx, { appKey, sink, after, limit }) };
  }
  const result = await rememberAcknowledged(ctx, addressOf(consumer), { upTo: iterator });
  if (result.kind !== "acknowledged") return result;
  return { kind: "page", page: await readSink(ctx, { appKey, sink, after: iterator, limit }) };
}

export function seekSinkConsumer(
  ctx: ServiceContext,
  consumer: SinkConsumer,
  atMs: number,
): Promise<AcknowledgeResult> {
  return seekConsumer(ctx, addressOf(consumer), { atMs });
}

export type LeasedPoll = { kind: "page"; page: SinkPage } | { kind: "contended" };
type LeasedQuery = { limit: number; leaseMs: number; start: "earliest" | "latest" | null };

/**
 * What is not committed. While one worker holds some, the consumer's others get nothing: a commit says "all up to here",
 * so what another holds must not lie below.
 */
export async function pollLeasedSink(
  ctx: ServiceContext,
  consumer: SinkConsumer,
  { limit, leaseMs, start }: LeasedQuery,
): Promise<LeasedPoll> {
  const { appKey, sink } = consumer;
  const at = { address: addressOf(consumer), nowMs: ctx.nowMs };
  const changed = await changeConsumer<LeasedPoll>(ctx.env.DB, at, async (known, isNew) => {
    const state = isNew ? await beginning(ctx, consumer, start) : known;
    const after = state.acks.upTo;
    const leases = activeLeases(state.leases, state.acks, ctx.nowMs);
    if (leases.length > 0) return { state: null, value: held(after) };
    const page = await readSink(ctx, { appKey, sink, after, limit });
    const last = page.events.at(-1)?.position;
    const untilMs = ctx.nowMs + leaseMs;
    // One stretch, whatever the sink leaves out in between.
    const lease = last === undefined || leaseMs === 0 ? [] : [[after + 1, last, untilMs] as const];
    const isNews = lease.length > 0 || (isNew && start === "latest");
    return { state: isNews ? { ...state, leases: lease } : null, value: { kind: "page", page } };
  });
  return changed.kind === "contended" ? changed : changed.value;
}

function held(after: number): LeasedPoll {
  return { kind: "page", page: { events: [], next: after, done: true } };
}

async function beginning(
  ctx: ServiceContext,
  { appKey, sink }: SinkConsumer,
  start: LeasedQuery["start"],
): Promise<ConsumerState> {
  const upTo =
    start === "latest"
      ? await new EventLog(ctx.env.DB).head(appKey)
      : start === "earliest"
        ? 0
        : await sinkStart(ctx, appKey, { sink });
  return { acks: { upTo, beyond: [] }, leases: [] };
}

/** Everything of the sink up to this offset is done. */
export function commitSink(
  ctx: ServiceContext,
  consumer: SinkConsumer,
  offset: number,
): Promise<AcknowledgeResult> {
  return rememberAcknowledged(ctx, addressOf(consumer), { upTo: offset });
}
