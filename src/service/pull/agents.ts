/** An application's consumers as its owner looks at them and moves them. */
import { isAcknowledged } from "../../core/acks.ts";
import type { LoggedEvent } from "../../core/event.ts";
import { activeLeases } from "../../core/leases.ts";
import { MAX_PENDING_PAGES, PULL_SCAN_EVENTS } from "../../core/limits/pull.ts";
import { type Sink, sinkNameIn } from "../../core/poller.ts";
import {
  type ConsumerAddress,
  findConsumer,
  listConsumers,
  type NamedConsumer,
} from "../../store/consumers.ts";
import { EventLog } from "../../store/event-log.ts";
import type { ServiceContext } from "../context.ts";
import {
  type Acknowledged,
  type AcknowledgeResult,
  acknowledgeEvents,
  rememberAcknowledged,
} from "./acknowledge-events.ts";
import { findSink } from "./poll-sink.ts";

export type Agent = NamedConsumer & {
  /** When the first event it has not acknowledged was accepted. */
  oldestPendingMs: number | null;
};

/** By name, beyond a name. */
export async function listAgents(
  ctx: ServiceContext,
  query: { appKey: number; after: string; limit: number },
): Promise<{ agents: Agent[]; head: number }> {
  const log = new EventLog(ctx.env.DB);
  const [found, head] = await Promise.all([listConsumers(ctx.env.DB, query), log.head(query.appKey)]);
  const positions = found.map(({ acks }) => acks.upTo);
  const oldest = await log.firstBeyond(query.appKey, positions);
  return {
    agents: found.map((one) => ({ ...one, oldestPendingMs: oldest.get(one.acks.upTo) ?? null })),
    head,
  };
}

/** Null: nobody has heard of it. */
export async function findAgent(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
): Promise<{ agent: Agent; head: number } | null> {
  const log = new EventLog(ctx.env.DB);
  const [found, head] = await Promise.all([findConsumer(ctx.env.DB, consumer), log.head(consumer.appKey)]);
  if (found === null) return null;
  const oldest = await log.firstBeyond(consumer.appKey, [found.acks.upTo]);
  return { agent: { ...found, oldestPendingMs: oldest.get(found.acks.upTo) ?? null }, head };
}

export type HeldEvent = LoggedEvent & { leasedUntilMs: number | null };
export type PendingOfAgent = { events: HeldEvent[]; next: number; done: boolean };

/** What it has not acknowledged, oldest first; null: nobody has heard of it. A bounded part of the log at a time. */
export async function pendingOfAgent(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
  { after, limit }: { after: number; limit: number },
): Promise<PendingOfAgent | null> {
  const { DB } = ctx.env;
  const state = await findConsumer(DB, consumer);
  if (state === null) return null;
  const { acks } = state;
  const leases = activeLeases(state.leases, acks, ctx.nowMs);
  const sink = await sinkOf(ctx, consumer);
  // Of an endpoint that is gone nothing comes any more.
  if (sink === null) return { events: [], next: Math.max(after, acks.upTo), done: true };
  const { eventTypes, channels } = sink.filter;
  const filter = { eventTypes, channels: channels === null ? [] : [channels] };
  const log = new EventLog(DB);
  for (let next = Math.max(after, acks.upTo), pages = 1; ; pages++) {
    const asked = { appKey: consumer.appKey, after: next, limit, scan: PULL_SCAN_EVENTS };
    const page = await log.page({ ...asked, ...filter, except: acks.beyond }, ctx.nowMs);
    next = page.next;
    const done = next >= page.head;
    if (page.events.length === 0 && !done && pages < MAX_PENDING_PAGES) continue;
    const events = page.events.filter(({ position }) => !isAcknowledged(acks, position));
    return { events: events.map((event) => ({ ...event, leasedUntilMs: heldUntil(event) })), next, done };
  }

  function heldUntil({ position }: LoggedEvent): number | null {
    const lease = leases.find(([from, to]) => from <= position && position <= to);
    return lease?.[2] ?? null;
  }
}

const EVERYTHING: Sink = { name: "", filter: { eventTypes: null, channels: null }, startMs: null };

async function sinkOf(ctx: ServiceContext, { appKey, name }: ConsumerAddress): Promise<Sink | null> {
  const sinkName = sinkNameIn(name);
  return sinkName === null ? EVERYTHING : findSink(ctx, appKey, sinkName);
}

/** As the agent itself would: a poller's acknowledgement takes nothing from webhooks, an agent's own does. */
export function acknowledgeFor(
  ctx: ServiceContext,
  consumer: ConsumerAddress,
  acked: Acknowledged,
): Promise<AcknowledgeResult> {
  const isPoller = sinkNameIn(consumer.name) !== null;
  return isPoller ? rememberAcknowledged(ctx, consumer, acked) : acknowledgeEvents(ctx, consumer, acked);
}
